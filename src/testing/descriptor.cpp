#include "testing/descriptor.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace handoff::detail::testing {

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

Descriptor::~Descriptor() {
    close();
}

void Descriptor::close() noexcept {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
}

void fail(const std::string& what) {
    throw std::runtime_error(what + " failed: " + std::strerror(errno));
}

int checked(int answer, const std::string& call) {
    if (answer == -1) fail(call);
    return answer;
}

Pipe make_pipe() {
    int ends[2];
    checked(::pipe2(ends, O_CLOEXEC), "pipe");
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

Descriptor memory_file(const char* label) {
    Descriptor file(checked(::memfd_create(label, MFD_CLOEXEC), "memfd_create"));
    checked(::fcntl(file.get(), F_SETFL, O_APPEND), "fcntl(O_APPEND)");
    return file;
}

std::string read_from(const Descriptor& file, long offset) {
    struct stat status {};
    checked(::fstat(file.get(), &status), "fstat");
    if (status.st_size <= offset) return {};
    std::string bytes(static_cast<std::size_t>(status.st_size - offset), '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
        const ssize_t got =
            ::pread(file.get(), bytes.data() + have, bytes.size() - have, offset + static_cast<off_t>(have));
        if (got == -1 && errno == EINTR) continue;
        if (got == -1) fail("pread");
        if (got == 0) break;
        have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return bytes;
}

}  // namespace handoff::detail::testing
