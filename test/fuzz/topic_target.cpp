// Every operation of a topic over bytes that others change at will, through the public handles.
#include <handoff/topic.hpp>

#include <array>
#include <deque>
#include <optional>

#include "fuzz/input.hpp"
#include "fuzz/segment_under_test.hpp"

using namespace handoff;
using namespace handoff::test;

namespace {

constexpr std::size_t payload_bytes = 100;

/// Published, pinned, on loan: the state of a topic when all participants are killed at once.
void leave_a_busy_state(SegmentUnderTest& segment) {
    Publisher publisher(segment.name());
    Subscriber subscriber(segment.name(), {}, {.pins = 2, .start = Start::oldest});
    const auto publish = [&] { publisher.publish(publisher.loan().value()).value(); };
    for (int message = 0; message < 5; ++message) publish();
    const auto pinned = subscriber.try_next().value();
    for (int message = 0; message < 2; ++message) publish();
    const auto another = subscriber.try_newest().value();
    const auto loan = publisher.loan().value();
    segment.remember();
}

struct Ground {
    testing::UniqueName name{"fuzz-topic"};
    std::optional<SegmentUnderTest> segment;

    explicit Ground(std::uint32_t history) {
        const TopicShape shape{.history = history,
                               .payload_bytes = payload_bytes,
                               .loans = 2,
                               .pin_budget = 4,
                               .participants = 5,
                               .lifetime = Lifetime::persistent};
        { const Publisher creator(name, shape); }
        segment.emplace(name.str());
        leave_a_busy_state(*segment);
    }
};

class Play {
public:
    Play(const std::string& name, Start start)
        : name_(name),
          publisher_(name),
          pinning_(name, {}, {.pins = 2, .start = start}),
          copying_(name, {}, {.start = start, .read_only = true}) {}

    void operate(const Step& step) {
        const std::uint64_t number = step.number();
        switch (step.operation % 12) {
            case 0:
            case 1:
                return loan();
            case 2:
            case 3:
                return publish(number);
            case 4:
                if (!loans_.empty()) loans_.pop_front();
                return;
            case 5:
                return look_at(number % 2 == 0 ? pinning_.try_next() : pinning_.next(Deadline::now()));
            case 6:
                return look_at(number % 2 == 0 ? pinning_.try_newest() : pinning_.newest(Deadline::now()));
            case 7:
                if (!messages_.empty()) messages_.pop_front();
                return;
            case 8:
                return copy(number % 2 == 0 ? pinning_ : copying_, number, true);
            case 9:
                return copy(number % 2 == 0 ? pinning_ : copying_, number, false);
            case 10:
                return report();
            default:
                return come_and_go(number);
        }
    }

private:
    static constexpr std::size_t most = 4;

    void loan() {
        auto loan = publisher_.loan();
        if (!loan) return touch(loan.error().message());
        require(loan->payload().size() <= payload_bytes, "a loan is no larger than its slot");
        fill(loan->payload(), 7);
        if (loans_.size() < most) loans_.push_back(std::move(*loan));
    }

    void publish(std::uint64_t number) {
        if (loans_.empty()) return;
        Loan loan = std::move(loans_.front());
        loans_.pop_front();
        (void)loan.resize(number % (payload_bytes + 2));
        if (number % 3 == 0) (void)loan.describe(small_image(number, 12, 9));
        (void)publisher_.publish(std::move(loan));
    }

    static void check(const Image& image, std::size_t bytes) {
        if (image.is_described()) require(check_description(image, bytes).has_value(), "it lies inside its bytes");
        (void)image.frame();
    }

    void look_at(result<Message>&& message) {
        if (!message) return touch(message.error().message());
        require(message->payload().size() <= payload_bytes, "a message is no larger than its slot");
        touch(message->payload());
        check(message->image(), message->payload().size());
        if (messages_.size() < most) messages_.push_back(std::move(*message));
    }

    static void copy(Subscriber& subscriber, std::uint64_t number, bool next) {
        std::array<std::byte, payload_bytes> buffer{};
        const auto bytes = std::span(buffer).first(number % 5 == 0 ? number % payload_bytes : payload_bytes);
        const auto copied =
            next ? subscriber.copy_next(bytes, Deadline::now()) : subscriber.copy_newest(bytes, Deadline::now());
        if (!copied) return touch(copied.error().message());
        require(copied->size <= bytes.size(), "a copy is no larger than the buffer");
        check(copied->image, copied->size);
    }

    void report() {
        for (const Subscriber* subscriber : {&pinning_, &copying_}) {
            const TopicState state = subscriber->state();
            require(state.free + state.loaned + state.published <= subscriber->info().slot_count,
                    "as many as there are");
            (void)subscriber->waitable().was_ready();
        }
        (void)publisher_.wait_for_subscriber(Deadline::now());
    }

    /// Another one joins, which recovers the dead, and leaves.
    void come_and_go(std::uint64_t number) try {
        if (number % 3 == 0) Publisher another(name_);
        if (number % 3 == 1) Subscriber another(name_, {.pins = 1, .start = Start::oldest});
        if (number % 3 == 2) Subscriber another(name_, {.pins = 0});
    } catch (const Error& refusal) {
        touch(refusal.failure().message());
    }

    std::string name_;
    Publisher publisher_;
    Subscriber pinning_, copying_;
    std::deque<Loan> loans_;
    std::deque<Message> messages_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Ground short_one(2), longer_one(4);
    Input input(data, size);
    const auto shape = input.next<std::uint8_t>();
    const SegmentUnderTest& segment = shape % 2 == 0 ? *short_one.segment : *longer_one.segment;
    segment.restore(shape / 2);
    try {
        std::optional<Play> play;
        while (!input.is_empty()) {
            const Step step = input.next_step();
            if (step.is_scribble) {
                segment.scribbler().apply(step.scribble);
                continue;
            }
            if (!play) play.emplace(segment.name(), static_cast<Start>(shape / 4 % 3));
            play->operate(step);
        }
    } catch (const Error& refusal) {
        touch(refusal.failure().message());
    }
    return 0;
}
