// iceoryx 2.0, by publishers and subscribers as its own iceperf uses them. Its daemon, RouDi, runs in the role `daemon`
// of this program, with memory pools for the sizes that are measured.
#include <iceoryx_hoofs/log/logmanager.hpp>
#include <iceoryx_posh/iceoryx_posh_config.hpp>
#include <iceoryx_posh/internal/roudi/roudi.hpp>
#include <iceoryx_posh/mepoo/chunk_header.hpp>
#include <iceoryx_posh/popo/untyped_publisher.hpp>
#include <iceoryx_posh/popo/untyped_subscriber.hpp>
#include <iceoryx_posh/popo/wait_set.hpp>
#include <iceoryx_posh/roudi/iceoryx_roudi_components.hpp>
#include <iceoryx_posh/runtime/posh_runtime.hpp>

#include <sys/prctl.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "contender/contender.hpp"

namespace {

using bench::Message;
using bench::Side;
using bench::Task;

constexpr std::uint64_t largest_bytes = 6'220'800;

void be_quiet() {
    iox::log::LogManager::GetLogManager().SetDefaultLogLevel(iox::log::LogLevel::kOff,
                                                             iox::log::LogLevelOutput::kHideLogLevel);
}

void join(const Task& task, Side side) {
    be_quiet();
    const std::string name = task.name() + (side == Side::giver ? "giver" : "taker") + std::to_string(task.index);
    iox::runtime::PoshRuntime::initRuntime(iox::RuntimeName_t(iox::cxx::TruncateToCapacity, name.c_str()));
}

iox::capro::ServiceDescription service_of(const Task& task, const char* event) {
    return {iox::capro::IdString_t("handoff_bench"),
            iox::capro::IdString_t(iox::cxx::TruncateToCapacity, task.name().c_str()),
            iox::capro::IdString_t(iox::cxx::TruncateToCapacity, event)};
}

bool is_lossless(const Task& task) {
    return task.pattern != bench::Pattern::broadcast && task.pattern != bench::Pattern::latest;
}

class Output {
public:
    Output(const Task& task, const char* event) : publisher_(service_of(task, event), options_of(task)) {}

    void wait_for_subscriber() {
        while (!publisher_.hasSubscribers()) bench::sleep_ns(50'000);
    }
    void send(std::size_t bytes, auto&& write) {
        void* place = loaned(static_cast<std::uint32_t>(bytes));
        write(std::span(static_cast<std::byte*>(place), bytes));
        publisher_.publish(place);
    }

private:
    static iox::popo::PublisherOptions options_of(const Task& task) {
        iox::popo::PublisherOptions options;
        if (is_lossless(task)) options.subscriberTooSlowPolicy = iox::popo::ConsumerTooSlowPolicy::WAIT_FOR_CONSUMER;
        return options;
    }
    void* loaned(std::uint32_t bytes) {
        bench::Patience patience;
        for (;;) {
            auto loan = publisher_.loan(bytes);
            if (!loan.has_error()) return loan.value();
            if (loan.get_error() != iox::popo::AllocationError::RUNNING_OUT_OF_CHUNKS)
                throw std::runtime_error("iceoryx lends no chunk");
            patience.pause();
        }
    }
    iox::popo::UntypedPublisher publisher_;
};

class Input {
public:
    Input(const Task& task, const char* event)
        : is_busy_(task.wait == bench::Wait::busy), subscriber_(service_of(task, event), options_of(task)) {
        if (!is_busy_)
            wait_set_.attachState(subscriber_, iox::popo::SubscriberState::HAS_DATA).or_else([](auto&) {
                throw std::runtime_error("iceoryx: cannot attach to the wait set");
            });
    }
    void wait_until_subscribed() {
        while (subscriber_.getSubscriptionState() != iox::SubscribeState::SUBSCRIBED) bench::sleep_ns(50'000);
    }
    bool try_receive(auto&& touch) {
        auto taken = subscriber_.take();
        if (taken.has_error()) return false;
        const void* payload = taken.value();
        const auto bytes = iox::mepoo::ChunkHeader::fromUserPayload(payload)->userPayloadSize();
        touch(std::span(static_cast<const std::byte*>(payload), bytes));
        subscriber_.release(payload);
        return true;
    }
    void receive(auto&& touch) {
        bench::Patience patience;
        while (!try_receive(touch)) {
            if (is_busy_)
                patience.pause();
            else
                wait_set_.wait();
        }
    }

private:
    static iox::popo::SubscriberOptions options_of(const Task& task) {
        iox::popo::SubscriberOptions options;
        options.queueCapacity = task.pattern == bench::Pattern::latest ? 1 : std::min<std::uint64_t>(task.slots, 256);
        if (is_lossless(task)) options.queueFullPolicy = iox::popo::QueueFullPolicy::BLOCK_PRODUCER;
        return options;
    }
    bool is_busy_;
    iox::popo::UntypedSubscriber subscriber_;
    iox::popo::WaitSet<2> wait_set_;
};

struct Joined {
    Joined(const Task& task, Side side) { join(task, side); }
};

class Client : Joined {
public:
    explicit Client(const Task& task)
        : Joined(task, Side::giver), requests_(task, "requests"), answers_(task, "answers") {
        requests_.wait_for_subscriber();
        answers_.wait_until_subscribed();
    }
    void request(const Message& message) {
        requests_.send(message.size(), [&](std::span<std::byte> place) { message.write_to(place); });
        answers_.receive([](std::span<const std::byte>) {});
    }

private:
    Output requests_;
    Input answers_;
};

class Server : Joined {
public:
    explicit Server(const Task& task)
        : Joined(task, Side::taker), answers_(task, "answers"), requests_(task, "requests") {
        requests_.wait_until_subscribed();
        answers_.wait_for_subscriber();
    }
    void serve(auto&& touch) {
        requests_.receive(touch);
        answers_.send(1, [](std::span<std::byte>) {});
    }

private:
    Output answers_;
    Input requests_;
};

class Giver : Joined {
public:
    explicit Giver(const Task& task) : Joined(task, Side::giver), output_(task, "messages") {
        output_.wait_for_subscriber();
    }
    void send(const Message& message) {
        output_.send(message.size(), [&](std::span<std::byte> place) { message.write_to(place); });
    }
    void publish(const Message& message) { send(message); }
    void write(const Message& message) {
        output_.send(message.size(), [&](std::span<std::byte> place) { message.write_value_to(place); });
    }

private:
    Output output_;
};

class Taker : Joined {
public:
    explicit Taker(const Task& task) : Joined(task, Side::taker), input_(task, "messages") {
        input_.wait_until_subscribed();
    }
    void receive(auto&& touch) { input_.receive(touch); }
    bool read(auto&& look) { return input_.try_receive(look); }

private:
    Input input_;
};

void run_daemon() {
    be_quiet();
    for (FILE* stream : {stdout, stderr})
        if (std::freopen("/dev/null", "w", stream) == nullptr) bench::throw_errno("cannot silence the daemon");
    prctl(PR_SET_PDEATHSIG, SIGTERM);  // time to remove its shared memory
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, nullptr);

    iox::RouDiConfig_t config;
    iox::mepoo::MePooConfig pools;
    for (const auto& [bytes, count] : {std::pair{128U, 4096U},
                                       {1088U, 2048U},
                                       {65600U, 64U},
                                       {1048640U, 32U},
                                       {static_cast<unsigned>(largest_bytes), 24U}})
        pools.addMemPool({bytes, count});
    const auto group = iox::posix::PosixGroup::getGroupOfCurrentProcess().getName();
    config.m_sharedMemorySegments.push_back({group, group, pools});
    iox::roudi::IceOryxRouDiComponents components(config);
    iox::roudi::RouDi roudi(components.rouDiMemoryManager, components.portManager,
                            iox::roudi::RouDi::RoudiStartupParameters{iox::roudi::MonitoringMode::OFF, false});
    int signal = 0;
    sigwait(&signals, &signal);
}

}  // namespace

int main(int argc, char** argv) {
    return bench::Contender("iceoryx", bench::Kind::rival,
                            "publishers and subscribers, blocking where the row is lossless, round trip over two of "
                            "them; RouDi without monitoring; busy: take() in a loop, otherwise a WaitSet")
        .round_trip<Client, Server>()
        .one_way<Giver, Taker>()
        .broadcast<Giver, Taker>()
        .latest<Giver, Taker>()
        .daemon(run_daemon)
        .refuse([](const Task& task) -> std::string {
            if (task.bytes > largest_bytes) return "no memory pool for messages above 6.2 MB was configured";
            if (task.pattern == bench::Pattern::one_way && task.takers > 1) return "has no work queue";
            return "";
        })
        .run(argc, argv);
}
