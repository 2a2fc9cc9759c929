// Eclipse Cyclone DDS over the loopback device, by its C interface.
#include <dds/dds.h>
#include <dds/ddsrt/log.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

#include "contender/contender.hpp"
#include "cyclone_message.h"

namespace {

using bench::Message;
using bench::Pattern;
using bench::Task;

/// Its own guide's settings for one machine: the loopback device, found without multicast, large datagrams.
constexpr const char* configuration =
    "<CycloneDDS><Domain><General><Interfaces><NetworkInterface name='lo' multicast='false'/></Interfaces>"
    "<MaxMessageSize>65500B</MaxMessageSize></General><Discovery><ParticipantIndex>auto</ParticipantIndex>"
    "<MaxAutoParticipantIndex>20</MaxAutoParticipantIndex><Peers><Peer address='localhost'/></Peers></Discovery>"
    "</Domain></CycloneDDS>";

dds_entity_t checked(dds_return_t code, const char* what) {
    if (code < 0) throw std::runtime_error(std::string("cyclone: ") + what + ": " + dds_strretcode(code));
    return code;
}

/// Lossless: reliable, and a writer blocks while the reader has `slots` messages unread.
dds_qos_t* qos_of(const Task& task) {
    dds_qos_t* qos = dds_create_qos();
    if (task.pattern == Pattern::latest) {
        dds_qset_reliability(qos, DDS_RELIABILITY_BEST_EFFORT, 0);
        dds_qset_history(qos, DDS_HISTORY_KEEP_LAST, 1);
    } else {
        dds_qset_reliability(qos, DDS_RELIABILITY_RELIABLE, DDS_SECS(10));
        dds_qset_history(qos, DDS_HISTORY_KEEP_ALL, DDS_LENGTH_UNLIMITED);
        dds_qset_resource_limits(qos, static_cast<std::int32_t>(task.slots), DDS_LENGTH_UNLIMITED,
                                 DDS_LENGTH_UNLIMITED);
    }
    return qos;
}

class Participant {
public:
    Participant() {
        constexpr dds_domainid_t domain = 77;
        dds_set_log_mask(0);
        setenv("CYCLONEDDS_URI", configuration, 1);
        entity_ = checked(dds_create_participant(domain, nullptr, nullptr), "participant");
    }
    Participant(const Participant&) = delete;
    Participant& operator=(const Participant&) = delete;
    ~Participant() { dds_delete(entity_); }
    dds_entity_t topic(const Task& task, const char* suffix) const {
        std::string name = task.name() + suffix;
        std::replace(name.begin(), name.end(), '-', '_');  // names of topics are identifiers
        return checked(dds_create_topic(entity_, &CycloneMessage_desc, name.c_str(), nullptr, nullptr), "topic");
    }
    dds_entity_t get() const noexcept { return entity_; }

private:
    dds_entity_t entity_;
};

class Output {
public:
    Output(const Participant& participant, const Task& task, const char* topic) {
        dds_qos_t* qos = qos_of(task);
        writer_ = checked(dds_create_writer(participant.get(), participant.topic(task, topic), qos, nullptr), "writer");
        dds_delete_qos(qos);
    }
    void wait_for(std::uint32_t readers) const {
        dds_publication_matched_status_t status{};
        while (dds_get_publication_matched_status(writer_, &status) == 0 && status.current_count < readers)
            bench::sleep_ns(50'000);
    }
    void send(std::span<const std::byte> bytes) const {
        CycloneMessage message{};
        message.bytes._length = message.bytes._maximum = static_cast<std::uint32_t>(bytes.size());
        message.bytes._buffer = reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(bytes.data()));
        checked(dds_write(writer_, &message), "write");
    }

private:
    dds_entity_t writer_;
};

class Input {
public:
    Input(const Participant& participant, const Task& task, const char* topic)
        : is_busy_(task.wait == bench::Wait::busy) {
        dds_qos_t* qos = qos_of(task);
        reader_ = checked(dds_create_reader(participant.get(), participant.topic(task, topic), qos, nullptr), "reader");
        dds_delete_qos(qos);
        wait_set_ = checked(dds_create_waitset(participant.get()), "wait set");
        const dds_entity_t unread = checked(dds_create_readcondition(reader_, DDS_ANY_STATE), "condition");
        checked(dds_waitset_attach(wait_set_, unread, 0), "attach");
    }
    void wait_for(std::uint32_t writers) const {
        dds_subscription_matched_status_t status{};
        while (dds_get_subscription_matched_status(reader_, &status) == 0 && status.current_count < writers)
            bench::sleep_ns(50'000);
    }
    bool try_receive(auto&& touch) const {
        constexpr std::size_t most = 16;
        void* samples[most] = {};
        dds_sample_info_t infos[most];
        const int count = checked(dds_take(reader_, samples, infos, most, most), "take");
        for (int at = 0; at < count; ++at) {
            if (!infos[at].valid_data) continue;
            const auto& bytes = static_cast<const CycloneMessage*>(samples[at])->bytes;
            touch(std::span(reinterpret_cast<const std::byte*>(bytes._buffer), bytes._length));
        }
        if (count > 0) dds_return_loan(reader_, samples, count);
        return count > 0;
    }
    void receive(auto&& touch) const {
        bench::Patience patience;
        while (!try_receive(touch)) {
            if (is_busy_)
                patience.pause();
            else
                checked(dds_waitset_wait(wait_set_, nullptr, 0, DDS_INFINITY), "wait");
        }
    }

private:
    bool is_busy_;
    dds_entity_t reader_ = 0;
    dds_entity_t wait_set_ = 0;
};

class Client {
public:
    explicit Client(const Task& task)
        : requests_(participant_, task, "requests"), answers_(participant_, task, "answers") {
        requests_.wait_for(1);
        answers_.wait_for(1);
    }
    void request(const Message& message) {
        requests_.send(message.bytes());
        answers_.receive([](std::span<const std::byte>) {});
    }

private:
    Participant participant_;
    Output requests_;
    Input answers_;
};

class Server {
public:
    explicit Server(const Task& task)
        : answers_(participant_, task, "answers"), requests_(participant_, task, "requests") {
        requests_.wait_for(1);
        answers_.wait_for(1);
    }
    void serve(auto&& touch) {
        requests_.receive(touch);
        const std::byte processed{1};
        answers_.send({&processed, 1});
    }

private:
    Participant participant_;
    Output answers_;
    Input requests_;
};

class Giver {
public:
    explicit Giver(const Task& task) : output_(participant_, task, "messages") { output_.wait_for(task.takers); }
    void send(const Message& message) { output_.send(message.bytes()); }
    void publish(const Message& message) { send(message); }
    void write(const Message& message) { output_.send(message.value()); }

private:
    Participant participant_;
    Output output_;
};

class Taker {
public:
    explicit Taker(const Task& task) : input_(participant_, task, "messages") { input_.wait_for(task.givers); }
    void receive(auto&& touch) { input_.receive(touch); }
    bool read(auto&& look) { return input_.try_receive(look); }

private:
    Participant participant_;
    Input input_;
};

}  // namespace

int main(int argc, char** argv) {
    return bench::Contender("cyclonedds", bench::Kind::rival,
                            "loopback without multicast, MaxMessageSize 65500 B; reliable, keep all, as many messages "
                            "as the row has slots (newest value: best effort, keep last 1); busy: dds_take in a loop")
        .round_trip<Client, Server>()
        .one_way<Giver, Taker>()
        .broadcast<Giver, Taker>()
        .latest<Giver, Taker>()
        .refuse([](const Task& task) -> std::string {
            if (task.pattern == Pattern::one_way && task.takers > 1) return "has no work queue";
            return "";
        })
        .run(argc, argv);
}
