#include "tool/record_play_fixture.hpp"

#include "mcap/array_message.hpp"
#include "mcap/ros_image.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <random>

using namespace std::chrono_literals;
using namespace handoff::apps::mcap;

namespace recording_test {

namespace {

constexpr std::chrono::seconds program_timeout{60};

}  // namespace

Program handoff_program(const std::vector<std::string>& arguments) {
    return Program(HANDOFF_BIN_DIR "/handoff", arguments);
}

void wait_until_recorded(const Program& recorder, std::string_view name) {
    const_cast<Program&>(recorder).wait_for_errors("'" + std::string(name) + "'");
}

void require_exit(Program& program, int code) {
    const handoff::testing::Exit expected{code, 0};
    const handoff::testing::Exit exit = program.wait(program_timeout);
    BOOST_REQUIRE_MESSAGE(exit == expected, "the program " << exit.text() << " instead of exit code " << code
                                                           << "; stdout:\n"
                                                           << program.output() << "\nstderr:\n"
                                                           << program.errors());
}

void interrupt(Program& program, int code) {
    program.signal(SIGINT);
    require_exit(program, code);
}

std::uint64_t number(const Program& program, const std::string& key) {
    const std::string output = program.output();
    const std::string quoted = "\"" + key + "\": ";
    const auto at = output.find(quoted);
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, "no " << key << " in: " << output << program.errors());
    const std::size_t digits = output.find_first_not_of('"', at + quoted.size());  // sums of bytes are strings
    return std::stoull(output.substr(digits));
}

bool operator==(const Frame& left, const Frame& right) {
    return std::memcmp(&left.image, &right.image, sizeof left.image) == 0 && left.payload == right.payload;
}

std::ostream& operator<<(std::ostream& out, const Frame& frame) {
    return out << frame.payload.size() << " bytes, " << handoff::name_of(frame.image.encoding) << ' '
               << frame.image.width << 'x' << frame.image.height;
}

std::vector<Frame> frames(std::size_t count, std::uint32_t seed) {
    std::mt19937 engine(seed);
    const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
    std::vector<Frame> frames(count);
    for (Frame& frame : frames) {
        const std::uint32_t form = random() % 10;
        if (form == 0) continue;  // empty
        if (form == 1) {
            frame.payload = noise(random() % largest_frame + 1, random());
            continue;
        }
        if (form >= 8) {
            auto array = handoff::Array::of<float>({random() % 48, form == 8 ? 0U : random() % 48 + 1}).value();
            array.capture_time_ns = form;
            frame.image = array.description();
            frame.payload = noise(array.byte_count(), random());
            continue;
        }
        const auto encoding = form < 5 ? handoff::Encoding::bgr8 : handoff::Encoding::mono8;
        frame.image = handoff::Image::of(random() % 64 + 1, random() % 48 + 1, encoding);
        if (form == 2) frame.image.capture_time_ns = 1'600'000'000'000'000'000 + random();
        if (form == 3) frame.image.set_frame_id("camera-" + std::to_string(random()));
        frame.payload = noise(frame.image.byte_count(), random());
    }
    return frames;
}

void publish(handoff::Publisher& publisher, const Frame& frame) {
    handoff::Loan loan = publisher.loan().value();
    std::ranges::copy(frame.payload, loan.payload().begin());
    if (frame.image.is_described()) loan.describe(frame.image).value();
    loan.resize(frame.payload.size()).value();
    (void)publisher.publish(std::move(loan)).value();
}

std::vector<Frame> collect(handoff::Subscriber& subscriber, std::size_t count) {
    std::vector<Frame> frames;
    while (frames.size() < count) {
        const auto message = subscriber.next(handoff::testing::scaled(handoff::testing::default_timeout));
        if (!message) BOOST_FAIL(frames.size() << " of " << count << " messages, then " << message.error().message());
        BOOST_TEST(message->lost() == 0u);
        frames.push_back({message->image(), {message->payload().begin(), message->payload().end()}});
    }
    return frames;
}

std::vector<Frame> frames_in(const ReadBack& recording, const std::string& topic) {
    std::vector<Frame> frames;
    for (const Entry& entry : recording.entries) {
        if (entry.channel.topic != topic) continue;
        if (entry.channel.message_encoding == array_message_encoding) {
            const auto read = read_array_message(entry.data);
            BOOST_REQUIRE(read.has_value());
            frames.push_back({read->description, {read->payload.begin(), read->payload.end()}});
            continue;
        }
        if (entry.channel.message_encoding != "cdr") {
            frames.push_back({{}, entry.data});
            continue;
        }
        const auto read = read_ros_image(entry.data, topic, entry.head.publish_time_ns);
        BOOST_REQUIRE(read.has_value());
        frames.push_back({read->image, {read->payload.begin(), read->payload.end()}});
    }
    return frames;
}

handoff::TopicShape roomy() {
    return {.history = 512, .payload_bytes = largest_frame};
}

handoff::Subscriber subscriber_of(std::string_view name) {
    return handoff::Subscriber(name,
                               {.attach_timeout = handoff::testing::default_timeout, .start = handoff::Start::oldest});
}

bool prints(const Program& program, const std::string& words) {
    return program.errors().find(words) != std::string::npos;
}

}  // namespace recording_test
