#include "testing/mailbox.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <cstdint>
#include <cstring>

namespace handoff::detail::testing {
namespace {

constexpr std::size_t head_bytes = 1 + sizeof(std::uint32_t);

}  // namespace

Mailbox::Mailbox()
    : letters_(memory_file("handoff test child")),
      event_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {}

void Mailbox::put(Kind kind, std::string_view text) {
    std::string letter(head_bytes, static_cast<char>(kind));
    const auto length = static_cast<std::uint32_t>(text.size());
    std::memcpy(letter.data() + 1, &length, sizeof length);
    letter += text;
    if (::write(letters_.get(), letter.data(), letter.size()) != static_cast<ssize_t>(letter.size()))
        fail("writing to the parent");
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(event_.get(), &one, sizeof one);  // full: it is readable already
}

std::vector<Mailbox::Letter> Mailbox::take() {
    const std::string news = read_from(letters_, read_);
    std::vector<Letter> letters;
    std::size_t at = 0;
    while (news.size() - at >= head_bytes) {
        std::uint32_t length = 0;
        std::memcpy(&length, news.data() + at + 1, sizeof length);
        if (news.size() - at - head_bytes < length) break;  // the child was killed while it wrote this one
        letters.push_back({static_cast<Kind>(news[at]), news.substr(at + head_bytes, length)});
        at += head_bytes + length;
    }
    read_ += static_cast<long>(at);
    return letters;
}

void Mailbox::wait(std::chrono::nanoseconds at_most) {
    pollfd event{event_.get(), POLLIN, 0};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(at_most);
    const timespec timeout{seconds.count(), (at_most - seconds).count()};
    if (::ppoll(&event, 1, &timeout, nullptr) != 1) return;
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t taken = ::read(event_.get(), &count, sizeof count);
}

}  // namespace handoff::detail::testing
