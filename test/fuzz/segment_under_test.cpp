#include "fuzz/segment_under_test.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "platform/shm_file.hpp"
#include "segment/name.hpp"

namespace handoff::test {
namespace {

/// Another name of the same file, which no call removes.
std::string spare(const std::string& path) {
    return path + ".spare";
}

}  // namespace

SegmentUnderTest::SegmentUnderTest(std::string_view name)
    : name_(name),
      base_(map()),
      scribbler_(Scribbler::over(base_, *reinterpret_cast<const detail::segment::SegmentHeader*>(base_))) {
    keep_names();
    remember();
}

SegmentUnderTest::~SegmentUnderTest() {
    munmap(base_, bytes_);
}

std::byte* SegmentUnderTest::map() {
    const detail::platform::Descriptor file = detail::platform::open_existing(detail::segment::segment_path(name_));
    bytes_ = detail::platform::status_of(file.get()).size_bytes;
    void* address = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (address == MAP_FAILED) throw std::runtime_error("the segment cannot be mapped");
    return static_cast<std::byte*>(address);
}

void SegmentUnderTest::remember() {
    states_.emplace_back(base_, base_ + bytes_);
}

void SegmentUnderTest::keep_names() const {
    const std::string path = detail::segment::segment_path(name_);
    std::filesystem::create_hard_link(path, spare(path));
}

void SegmentUnderTest::restore(std::size_t state) const {
    const std::string path = detail::segment::segment_path(name_);
    if (!detail::platform::name_exists(path)) std::filesystem::create_hard_link(spare(path), path);
    std::memcpy(base_, states_[state % states_.size()].data(), bytes_);
}

}  // namespace handoff::test
