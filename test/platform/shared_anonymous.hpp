// Memory that a test shares with its children, without any name.
#pragma once

#include <handoff/testing.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <thread>

#include <sys/mman.h>

namespace handoff::test {

/// One T, value-initialised, in memory that children of fork() share.
template <class T>
class SharedAnonymous {
public:
    SharedAnonymous() {
        void* memory = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) throw std::bad_alloc();
        value_ = ::new (memory) T();
    }
    SharedAnonymous(const SharedAnonymous&) = delete;
    ~SharedAnonymous() { munmap(static_cast<void*>(value_), sizeof(T)); }

    T& operator*() const noexcept { return *value_; }
    T* operator->() const noexcept { return value_; }

private:
    T* value_;
};

/// Lets `parties` threads or processes go on together, any number of times.
class Barrier {
public:
    void arrive_and_wait(std::uint32_t parties) {
        const std::uint32_t round = arrived_.fetch_add(1) / parties;
        const auto deadline = std::chrono::steady_clock::now() + testing::scaled(testing::default_timeout);
        while (arrived_.load() / parties == round) {
            if (std::chrono::steady_clock::now() > deadline)
                throw std::runtime_error("somebody did not come to the barrier");
            std::this_thread::yield();  // no sleep: all go on in the same moment
        }
    }

private:
    std::atomic<std::uint32_t> arrived_{0};
};

}  // namespace handoff::test
