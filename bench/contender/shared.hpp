// Plain shared memory for limits: zeroed, whoever comes first.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <string>

#include "contender/os.hpp"

namespace bench {

/// A T and `extra` bytes behind it. All bytes are 0 at first, so T must begin its life as zeros. The harness removes
/// the name after the trial.
template <class T>
class Shared {
public:
    explicit Shared(const std::string& name, std::size_t extra = 0) : bytes_(page_bytes + extra) {
        const int file = shm_open(("/" + name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (file < 0) throw_errno("cannot open shared memory");
        if (ftruncate(file, static_cast<off_t>(bytes_)) != 0) throw_errno("cannot size shared memory");
        address_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (address_ == MAP_FAILED) throw_errno("cannot map shared memory");
        close(file);
    }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;
    ~Shared() { munmap(address_, bytes_); }

    T& operator*() const noexcept { return *static_cast<T*>(address_); }
    T* operator->() const noexcept { return static_cast<T*>(address_); }
    /// The extra bytes; they begin a page.
    std::byte* behind() const noexcept { return static_cast<std::byte*>(address_) + page_bytes; }

private:
    static constexpr std::size_t page_bytes = 4096;
    static_assert(sizeof(T) <= page_bytes);

    std::size_t bytes_;
    void* address_ = nullptr;
};

/// As much as a message takes in a row of messages: whole cache lines, or whole pages if it is large.
constexpr std::size_t stride_of(std::size_t bytes) noexcept {
    const std::size_t unit = bytes >= 4096 ? 4096 : 64;
    return (bytes + unit - 1) / unit * unit;
}

}  // namespace bench
