// Inputs that are no files: pipes, stdin, addresses; films whose frames change their size; and how soon Ctrl-C ends
// what waits for them.
#include "apps/fixture.hpp"
#include "apps/server.hpp"
#include "sender/addresses.hpp"
#include "sender/opening.hpp"
#include "sender/playlist.hpp"

#include <handoff/channel.hpp>
#include <handoff/opencv.hpp>

#include <boost/test/unit_test.hpp>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>

#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace live_inputs {

using namespace apps_test;
using namespace handoff::apps::sender;
using namespace std::chrono_literals;
using handoff::testing::Program;
using handoff::testing::UniqueName;

std::string encoded(const char* format, const cv::Mat& picture) {
    std::vector<unsigned char> bytes;
    BOOST_REQUIRE(cv::imencode(format, picture, bytes));
    return {bytes.begin(), bytes.end()};
}

/// Pictures one behind the other, as ffmpeg -f mjpeg and -f image2pipe write them.
std::string film_of(const char* format, const std::vector<cv::Size>& sizes) {
    std::string film;
    int number = 0;
    for (const cv::Size size : sizes) film += encoded(format, make_pixels(++number, size.width, size.height));
    return film;
}

std::string raw_film(int frames) {
    std::string film = "YUV4MPEG2 W64 H48 F25:1 Ip C420jpeg\n";
    for (int frame = 0; frame < frames; ++frame)
        film += "FRAME\n" + std::string(64 * 48 * 3 / 2, static_cast<char>(frame));
    return film;
}

/// What OpenCV writes under such a name.
std::string written_film(const Folder& folder, const std::string& name, const char* codec, int frames) {
    cv::VideoWriter writer(folder / name, cv::CAP_FFMPEG,
                           cv::VideoWriter::fourcc(codec[0], codec[1], codec[2], codec[3]), 25, {64, 48});
    BOOST_REQUIRE(writer.isOpened());
    for (int frame = 0; frame < frames; ++frame) writer.write(make_pixels(frame, 64, 48));
    writer.release();
    const auto bytes = read_file(folder / name);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A named pipe, and a thread that writes into it what comes once.
class Pipe {
public:
    Pipe(std::string path, std::string content) : path_(std::move(path)) {
        BOOST_TEST_REQUIRE(mkfifo(path_.c_str(), 0600) == 0);
        writer_ = std::jthread([path = path_, content = std::move(content)] { std::ofstream(path) << content; });
    }
    const std::string& path() const { return path_; }

private:
    std::string path_;
    std::jthread writer_;
};

struct Sent {
    std::vector<cv::Mat> pictures;
    std::vector<std::string> names;
    std::vector<std::string> problems;
    std::uint64_t passed_over = 0;
};

/// All that an input becomes, as `sender INPUT` would send it into slots of that size, or of its own.
Sent sent_of(const std::string& input, std::optional<std::uint64_t> payload = {}) {
    handoff::apps::Console console("test", true);
    auto inputs = list_inputs({input}).inputs;
    if (!payload) open_ahead(inputs, console);
    const auto sizes = frame_sizes(inputs, UINT64_MAX);
    const std::uint64_t size = payload.value_or(sizes.empty() ? 1 : sizes.front().bytes);
    const UniqueName name("live");
    handoff::Sender sender(name, {.slot_count = 1, .payload_bytes = size});
    Playlist playlist(std::move(inputs), false);
    Sent sent;
    const auto take_remarks = [&] {
        while (const auto remark = playlist.take_remark()) {
            sent.problems.push_back(remark->sentence);
            if (remark->kind == Remark::Kind::skipped) sent.passed_over += remark->count;
        }
    };
    try {
        while (playlist.next()) {
            take_remarks();
            if (playlist.frame_bytes() > size) {
                ++sent.passed_over;
                playlist.drop_current();
                continue;
            }
            auto loan = sender.try_loan().value();
            playlist.read_into(loan);
            sent.pictures.push_back(handoff::opencv::as_mat(loan).clone());
            sent.names.push_back(playlist.name());
        }
    } catch (const Unreadable& error) {
        sent.problems.emplace_back(error.what());
    }
    take_remarks();
    return sent;
}

std::string all(const std::vector<std::string>& sentences) {
    std::string text;
    for (const std::string& sentence : sentences) text += sentence + "\n";
    return text;
}

/// Its first thread, which reads once an input is open, sleeps until bytes come. Where the kernel hides why: sleeps.
bool reads_in_vain(const Program& program) {
    const std::string thread = "/proc/" + std::to_string(program.pid()) + "/task/" + std::to_string(program.pid());
    std::ifstream stat(thread + "/stat"), wchan(thread + "/wchan");
    std::string life, where;
    std::getline(stat, life);
    std::getline(wchan, where);
    return life.find(") S ") != std::string::npos &&
           (where.empty() || where == "0" || where.find("poll") != std::string::npos);
}

std::chrono::nanoseconds time_to_end(Program& program, int signal) {
    const auto asked = std::chrono::steady_clock::now();
    program.signal(signal);
    require_exit(program, 0);
    return std::chrono::steady_clock::now() - asked;
}

}  // namespace live_inputs

BOOST_AUTO_TEST_SUITE(live_inputs)

BOOST_AUTO_TEST_CASE(every_frame_that_comes_through_a_pipe_is_sent) {
    const Folder folder;
    const std::vector<cv::Size> twelve(12, {64, 48});
    struct Row {
        std::string name;
        std::string content;
        std::size_t frames;
    };
    const std::vector<Row> rows{{"film.mjpg", film_of(".jpg", twelve), 12},
                                {"pictures", film_of(".png", twelve), 12},
                                {"raw.y4m", raw_film(12), 12},
                                {"film.avi", written_film(folder, "written.avi", "MJPG", 12), 12},
                                {"film.mkv", written_film(folder, "written.mkv", "MJPG", 12), 12},
                                {"film.ts", written_film(folder, "written.ts", "mp4v", 12), 12},
                                {"index-behind.mp4", written_film(folder, "written.mp4", "mp4v", 12), 12},
                                {"picture.jpg", film_of(".jpg", {{64, 48}}), 1},
                                {"picture.png", film_of(".png", {{64, 48}}), 1},
                                {"picture.tif", film_of(".tiff", {{64, 48}}), 1},
                                {"picture.webp", film_of(".webp", {{64, 48}}), 1}};
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT(row.name) {
            const Pipe pipe(folder / row.name, row.content);
            const Sent sent = sent_of(pipe.path());
            BOOST_TEST(sent.pictures.size() == row.frames);
            BOOST_TEST(all(sent.problems) == "");
        }
    }
    const Pipe deep(folder / "deep.png", encoded(".png", make_pixels(1, 64, 48, CV_8UC4)));
    BOOST_TEST(sent_of(deep.path()).pictures.at(0).channels() == 4);
    const Pipe numbered(folder / "numbered.mjpg", film_of(".jpg", twelve));
    const Sent sent = sent_of(numbered.path());
    BOOST_TEST_REQUIRE(sent.names.size() == 12U);
    BOOST_TEST(sent.names.front() == "numbered-000001");
    BOOST_TEST(sent.names.back() == "numbered-000012");
}

BOOST_AUTO_TEST_CASE(what_comes_through_a_pipe_and_is_no_film_is_told_by_its_name) {
    const Folder folder;
    for (const auto& [content, why] : {std::pair{std::string(), "it ended before anything came"},
                                       {std::string(5000, 'x'), "not a video that can be read"},
                                       {film_of(".jpg", {{64, 48}}).substr(0, 600), "the JPEG is cut short"}}) {
        const Pipe pipe(folder / std::to_string(content.size()), content);
        const Sent sent = sent_of(pipe.path());
        BOOST_TEST(sent.pictures.empty());
        BOOST_TEST(all(sent.problems).find(pipe.path() + ": " + why) == 0U, all(sent.problems));
    }
}

BOOST_AUTO_TEST_CASE(a_pipe_in_a_folder_is_left_out_and_said_so) {
    const Folder folder;
    BOOST_TEST_REQUIRE(mkfifo((folder / "film.mp4").c_str(), 0600) == 0);
    make_picture(folder / "picture.png", 1);
    const InputList list = list_inputs({folder.str()});
    BOOST_TEST(list.inputs.size() == 1U);
    BOOST_TEST(list.others.format() == "also there, not sent: 1 pipe or socket (name it as an INPUT of its own)");
}

BOOST_AUTO_TEST_CASE(the_first_bytes_tell_whether_a_copy_is_needed) {
    using namespace std::string_literals;
    const auto reading = [](const std::string& text, bool has_ended = false) {
        return reading_of(std::as_bytes(std::span(text.data(), text.size())), has_ended);
    };
    const std::string type =
        "\0\0\0\x10"
        "ftypisom\0\0\0\0"s;
    BOOST_TEST((reading("short") == std::nullopt));
    BOOST_TEST((reading("short", true) == Reading::as_it_comes));
    BOOST_TEST((reading(type) == std::nullopt));
    BOOST_TEST((reading(type + "\0\0\0\x8"
                               "free\0\0\1\0moov"s) == Reading::as_it_comes));
    BOOST_TEST((reading(type + "\0\0\1\0mdat"s) == Reading::from_a_copy));
    BOOST_TEST((reading(type + "\0\0\0\0free"s) == Reading::from_a_copy));  // up to the end
    BOOST_TEST((reading(type + "\xff\xff\xff\xff"
                               "free"s) == std::nullopt));
    const std::string jpeg = film_of(".jpg", {{64, 48}});
    BOOST_TEST((reading(jpeg) == std::nullopt));
    BOOST_TEST((reading(jpeg, true) == Reading::from_a_copy));
    BOOST_TEST((reading(jpeg + jpeg) == Reading::as_it_comes));
    BOOST_TEST((reading(raw_film(1)) == Reading::as_it_comes));
}

BOOST_AUTO_TEST_CASE(frames_are_sent_in_their_own_size_and_what_does_not_fit_is_counted) {
    const Folder folder;
    const cv::Size small{64, 48}, large{96, 80}, wide{80, 48};
    const std::vector<cv::Size> sizes{small, small, large, large, large, small, wide, small};
    const std::string film = film_of(".jpg", sizes);
    write_file(folder / "film.mjpeg", std::as_bytes(std::span(film)));
    const Sent whole = sent_of(folder / "film.mjpeg", 96 * 80 * 3);
    BOOST_TEST(all(whole.problems) == "");
    BOOST_TEST_REQUIRE(whole.pictures.size() == sizes.size());
    for (std::size_t frame = 0; frame < sizes.size(); ++frame) {
        const auto seed = static_cast<int>(frame) + 1;
        BOOST_TEST_REQUIRE((whole.pictures[frame].size() == sizes[frame]), "frame " << seed);
        const double distance =
            cv::norm(whole.pictures[frame], make_pixels(seed, sizes[frame].width, sizes[frame].height), cv::NORM_L1);
        BOOST_TEST(distance / static_cast<double>(whole.pictures[frame].total() * 3) < 60, "frame " << seed);
    }
    const Sent some = sent_of(folder / "film.mjpeg");
    BOOST_TEST(some.pictures.size() == 4U);
    BOOST_TEST(some.passed_over == 4U);
    BOOST_TEST(all(some.problems) ==
               (folder / "film.mjpeg") + ": 2 more frames of 96x80, up to number 5, not sent either\n");
}

BOOST_AUTO_TEST_CASE(addresses_are_told_from_files_and_keep_their_passwords) {
    BOOST_TEST(is_address("rtsp://camera/1"));
    BOOST_TEST(is_address("http+x://h"));
    for (const char* file : {"film.mp4", "a/b://c", "://x", "1a://x", "C:/film.mp4"}) BOOST_TEST(!is_address(file));
    BOOST_TEST(without_password("open rtsp://me:se@cret@camera:554/1 failed") == "open rtsp://camera:554/1 failed");
    BOOST_TEST(without_password("http://camera/?mail=a@b") == "http://camera/?mail=a@b");
    BOOST_TEST(name_of_address("rtsp://me:secret@camera:554/") == "camera");
    BOOST_TEST(name_of_address("http://camera/live/left.mjpg?token=1#x") == "left");
}

BOOST_AUTO_TEST_CASE(an_address_that_nobody_serves_is_told_with_the_reason_and_without_the_password) {
    const UniqueName name("refused");
    const std::string nobody = "127.0.0.1:" + std::to_string(Server::unused_port());
    Program feeding = sender({"--channel", name.str(), "rtsp://me:secret@" + nobody + "/1",
                              "http://" + nobody + "/a.jpg", "nonsense://" + nobody});
    require_exit(feeding, 1);
    const std::string said = feeding.errors();
    BOOST_TEST(said.find("sender: rtsp://" + nobody + "/1: cannot be opened as a video (") != std::string::npos, said);
    BOOST_TEST(said.find("sender: http://" + nobody + "/a.jpg: cannot be opened as a video (") != std::string::npos,
               said);
    BOOST_TEST(said.find("sender: nonsense://" + nobody + ": cannot be opened as a video (") != std::string::npos,
               said);
    BOOST_TEST(said.find("Connection refused") != std::string::npos, said);
    BOOST_TEST(said.find("secret") == std::string::npos, said);
    BOOST_TEST(said.find("No such file") == std::string::npos, said);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_network_camera_is_opened_once_and_all_its_frames_are_sent) {
    const UniqueName name("camera");
    Server camera(multipart(film_of(".jpg", {{64, 48}}), 40), Server::Then::close);
    Program working = receiver({"--channel", name.str(), "--quiet"});
    Program feeding = sender({"--channel", name.str(), "--json", camera.address() + "live"});
    require_exit(feeding, 0);
    require_exit(working, 0);
    BOOST_TEST(number(feeding, "processed") == 40);
    BOOST_TEST(camera.connections() == 1);
}

BOOST_AUTO_TEST_CASE(an_interrupt_ends_what_waits_for_an_input_within_a_second) {
    const Folder folder;
    BOOST_TEST_REQUIRE(mkfifo((folder / "unwritten").c_str(), 0600) == 0);
    Server silent("", Server::Then::stay_silent);
    Server falls_silent(multipart(film_of(".jpg", {{64, 48}}), 40), Server::Then::stay_silent);
    struct Row {
        std::string input;
        int signal;
        std::function<bool(const Program&)> is_waiting;
    };
    const auto reports_waiting = [](const Program& program) {
        return program.errors().find("waiting for bytes from") != std::string::npos;
    };
    const std::vector<Row> rows{{folder / "unwritten", SIGTERM, reports_waiting},
                                {silent.address(), SIGINT, [&](const Program&) { return silent.connections() > 0; }},
                                {falls_silent.address(), SIGINT, [&](const Program& program) {
                                     return falls_silent.all_was_sent() && reads_in_vain(program);
                                 }}};
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT(row.input) {
            const UniqueName name("silent");
            Program working = receiver({"--channel", name.str(), "--quiet"});
            Program feeding = sender({"--channel", name.str(), "--json", row.input});
            BOOST_TEST_REQUIRE(handoff::testing::eventually([&] { return row.is_waiting(feeding); }, 60s));
            BOOST_TEST((time_to_end(feeding, row.signal) < handoff::testing::scaled(2s)));
            BOOST_TEST(number(feeding, "skipped") == 0);
            BOOST_TEST(feeding.errors().find("skipped 0") != std::string::npos, feeding.errors());
        }
    }
}

BOOST_AUTO_TEST_CASE(films_and_pictures_come_through_stdin) {
    const Folder folder;
    const UniqueName name("stdin");
    const std::string film = film_of(".jpg", std::vector<cv::Size>(12, {64, 48}));
    write_file(folder / "film.mjpg", std::as_bytes(std::span(film)));
    Program working = receiver({"--channel", name.str(), "--stay", "--quiet"});
    const auto pump = [&](const char* script, int code) {
        Program feeding("/bin/sh", {"-c", script, HANDOFF_BIN_DIR "/sender", folder / "film.mjpg", "--channel",
                                    name.str(), "--json"});
        require_exit(feeding, code);
        return std::pair{number(feeding, "processed"), feeding.errors()};
    };
    BOOST_TEST(pump(R"(f=$1; shift; cat "$f" | "$0" "$@" -)", 0).first == 12);
    BOOST_TEST(pump(R"(f=$1; shift; "$0" "$@" - < "$f")", 0).first == 12);
    BOOST_TEST(pump(R"(f=$1; shift; cat "$f" | "$0" "$@" /dev/stdin "$f")", 0).first == 24);
    const auto [processed, said] = pump(R"(f=$1; shift; cat "$f" | "$0" "$@" --loop - /dev/stdin)", 1);
    BOOST_TEST(processed == 12);
    BOOST_TEST(said.find("/dev/stdin: stdin is named twice") != std::string::npos, said);
    BOOST_TEST(said.find("stdin: was read, and cannot be read again") != std::string::npos, said);
}

BOOST_AUTO_TEST_SUITE_END()
