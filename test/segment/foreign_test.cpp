// Files of other programs, of other layouts and of other kinds, through the public handles: each refused with the right
// sentence. And a segment as an older build left it, byte for byte.
#include <handoff/handoff.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <vector>

#include "segment/fixture.hpp"

namespace foreign_test {

using namespace handoff;
using namespace handoff::test;
using handoff::detail::segment::segment_path;
using handoff::detail::segment::SegmentHeader;
using handoff::testing::UniqueName;

constexpr std::array kinds{"channel", "topic", "latest"};
/// The corpus was recorded by programs of 64 bits. Programs of 32 bits refuse it.
constexpr bool corpus_is_ours = sizeof(void*) == 8;

/// The bytes of test/segment/corpus/KIND.words: a length, then "offset value" for each word that is not zero.
std::string recorded(const std::string& kind) {
    std::ifstream file(HANDOFF_TEST_DIR "/segment/corpus/" + kind + ".words");
    std::string line;
    std::getline(file, line);  // what it is
    std::size_t size = 0, offset = 0;
    file >> size;
    BOOST_TEST_REQUIRE(size > sizeof(SegmentHeader));
    std::string bytes(size, '\0');
    for (std::uint64_t word = 0; file >> std::dec >> offset >> std::hex >> word;)
        std::memcpy(bytes.data() + offset, &word, sizeof word);
    return bytes;
}

void put_there(const UniqueName& name, const std::string& bytes) {
    std::ofstream(segment_path(name), std::ios::binary) << bytes;
}

template <class Number>
void write_at(std::string& bytes, std::size_t offset, Number number) {
    std::memcpy(bytes.data() + offset, &number, sizeof number);
}

Failure refusal_as(const std::string& kind, const UniqueName& name) {
    return refusal_of([&] {
        if (kind == "channel") Receiver{name};
        if (kind == "topic") Subscriber{name};
        if (kind == "latest") LatestBytes{name};
    });
}

/// Every handle refuses it so, and it stays as it is.
void check_refused(const UniqueName& name, Errc code, const std::string& words) {
    const std::string before = bytes_of(segment_path(name));
    for (const char* kind : kinds) {
        const Failure failure = refusal_as(kind, name);
        HANDOFF_TEST_CODE(failure, code);
        check_message(failure, words);
    }
    BOOST_TEST((bytes_of(segment_path(name)) == before), "a refused file was changed");
}

}  // namespace foreign_test

BOOST_AUTO_TEST_SUITE(foreign_test)

BOOST_AUTO_TEST_CASE(files_of_other_programs_are_no_segments) {
    const std::string others[] = {
        bytes_of("/proc/self/exe").substr(0, 100'000),
        std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16) + std::string(500, '\x55'),
        "handoff is a word that a text may begin with, too.\n" + std::string(200, '.'),
        std::string("\x1f\x8b\x08\0", 4) + std::string(300, '\x42'),
        std::string(4096, '\0'),
    };
    for (const std::string& bytes : others) {
        const UniqueName name;
        put_there(name, bytes);
        check_refused(name, Errc::not_a_segment, "does not begin as one");
    }
}

BOOST_AUTO_TEST_CASE(older_and_newer_layouts_and_other_byte_orders_are_another_version) {
    for (const std::uint32_t version : {0U, detail::segment::layout_version + 1, detail::segment::layout_version << 24})
        for (const char* kind : kinds) {
            const UniqueName name;
            std::string bytes = recorded(kind);
            write_at(bytes, offsetof(SegmentHeader, layout_version), version);
            put_there(name, bytes);
            check_refused(name, Errc::wrong_version, "built by layout " + std::to_string(version));
        }
}

BOOST_AUTO_TEST_CASE(no_kind_is_taken_for_another) {
    for (const std::string is : kinds)
        for (const std::string asked : kinds) {
            if (is == asked) continue;
            const UniqueName name;
            put_there(name, recorded(is));
            const Failure failure = refusal_as(asked, name);
            HANDOFF_TEST_CODE(failure, Errc::wrong_kind);
            check_message(failure, "is a " + is, "not a " + asked);
        }
}

BOOST_AUTO_TEST_CASE(what_an_older_build_of_this_layout_left_is_read) {
    const auto is_hello = [](std::span<const std::byte> bytes) {
        const std::string_view hello("hello");
        return std::ranges::equal(bytes, std::as_bytes(std::span(hello)));
    };
    const UniqueName channel, topic, latest;
    for (const auto& [name, kind] : {std::pair(&channel, "channel"), {&topic, "topic"}, {&latest, "latest"}}) {
        put_there(*name, recorded(kind));
        if constexpr (!corpus_is_ours) HANDOFF_TEST_CODE(refusal_as(kind, *name), Errc::wrong_version);
    }
    if constexpr (!corpus_is_ours) return;
    Receiver receiver(channel);
    BOOST_TEST(is_hello(receiver.try_receive().value().payload()));
    Subscriber subscriber(topic);
    BOOST_TEST(is_hello(subscriber.try_next().value().payload()));
    std::array<std::byte, 100> buffer{};
    const auto reading = LatestBytes(latest).read(buffer).value();
    BOOST_TEST(is_hello(std::span(buffer).first(reading.size)));
}

BOOST_AUTO_TEST_CASE(a_socket_in_the_place_of_the_segment_is_refused) {
    const UniqueName name("s");
    struct sockaddr_un address {};
    address.sun_family = AF_UNIX;
    const std::string path = segment_path(name);
    BOOST_TEST_REQUIRE(path.size() < sizeof address.sun_path);
    path.copy(address.sun_path, path.size());
    const detail::platform::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    BOOST_TEST_REQUIRE(bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    const Failure failure = refusal_as("channel", name);
    HANDOFF_TEST_CODE(failure, Errc::not_a_segment);
    check_message(failure, "is a socket");
}

BOOST_AUTO_TEST_CASE(a_removed_segment_that_got_its_name_back_is_one_like_any_other) {
    const UniqueName name;
    std::string bytes = recorded("channel");
    write_at(bytes, offsetof(SegmentHeader, state), std::uint32_t{2});  // retired: for those that still map it
    put_there(name, bytes);
    if constexpr (!corpus_is_ours) {
        HANDOFF_TEST_CODE(refusal_as("channel", name), Errc::wrong_version);
        return;
    }
    BOOST_TEST(Receiver(name).try_receive().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
