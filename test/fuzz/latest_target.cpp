// Every operation of a latest value over bytes that others change at will, through the public handle.
#include <handoff/latest.hpp>

#include <array>
#include <optional>

#include "fuzz/input.hpp"
#include "fuzz/segment_under_test.hpp"

using namespace handoff;
using namespace handoff::test;

namespace {

constexpr std::size_t capacity_bytes = 100;
constexpr std::array<std::byte, capacity_bytes> value{};

struct Ground {
    testing::UniqueName name{"fuzz-latest"};
    std::optional<SegmentUnderTest> segment;

    Ground() {
        {
            const LatestBytes creator(
                name, {.capacity_bytes = capacity_bytes, .participants = 4, .lifetime = Lifetime::persistent});
        }
        segment.emplace(name.str());
        LatestBytes latest(name);
        for (int write = 0; write < 3; ++write) latest.write(value).value();
        segment->remember();
    }
};

class Play {
public:
    explicit Play(const std::string& name) : name_(name), writer_(name), reader_(name, {.read_only = true}) {}

    void operate(const Step& step) {
        const std::uint64_t number = step.number();
        LatestBytes& handle = number % 2 == 0 ? writer_ : reader_;
        std::array<std::byte, capacity_bytes> buffer{};
        const auto bytes = std::span(buffer).first(number % 5 == 0 ? number % capacity_bytes : capacity_bytes);
        switch (step.operation % 6) {
            case 0:
            case 1: {
                const auto written = writer_.write(std::span(value).first(number % (capacity_bytes + 1)));
                if (!written) touch(written.error().message());
                return;
            }
            case 2:
                return look_at(handle.read(bytes), bytes.size());
            case 3:
                return look_at(handle.wait_newer(bytes, Deadline::now()), bytes.size());
            case 4:
                (void)handle.has_newer();
                (void)handle.waitable().was_ready();
                return;
            default:
                return come_and_go();
        }
    }

private:
    static void look_at(const result<Reading>& reading, std::size_t most) {
        if (!reading) return touch(reading.error().message());
        require(reading->size <= most, "a reading is no larger than the buffer");
    }

    /// Another one joins, which recovers the dead, and leaves.
    void come_and_go() try {
        LatestBytes another(name_);
        (void)another.write(value);
    } catch (const Error& refusal) {
        touch(refusal.failure().message());
    }

    std::string name_;
    LatestBytes writer_, reader_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Ground ground;
    Input input(data, size);
    ground.segment->restore(input.next<std::uint8_t>());
    try {
        std::optional<Play> play;
        while (!input.is_empty()) {
            const Step step = input.next_step();
            if (step.is_scribble) {
                ground.segment->scribbler().apply(step.scribble);
                continue;
            }
            if (!play) play.emplace(ground.name.str());
            play->operate(step);
        }
    } catch (const Error& refusal) {
        touch(refusal.failure().message());
    }
    return 0;
}
