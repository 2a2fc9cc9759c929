// Every operation of a channel over bytes that others change at will, through the public handles.
#include <handoff/channel.hpp>

#include <cstdlib>
#include <deque>
#include <optional>

#include "fuzz/input.hpp"
#include "fuzz/segment_under_test.hpp"

using namespace handoff;
using namespace handoff::test;

namespace {

constexpr std::size_t payload_bytes = 200, reply_bytes = 100;

/// Loans, messages in the ring, requests in hand, answers: the state of a channel when all participants are killed at
/// once.
void leave_a_busy_state(SegmentUnderTest& segment, const ChannelShape& shape) {
    Sender sender(segment.name(), shape);
    Receiver receiver(segment.name(), shape);
    const auto ask = [&] { return sender.request_async(sender.try_loan().value()).value(); };
    const Pending answered = ask(), taken = ask();
    receiver.try_receive().value().processed(std::size_t{7}).value();
    const auto request = receiver.try_receive().value();
    const Pending unread = ask();
    sender.send(sender.try_loan().value()).value();
    const auto loan = sender.try_loan().value();
    segment.remember();
}

struct Ground {
    testing::UniqueName name{"fuzz-channel"};
    std::optional<SegmentUnderTest> segment;

    Ground(bool in_place, std::uint32_t max_deliveries) {
        const ChannelShape shape{.slot_count = 5,
                                 .payload_bytes = payload_bytes,
                                 .reply_bytes = reply_bytes,
                                 .participants = 5,
                                 .max_deliveries = max_deliveries,
                                 .in_place = in_place,
                                 .lifetime = Lifetime::persistent};
        { const Sender creator(name, shape); }
        segment.emplace(name.str());
        leave_a_busy_state(*segment, shape);
    }
};

class Play {
public:
    explicit Play(const std::string& name) : name_(name), sender_(name), receiver_(name) {}

    void operate(const Step& step) {
        const std::uint64_t number = step.number();
        switch (step.operation % 20) {
            case 0:
            case 1:
                return keep(loans_, sender_.try_loan());
            case 2:
                return keep(loans_, sender_.loan(Deadline::now()));
            case 3:
                return edit_loan(number);
            case 4:
                return with(loans_, [&](Loan& loan) { (void)sender_.send(std::move(loan)); });
            case 5:
                return with(loans_, [&](Loan& loan) { keep(pending_, sender_.request_async(std::move(loan))); });
            case 6:
                return with(loans_, [&](Loan& loan) { look_at(sender_.request(std::move(loan), Deadline::now())); });
            case 7:
                return drop(loans_);
            case 8:
                return receive(receiver_.try_receive());
            case 9:
                return receive(receiver_.receive(Deadline::now()));
            default:
                return step.operation % 20 < 15 ? answer(step.operation % 20, number)
                                                : others(step.operation % 20, number);
        }
    }

private:
    static constexpr std::size_t most = 8;

    template <class T>
    static void keep(std::deque<T>& things, result<T>&& outcome) {
        if (outcome && things.size() < most) things.push_back(std::move(*outcome));
    }
    template <class T, class Action>
    static void with(std::deque<T>& things, Action&& action) {
        if (things.empty()) return;
        T thing = std::move(things.front());
        things.pop_front();
        action(thing);
    }
    template <class T>
    static void drop(std::deque<T>& things) {
        if (!things.empty()) things.pop_front();
    }

    static void check(const Image& image, std::size_t bytes) {
        if (image.is_described()) require(check_description(image, bytes).has_value(), "it lies inside its bytes");
        (void)image.frame();
    }

    void edit_loan(std::uint64_t number) {
        if (loans_.empty()) return;
        require(loans_.front().payload().size() <= payload_bytes, "a loan is no larger than its slot");
        fill(loans_.front().payload(), number);
        (void)loans_.front().resize(number % (payload_bytes + 2));
        (void)loans_.front().describe(small_image(number, 20, 7));
    }

    void receive(result<Request>&& request) {
        if (!request) return touch(request.error().message());
        require(request->payload().size() <= payload_bytes, "a request is no larger than its slot");
        require(request->reply().size() == reply_bytes, "a reply area is what the channel says");
        touch(request->payload());
        fill(request->reply(), 1);
        check(request->image(), request->payload().size());
        keep(requests_, std::move(request));
    }

    void look_at(result<Processed>&& processed) {
        if (!processed) return touch(processed.error().message());
        require(processed->payload().size() <= payload_bytes && processed->reply().size() <= reply_bytes,
                "an answer is no larger than its slot");
        touch(processed->payload());
        touch(processed->reply());
        check(processed->image(), processed->payload().size());
        check(processed->reply_image(), processed->reply().size());
        keep(processed_, std::move(processed));
    }

    void answer(int what, std::uint64_t number) {
        with(requests_, [&](Request& request) {
            std::byte bytes[reply_bytes + 1]{};
            if (what == 10) (void)request.processed(number % (reply_bytes + 2));
            if (what == 11) (void)request.processed(std::span(bytes).first(number % sizeof bytes));
            if (what == 12) (void)request.failed("because");
            if (what == 13) edit(request, number);
        });  // 14, or a refusal: dropped
    }

    static void edit(Request& request, std::uint64_t number) {
        const Image image = small_image(number, 12, 9);
        if (auto bytes = request.editable()) {
            fill(*bytes, number);
            (void)request.describe(image);
        }
        (void)request.describe_reply(image);
        (void)request.processed();
    }

    void others(int what, std::uint64_t number) {
        if (what == 15) with(pending_, [&](Pending& pending) { look_at(pending.wait(Deadline::now())); });
        if (what == 16) with(pending_, [&](Pending& pending) { (void)pending.withdraw(); });
        if (what == 17) number % 2 == 0 ? drop(pending_) : drop(processed_);
        if (what == 18) report();
        if (what == 19) come_and_go(number);
    }

    void report() {
        for (const Pending& pending : pending_) (void)pending.was_answered();
        touch(sender_.who_holds());
        touch(receiver_.who_holds());
        const ChannelState state = sender_.state();
        require(state.free + state.loaned + state.ready + state.taken + state.answered == sender_.info().slot_count,
                "every slot is in one state");
        (void)sender_.id();
        (void)receiver_.waitable().was_ready();
        (void)sender_.wait_for_receiver(Deadline::now());
    }

    /// Another one joins, which recovers the dead, and leaves.
    void come_and_go(std::uint64_t number) try {
        if (number % 2 == 0) Sender another(name_);
        if (number % 2 == 1) Receiver another(name_);
    } catch (const Error& refusal) {
        touch(refusal.failure().message());
    }

    std::string name_;
    Sender sender_;
    Receiver receiver_;
    std::deque<Loan> loans_;
    std::deque<Pending> pending_;
    std::deque<Request> requests_;
    std::deque<Processed> processed_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Ground plain(false, 10), in_place(true, 1);
    Input input(data, size);
    const auto shape = input.next<std::uint8_t>();
    const SegmentUnderTest& segment = shape % 2 == 0 ? *plain.segment : *in_place.segment;
    segment.restore(shape / 2);
    try {
        std::optional<Play> play;
        while (!input.is_empty()) {
            const Step step = input.next_step();
            if (step.is_scribble) {
                segment.scribbler().apply(step.scribble);
                continue;
            }
            if (!play) play.emplace(segment.name());  // what was scribbled before is found at attach
            play->operate(step);
        }
    } catch (const Error& refusal) {
        touch(refusal.failure().message());
    }
    return 0;
}
