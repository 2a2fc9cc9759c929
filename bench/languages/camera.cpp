// camera WAY WORK WHERE FRAMES | --ways: the C++ side of a trial of run.py. Prints the nanoseconds of each frame's way
// to the program in the other language and back.
//
// The clock starts when the picture is written, where the way wants it: in a slot, in a message of the library, in a
// buffer of our own. It stops when the answer was read: 8 bytes (read), or a byte of each cache line of the picture
// that came back (back).
#include <handoff/handoff.hpp>

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#ifdef HANDOFF_BENCH_ZEROMQ
#include <zmq.hpp>
#endif

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t width = 1920, height = 1080;
constexpr std::size_t frame_bytes = std::size_t{width} * height * 3;
constexpr std::size_t line_bytes = 64;
constexpr int warm_up_frames = 10;

enum class Work { read, back };

/// How pictures get there and back.
class Way {
public:
    virtual ~Way() = default;
    /// Where the next picture is to be written.
    virtual std::span<std::byte> room() = 0;
    /// Sends it, and waits for the answer; that is valid until room() is called again.
    virtual std::span<const std::byte> trip() = 0;
};

class Handoff final : public Way {
public:
    Handoff(const std::string& name, Work work, handoff::WaitPolicy wait)
        : work_(work),
          sender_(name, {.slot_count = 2,
                         .payload_bytes = frame_bytes,
                         .reply_bytes = sizeof(std::uint64_t),
                         .in_place = work == Work::back},
                  {.wait = wait}) {
        sender_.wait_for_receiver(30s).value();
    }
    std::span<std::byte> room() override {
        processed_.reset();
        loan_ = std::make_unique<handoff::Loan>(sender_.loan(30s).value());
        loan_->describe(handoff::Image::of(width, height, handoff::Encoding::bgr8)).value();
        return loan_->payload().first(frame_bytes);
    }
    std::span<const std::byte> trip() override {
        processed_.emplace(sender_.request(std::move(*loan_), 30s).value());
        return work_ == Work::back ? processed_->payload() : processed_->reply();
    }

private:
    const Work work_;
    handoff::Sender sender_;
    std::unique_ptr<handoff::Loan> loan_;
    std::optional<handoff::Processed> processed_;
};

/// A pipe for each direction, or a socket for both.
class Stream final : public Way {
public:
    Stream(const std::string& descriptors, Work work)
        : answer_(work == Work::back ? frame_bytes : sizeof(std::uint64_t)) {
        const std::size_t comma = descriptors.find(',');
        in_ = std::stoi(descriptors.substr(0, comma));
        out_ = std::stoi(descriptors.substr(comma + 1));
    }
    std::span<std::byte> room() override { return picture_; }
    std::span<const std::byte> trip() override {
        for (std::span<const std::byte> left = picture_; !left.empty();)
            left = left.subspan(moved(write(out_, left.data(), left.size())));
        for (std::span<std::byte> left = answer_; !left.empty();)
            left = left.subspan(moved(read(in_, left.data(), left.size())));
        return answer_;
    }

private:
    static std::size_t moved(ssize_t count) {
        if (count < 0) throw std::system_error(errno, std::generic_category(), "the stream");
        if (count == 0) throw std::runtime_error("the other side has ended");
        return static_cast<std::size_t>(count);
    }

    int in_ = -1, out_ = -1;
    std::vector<std::byte> picture_ = std::vector<std::byte>(frame_bytes);
    std::vector<std::byte> answer_;
};

#ifdef HANDOFF_BENCH_ZEROMQ
class ZeroMq final : public Way {
public:
    explicit ZeroMq(const std::string& endpoint) { socket_.bind(endpoint); }
    ~ZeroMq() override {
        try {
            socket_.send(zmq::message_t(), zmq::send_flags::none);  // the end
        } catch (const zmq::error_t&) {                             // a trip that has failed
        }
    }
    std::span<std::byte> room() override {
        picture_.rebuild(frame_bytes);
        return {picture_.data<std::byte>(), frame_bytes};
    }
    std::span<const std::byte> trip() override {
        socket_.send(picture_, zmq::send_flags::none);
        if (!socket_.recv(answer_)) throw std::runtime_error("no answer");
        return {answer_.data<std::byte>(), answer_.size()};
    }

private:
    zmq::context_t context_;
    zmq::socket_t socket_{context_, zmq::socket_type::req};
    zmq::message_t picture_, answer_;
};
#endif

#ifdef HANDOFF_BENCH_ZEROMQ
constexpr const char* ways = "handoff handoff_sleep pipe socket zeromq";
#else
constexpr const char* ways = "handoff handoff_sleep pipe socket";
#endif

std::unique_ptr<Way> way_of(const std::string& name, Work work, const std::string& where) {
    if (name == "handoff") return std::make_unique<Handoff>(where, work, handoff::WaitPolicy::balanced);
    if (name == "handoff_sleep") return std::make_unique<Handoff>(where, work, handoff::WaitPolicy::sleep);
    if (name == "pipe" || name == "socket") return std::make_unique<Stream>(where, work);
#ifdef HANDOFF_BENCH_ZEROMQ
    if (name == "zeromq") return std::make_unique<ZeroMq>(where);
#endif
    throw std::invalid_argument("there is no way '" + name + "' here");
}

std::uint64_t sum_of_lines(std::span<const std::byte> picture) {
    std::uint64_t sum = 0;
    for (std::size_t at = 0; at < picture.size(); at += line_bytes) sum += std::to_integer<std::uint64_t>(picture[at]);
    return sum;
}

/// What the other side found, or made of the picture.
std::uint64_t sum_in(std::span<const std::byte> answer, Work work) {
    if (work == Work::back) return sum_of_lines(answer);
    std::uint64_t sum = 0;
    if (answer.size() == sizeof sum) std::memcpy(&sum, answer.data(), sizeof sum);
    return sum;
}

std::int64_t time_of_frame(Way& way, Work work, int number) {
    const auto shade = static_cast<std::uint8_t>(number % 255 + 1);
    std::ranges::fill(way.room(), std::byte{shade});
    const auto begin = Clock::now();
    const auto answer = way.trip();
    const std::uint64_t sum = sum_in(answer, work);
    const auto end = Clock::now();
    constexpr std::uint64_t lines = (frame_bytes + line_bytes - 1) / line_bytes;
    const std::uint8_t expected = work == Work::back ? static_cast<std::uint8_t>(shade ^ 0xff) : shade;
    if (sum != lines * expected || (work == Work::back && answer.size() != frame_bytes))
        throw std::runtime_error("frame " + std::to_string(number) + " came back wrong");
    return std::chrono::nanoseconds(end - begin).count();
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc == 2 && std::string(argv[1]) == "--ways") return std::cout << ways << '\n', 0;
    if (argc != 5) throw std::invalid_argument("this is a part of bench/languages/run.py: start that");
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::signal(SIGPIPE, SIG_IGN);
    const Work work = std::string(argv[2]) == "back" ? Work::back : Work::read;
    const auto way = way_of(argv[1], work, argv[3]);
    const int frames = std::stoi(argv[4]);
    for (int frame = 0; frame < warm_up_frames + frames; ++frame) {
        const std::int64_t time_ns = time_of_frame(*way, work, frame);
        if (frame >= warm_up_frames) std::cout << time_ns << '\n';
    }
} catch (const std::exception& error) {
    std::cerr << "camera: " << error.what() << '\n';
    return 1;
}
