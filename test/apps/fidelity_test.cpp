// The content of a picture or film arrives, or a message reports the loss.
#include "apps/fixture.hpp"
#include "sender/content.hpp"
#include "sender/decoder_log.hpp"
#include "sender/inputs.hpp"
#include "sender/picture_source.hpp"
#include "sender/playlist.hpp"
#include "sender/tiff_probe.hpp"
#include "sender/transport_stream.hpp"
#include "sender/video_source.hpp"

#include <handoff/channel.hpp>
#include <handoff/opencv.hpp>

#include <boost/test/unit_test.hpp>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace fidelity {

using namespace apps_test;
using namespace handoff::apps::sender;
using handoff::testing::Program;
using handoff::testing::UniqueName;

struct Sent {
    std::vector<cv::Mat> pictures;
    std::vector<std::string> names;
    std::vector<Remark> remarks;
    std::string problem;
};

void take_remarks(FrameSource& source, Sent& sent) {
    while (auto remark = source.take_remark()) sent.remarks.push_back(*remark);
}

/// All that a file becomes, as `sender FILE` would send it.
Sent sent_of(const std::string& path, Pixels pixels = Pixels::automatic) {
    decoder_log::keep();
    const UniqueName name("fidelity");
    const auto inputs = list_inputs({path}).inputs;
    const auto sizes = frame_sizes(inputs, UINT64_MAX, pixels);
    handoff::Sender sender(name, {.slot_count = 1, .payload_bytes = sizes.empty() ? 1 : sizes.front().bytes});
    Playlist playlist(inputs, false, pixels);
    Sent sent;
    try {
        while (playlist.next()) {
            auto loan = sender.try_loan().value();
            playlist.read_into(loan);
            sent.pictures.push_back(handoff::opencv::as_mat(loan).clone());
            sent.names.push_back(playlist.name());
            take_remarks(playlist, sent);
        }
    } catch (const Unreadable& error) {
        sent.problem = error.what();
    }
    take_remarks(playlist, sent);
    return sent;
}

void check_reduced(const Sent& sent, const std::string& path, const std::string& what) {
    BOOST_REQUIRE(sent.remarks.size() == 1U);
    BOOST_TEST((sent.remarks[0].kind == Remark::Kind::reduced));
    BOOST_TEST(sent.remarks[0].sentence == path + ": has " + what + ", sent as bgr8");
}

cv::Mat deep_pixels(int type) {
    cv::Mat pixels(30, 40, type);
    cv::RNG random(5);
    random.fill(pixels, cv::RNG::UNIFORM, 0, CV_MAT_DEPTH(type) == CV_16U ? 65'536 : 1000);
    return pixels;
}

/// A motion JPEG: pictures one behind the other.
void write_jpegs(const std::string& path, int count) {
    std::vector<std::byte> all;
    for (int number = 0; number < count; ++number) {
        std::vector<unsigned char> jpeg;
        BOOST_REQUIRE(cv::imencode(".jpg", make_pixels(number, 64, 48), jpeg));
        const auto bytes = std::as_bytes(std::span(jpeg));
        all.insert(all.end(), bytes.begin(), bytes.end());
    }
    write_file(path, all);
}

/// A JPEG whose middle was overwritten; its end is intact.
void write_damaged_jpeg(const std::string& path) {
    make_picture(path, 4, 128, 96);
    auto bytes = read_file(path);
    for (std::size_t at = bytes.size() / 2; at < bytes.size() / 2 + 200; ++at)
        bytes[at] = static_cast<std::byte>(at * 7 % 251);
    write_file(path, bytes);
}

/// Three frames whose pixels have so many bits, without any codec.
void write_film_of_bits(const std::string& path, int bits) {
    std::string film = "YUV4MPEG2 W32 H16 F25:1 Ip C420p" + std::to_string(bits) + "\n";
    for (int frame = 0; frame < 3; ++frame) {
        film += "FRAME\n";
        for (int sample = 0; sample < 32 * 16 * 3 / 2; ++sample) film += {'\x02', '\x01'};
    }
    write_file(path, std::as_bytes(std::span(film)));
}

/// Tables before each third frame of four numbered packets; `left_out`: the packets that are missing in the file.
void write_stream_with_tables(const std::string& path, const std::function<bool(int)>& left_out) {
    std::string stream;
    int number = 0;
    const auto put = [&](std::string bytes) {
        if (!left_out(number++)) stream += bytes + std::string(188 - bytes.size(), 'x');
    };
    for (int packet = 0; packet < 4 * 12; ++packet) {
        if (packet % 12 == 0) {
            put(std::string("G\x40\0\x10\0\0\xb0\x0d\0\1\xc1\0\0\0\1\xf0\0", 17));
            put(std::string("G\x50\0\x10\0\2", 6));
        }
        std::string bytes{'G', packet % 4 == 0 ? '\x41' : '\x01', '\0',
                          static_cast<char>((packet % 4 == 3 ? 0x30 : 0x10) + packet % 16)};
        if (packet % 4 == 3) bytes += std::string(1, 100) + std::string(100, '\0');
        if (packet % 4 == 0) bytes += std::string("\0\0\1\xe0", 4);
        put(bytes);
    }
    write_file(path, std::as_bytes(std::span(stream)));
}

/// Frames of four packets each, of which the last one is filled up; only the first `packets` of them all.
void write_transport_stream(const std::string& path, int frames, int packets) {
    std::string stream;
    for (int packet = 0; packet < std::min(packets, 4 * frames); ++packet) {
        const bool is_first = packet % 4 == 0;
        const bool is_last = packet % 4 == 3;
        std::string bytes{'G', is_first ? '\x41' : '\x01', '\0', is_last ? '\x30' : '\x10'};
        if (is_last) bytes += std::string(1, 100) + std::string(100, '\xff');
        if (is_first) bytes += std::string("\0\0\1\xe0", 4);
        stream += bytes + std::string(188 - bytes.size(), 'x');
    }
    write_file(path, std::as_bytes(std::span(stream)));
}

}  // namespace fidelity

BOOST_AUTO_TEST_SUITE(fidelity)

BOOST_AUTO_TEST_CASE(more_than_8_bits_and_alpha_arrive_as_they_are_stored) {
    const Folder folder;
    for (const auto& [name, type] : {std::pair{"gray16.png", CV_16UC1},
                                     {"colour16.png", CV_16UC3},
                                     {"alpha16.png", CV_16UC4},
                                     {"alpha.png", CV_8UC4},
                                     {"gray16.tif", CV_16UC1},
                                     {"colour16.tif", CV_16UC3},
                                     {"alpha.tif", CV_8UC4},
                                     {"float.tif", CV_32FC1},
                                     {"double.tif", CV_64FC1},
                                     {"gray16.pgm", CV_16UC1},
                                     {"float.pfm", CV_32FC1},
                                     {"alpha.webp", CV_8UC4}}) {
        const std::string path = folder / name;
        const cv::Mat pixels = CV_MAT_DEPTH(type) == CV_8U ? make_pixels(1, 40, 30, type) : deep_pixels(type);
        BOOST_REQUIRE(cv::imwrite(path, pixels));
        const Sent sent = sent_of(path);
        BOOST_TEST_CONTEXT(name << ": " << sent.problem) {
            BOOST_REQUIRE(sent.pictures.size() == 1U);
            BOOST_TEST(cv::typeToString(sent.pictures[0].type()) == cv::typeToString(type));
            BOOST_TEST(same(sent.pictures[0], cv::imread(path, cv::IMREAD_UNCHANGED)));
            BOOST_TEST(sent.remarks.empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(eight_bits_are_bgr8_unless_they_are_asked_for_unchanged) {
    const Folder folder;
    for (const char* name : {"gray.png", "gray.jpg", "gray.bmp", "gray.tif"}) {
        BOOST_REQUIRE(cv::imwrite(folder / name, make_pixels(1, 40, 30, CV_8UC1)));
        BOOST_TEST_CONTEXT(name) {
            BOOST_TEST(same(sent_of(folder / name).pictures.at(0), cv::imread(folder / name, cv::IMREAD_COLOR)));
            BOOST_TEST(same(sent_of(folder / name, Pixels::unchanged).pictures.at(0),
                            cv::imread(folder / name, cv::IMREAD_UNCHANGED)));
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_reduced_on_demand_is_said_once_for_each) {
    const Folder folder;
    BOOST_REQUIRE(cv::imwrite(folder / "deep.png", deep_pixels(CV_16UC1)));
    BOOST_REQUIRE(cv::imwrite(folder / "alpha.png", make_pixels(1, 40, 30, CV_8UC4)));
    BOOST_REQUIRE(cv::imwrite(folder / "deep.tif", deep_pixels(CV_16UC3)));
    BOOST_REQUIRE(cv::imwrite(folder / "float.tif", deep_pixels(CV_32FC1)));
    check_reduced(sent_of(folder / "deep.png", Pixels::bgr8), folder / "deep.png", "16 bits per channel");
    check_reduced(sent_of(folder / "alpha.png", Pixels::bgr8), folder / "alpha.png", "alpha");
    check_reduced(sent_of(folder / "deep.tif", Pixels::bgr8), folder / "deep.tif", "16 bits per channel");
    BOOST_TEST(sent_of(folder / "float.tif", Pixels::bgr8).problem ==
               (folder / "float.tif") + ": floats cannot become bgr8: leave --bgr8 out, and it is sent as it is");
    const Sent sent = sent_of(folder / "deep.png", Pixels::bgr8);
    BOOST_TEST(same(sent.pictures.at(0), cv::imread(folder / "deep.png", cv::IMREAD_COLOR)));
}

BOOST_AUTO_TEST_CASE(a_film_of_10_bits_says_that_it_is_sent_as_8) {
    const Folder folder;
    write_film_of_bits(folder / "ten.y4m", 10);
    const Sent sent = sent_of(folder / "ten.y4m");
    BOOST_TEST(sent.pictures.size() == 3U);
    check_reduced(sent, folder / "ten.y4m", "10 bits per channel");
    VideoSource plain(example("vtest.avi"), "plain");
    BOOST_REQUIRE(plain.next());
    BOOST_TEST(!plain.take_remark());
}

BOOST_AUTO_TEST_CASE(all_pages_of_a_tiff_are_sent) {
    const Folder folder;
    const std::vector<cv::Mat> pages{make_pixels(1, 40, 30), deep_pixels(CV_16UC1), make_pixels(3, 90, 80)};
    BOOST_REQUIRE(cv::imwritemulti(folder / "pages.tiff", pages));
    const Sent sent = sent_of(folder / "pages.tiff");
    BOOST_TEST(sent.problem == "");
    BOOST_TEST(sent.names == (std::vector<std::string>{"pages-000001", "pages-000002", "pages-000003"}),
               boost::test_tools::per_element());
    for (std::size_t page = 0; page < sent.pictures.size(); ++page) BOOST_TEST(same(sent.pictures[page], pages[page]));
}

BOOST_AUTO_TEST_CASE(no_bytes_of_a_tiff_make_it_read_beyond_them_or_for_ever) {
    const Folder folder;
    BOOST_REQUIRE(cv::imwritemulti(folder / "pages.tiff", std::vector<cv::Mat>(3, make_pixels(1, 8, 8))));
    const auto whole = read_file(folder / "pages.tiff");
    BOOST_TEST(tiff_pages(whole).size() == 3U);
    cv::RNG random(7);
    for (int round = 0; round < 20'000; ++round) {
        auto bytes = std::vector(whole.begin(), whole.begin() + random.uniform(0, static_cast<int>(whole.size()) + 1));
        for (int change = 0; change < 4 && !bytes.empty(); ++change)
            bytes[static_cast<std::size_t>(random.uniform(0, static_cast<int>(bytes.size())))] =
                static_cast<std::byte>(random.uniform(0, 256));
        BOOST_REQUIRE(tiff_pages(bytes).size() <= whole.size());
    }
}

BOOST_AUTO_TEST_CASE(jpegs_one_behind_the_other_are_all_sent_whatever_the_file_is_called) {
    const Folder folder;
    for (const char* name : {"cam.mjpeg", "cam.mjpg", "cam.jpg", "cam.bin", "cam"}) {
        write_jpegs(folder / name, 4);
        const Sent sent = sent_of(folder / name);
        BOOST_TEST(sent.pictures.size() == 4U, name << " gave " << sent.pictures.size() << "; " << sent.problem);
        BOOST_TEST(sent.names.back() == "cam-000004");
    }
}

BOOST_AUTO_TEST_CASE(the_kind_of_a_file_is_in_its_bytes) {
    const Folder folder;
    const auto kind = [&](const std::string& name, const std::string& text) {
        write_file(folder / name, std::as_bytes(std::span(text)));
        return kind_of(folder / name);
    };
    using namespace std::string_literals;
    BOOST_TEST((kind("a", "\0\0\0\1\x06\5abc"s) == InputKind::video));     // H.264, as a camera writes it
    BOOST_TEST((kind("b.dat", "\0\0\0\1\x67\x42"s) == InputKind::video));  // H.264
    BOOST_TEST((kind("c", "\0\0\0\1\x40\1\x0c"s) == InputKind::video));    // H.265
    BOOST_TEST((kind("d", "\0\0\1\0\1\0\x10\x10"s) == std::nullopt));      // an icon
    BOOST_TEST((kind("e", "GIF89a"s) == InputKind::video));
    BOOST_TEST((kind("f.jpg", "\x1a\x45\xdf\xa3rest"s) == InputKind::video));
    BOOST_TEST((kind("notes.txt", "BMW and P6 are words"s) == std::nullopt));
    BOOST_TEST((kind("g.jfif", "damaged"s) == InputKind::picture));
    make_picture(folder / "h.png", 1);
    BOOST_TEST((kind_of(folder / "h.png") == InputKind::picture));
    write_film_of_bits(folder / "i", 10);
    BOOST_TEST((kind_of(folder / "i") == InputKind::video));
}

BOOST_AUTO_TEST_CASE(a_damaged_jpeg_is_sent_named_and_counted) {
    const Folder folder;
    const UniqueName name("damaged");
    write_damaged_jpeg(folder / "damaged.jpg");
    make_picture(folder / "good.jpg", 1);
    Program worker = receiver({"--channel", name.str(), "--quiet"});
    Program feeder = sender({"--channel", name.str(), "--json", "--quiet", folder.str()});
    require_exit(feeder, 1);
    require_exit(worker, 0);
    BOOST_TEST(number(feeder, "processed") == 2);
    BOOST_TEST(number(feeder, "damaged") == 1);
    const std::string said = feeder.errors();
    BOOST_TEST(said.find("sender: " + (folder / "damaged.jpg") + ": damaged") == 0U, said);
    BOOST_TEST(std::count(said.begin(), said.end(), '\n') == 1, said);  // nothing from libjpeg itself
}

BOOST_AUTO_TEST_CASE(a_transport_stream_that_ends_within_a_frame_is_told_at_its_end) {
    const Folder folder;
    write_transport_stream(folder / "whole.ts", 12, 4 * 12);
    write_transport_stream(folder / "cut.ts", 12, 4 * 12 - 2);
    write_transport_stream(folder / "short.ts", 12, 4 * 12);
    auto bytes = read_file(folder / "short.ts");
    bytes.resize(bytes.size() - 60);
    write_file(folder / "short.ts", bytes);
    BOOST_TEST(why_transport_stream_incomplete(folder / "whole.ts") == "");
    BOOST_TEST(why_transport_stream_incomplete(folder / "cut.ts") == "the file seems to end in the middle of a frame");
    BOOST_TEST(why_transport_stream_incomplete(folder / "short.ts") == "the file ends in the middle of a packet");
    BOOST_TEST(why_transport_stream_incomplete(example("vtest.avi")) == "");
    BOOST_TEST((kind_of(folder / "whole.ts") == InputKind::video));
}

BOOST_AUTO_TEST_CASE(a_transport_stream_that_misses_packets_or_ends_within_its_tables_is_told) {
    const Folder folder;
    const auto why = [&](const std::function<bool(int)>& left_out) {
        write_stream_with_tables(folder / "film.ts", left_out);
        return why_transport_stream_incomplete(folder / "film.ts");
    };
    BOOST_TEST(why([](int) { return false; }) == "");
    BOOST_TEST(why([](int packet) { return packet == 20; }) == "packets are missing in its last part");
    BOOST_TEST(why([](int packet) { return packet >= 43; }) ==
               "the file ends within the tables that begin its next part");
    BOOST_TEST(why([](int packet) { return packet >= 10 && packet < 14; }) == "");  // two films, one behind the other
    auto twice = read_file(folder / "film.ts");
    const auto once = twice;
    twice.insert(twice.end(), once.begin(), once.end());
    write_file(folder / "twice.ts", twice);
    BOOST_TEST(why_transport_stream_incomplete(folder / "twice.ts") == "");
}

BOOST_AUTO_TEST_CASE(a_receiver_makes_grey_of_16_bits_and_refuses_edges_by_name) {
    const Folder folder;
    BOOST_REQUIRE(cv::imwrite(folder / "deep.png", deep_pixels(CV_16UC3)));
    for (const auto& [operation, code] : {std::pair{"gray", 0}, {"edges", 1}}) {
        const UniqueName name("deep");
        Program worker = receiver({"--channel", name.str(), "--operation", operation});
        Program feeder = sender({"--channel", name.str(), "--save", folder / operation, folder / "deep.png"});
        require_exit(feeder, code);
        require_exit(worker, code);
        const bool refused =
            feeder.errors().find("not on 16UC3; sender --bgr8 sends 16 bits as 8") != std::string::npos;
        BOOST_TEST(refused == (code == 1), feeder.errors());
    }
    cv::Mat expected;
    cv::cvtColor(cv::imread(folder / "deep.png", cv::IMREAD_UNCHANGED), expected, cv::COLOR_BGR2GRAY);
    BOOST_TEST(same(cv::imread(folder / "gray/deep.png", cv::IMREAD_UNCHANGED), expected));
}

BOOST_AUTO_TEST_CASE(floats_are_not_written_as_8_bits) {
    const Folder folder;
    const UniqueName name("floats");
    BOOST_REQUIRE(cv::imwrite(folder / "float.tif", deep_pixels(CV_32FC1)));
    Program worker = receiver({"--channel", name.str(), "--out", folder / "out"});
    Program feeder = sender({"--channel", name.str(), folder / "float.tif"});
    require_exit(feeder, 0);
    require_exit(worker, 1);
    BOOST_TEST(worker.errors().find("a picture of 32FC1 cannot be written as PNG") != std::string::npos,
               worker.errors());
}

BOOST_AUTO_TEST_SUITE_END()
