// Pictures in, edges out, several workers; pictures are written and read by hand as PPM and PGM.
#include "examples/fixture.hpp"
#include "testing/streams.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace image_service_test {

using namespace examples_test;

constexpr int width = 160, height = 120;

/// The left half black, the right half white: one vertical edge in the middle.
void write_two_halves(const std::string& path) {
    std::ofstream out(path, std::ios::binary);
    out << "P6\n" << width << ' ' << height << "\n255\n";
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) out << std::string(3, x < width / 2 ? '\0' : '\xff');
}

/// Columns in which the PGM has a pixel that is not black.
std::vector<int> bright_columns(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string magic;
    int columns = 0, rows = 0, most = 0;
    in >> magic >> columns >> rows >> most;
    in.get();
    BOOST_TEST_REQUIRE((magic == "P5" && columns == width && rows == height && most == 255));
    std::vector<char> pixels(std::size_t{width} * height);
    BOOST_TEST_REQUIRE(in.read(pixels.data(), static_cast<std::streamsize>(pixels.size())).good());
    std::vector<int> bright;
    for (int x = 0; x < width; ++x)
        for (int y = 0; y < height; ++y)
            if (pixels[static_cast<std::size_t>(y * width + x)] != 0) {
                bright.push_back(x);
                break;
            }
    return bright;
}

bool has_opencv(boost::unit_test::test_unit_id) {
    return std::filesystem::exists(HANDOFF_BIN_DIR "/examples/image_service_server");
}

class Service {
public:
    Program server(const std::vector<std::string>& arguments = {}) {
        auto program = start("image_service_server", name, arguments);
        program.wait_for_errors("serving", std::chrono::seconds(30));
        return program;
    }
    Program client(const std::vector<std::string>& arguments = {}) {
        return start("image_service_client", name, arguments);
    }
    const UniqueName name{"images"};
    Folder folder;
};

}  // namespace image_service_test

BOOST_AUTO_TEST_SUITE(image_service_test, *boost::unit_test::precondition(has_opencv))

BOOST_FIXTURE_TEST_CASE(invalid_arguments_are_refused_with_exit_code_2, Service) {
    expect_refusal("image_service_server", name, {"--workers", "0"}, 2, "--help shows the options");
    expect_refusal("image_service_client", name, {"--count", "0"}, 2, "--help shows the options");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_FIXTURE_TEST_CASE(a_client_without_a_service_ends_with_exit_code_3, Service) {
    auto lonely = client({"--wait", "0"});
    BOOST_TEST(lonely.wait().code == 3);
    BOOST_TEST(lonely.errors() != "");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_FIXTURE_TEST_CASE(a_client_that_gives_up_takes_its_pictures_back, Service) {
    auto service = server();
    service.stop();
    auto asking = client({"--wait", "1"});
    BOOST_TEST(asking.wait().code == 4);
    BOOST_TEST(asking.errors() != "");
    service.resume();
    end(service);
    BOOST_TEST(service.errors().ends_with("0 pictures processed, 0 refused\n"), service.errors());
    BOOST_TEST(name.left_behind().empty());
}

BOOST_FIXTURE_TEST_CASE(the_edge_of_a_picture_is_found_where_it_is, Service) {
    write_two_halves(folder / "halves.ppm");
    auto service = server();
    auto asking = client({"--input", folder / "halves.ppm", "--output", folder / "edges.pgm"});
    expect_good_end(asking);
    end(service);
    const auto bright = bright_columns(folder / "edges.pgm");
    BOOST_TEST_REQUIRE(bright.size() == 1u);
    BOOST_TEST(std::abs(bright[0] - width / 2) <= 1);
    BOOST_TEST(asking.output() == "1 answers of 160x120, 120 pixels on edges\n");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_the_disk_does_not_take_leaves_the_older_one, Service) {
    std::ofstream(folder / "edges.pgm") << "older";
    auto service = server();
    auto asking =
        handoff::test::start_with({"trap '' XFSZ; ulimit -f 8;", ""}, HANDOFF_BIN_DIR "/examples/image_service_client",
                                  {"--name", name.str(), "--output", folder / "edges.pgm"});
    BOOST_TEST(asking.wait().code == 1);
    BOOST_TEST(asking.errors().find("cannot write") != std::string::npos, asking.errors());
    end(service);
    std::ifstream file(folder / "edges.pgm");
    BOOST_TEST((std::string(std::istreambuf_iterator<char>(file), {}) == "older"));
    BOOST_TEST(!std::filesystem::exists(folder / "edges.pgm.partial"));
    BOOST_TEST(name.left_behind().empty());
}

BOOST_FIXTURE_TEST_CASE(several_clients_keep_several_workers_busy, Service) {
    auto service = server({"--workers", "3"});
    std::vector<Program> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(client({"--count", "60", "--in-flight", "2"}));
    for (auto& program : clients) {
        expect_good_end(program);
        BOOST_TEST(program.output().starts_with("60 answers of 640x480, "), program.output());
        BOOST_TEST(program.output() == clients[0].output());
    }
    end(service);
    BOOST_TEST(service.errors().ends_with("180 pictures processed, 0 refused\n"), service.errors());
    BOOST_TEST(name.left_behind().empty());
}

BOOST_FIXTURE_TEST_CASE(what_does_not_fit_is_refused_with_a_sentence, Service) {
    auto service = server({"--pixels", "1000"});
    auto asking = client();
    BOOST_TEST(asking.wait().code == 1);
    BOOST_TEST(asking.errors().find("640 x 480 bgr8 needs 921600 bytes") != std::string::npos, asking.errors());
    end(service);
    auto blind = client({"--input", folder / "nothing.png"});
    BOOST_TEST(blind.wait().code == 1);
    BOOST_TEST(blind.errors().find("cannot be read as a picture") != std::string::npos, blind.errors());
    BOOST_TEST(name.left_behind().empty());
}

BOOST_FIXTURE_TEST_CASE(a_service_that_ends_leaves_what_it_has_not_begun_to_the_next_one, Service) {
    auto first = server({"--workers", "2"});
    auto asking = client({"--count", "300", "--in-flight", "6", "--wait", "60"});
    for (int life = 0; life < 3; ++life) {
        BOOST_TEST(!first.ends_within(std::chrono::milliseconds(50)));
        end(first);
        first = server({"--workers", "2"});
    }
    expect_good_end(asking);
    BOOST_TEST(asking.output().starts_with("300 answers of 640x480, "), asking.output());
    end(first);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_FIXTURE_TEST_CASE(a_killed_service_loses_no_picture, Service) {
    auto asking = client({"--count", "300", "--in-flight", "6", "--wait", "60"});
    for (int life = 0; life < 3; ++life) {
        auto mortal = server({"--workers", "2"});
        BOOST_TEST(!mortal.ends_within(std::chrono::milliseconds(50)));
        mortal.kill();
    }
    auto service = server();
    expect_good_end(asking);
    BOOST_TEST(asking.output().starts_with("300 answers of 640x480, "), asking.output());
    end(service);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_SUITE_END()
