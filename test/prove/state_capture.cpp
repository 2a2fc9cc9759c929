#include "prove/state_capture.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstring>
#include <stdexcept>

#include "platform/descriptor.hpp"
#include "segment/name.hpp"
#include "segment/segment_layout.hpp"

namespace handoff::prove {

StateCapture::StateCapture(const std::string& name, OperationLog& log) : log_(log) {
    const detail::platform::Descriptor file(open(detail::segment::segment_path(name).c_str(), O_RDWR | O_CLOEXEC));
    struct stat status {};
    if (!file || fstat(file.get(), &status) != 0) throw std::runtime_error("there is no segment " + name);
    bytes_ = static_cast<std::size_t>(status.st_size);
    base_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (base_ == MAP_FAILED) throw std::runtime_error("cannot map the segment " + name);
}

StateCapture::~StateCapture() {
    munmap(base_, bytes_);
}

State StateCapture::save() const {
    const auto* segment = static_cast<const std::byte*>(base_);
    const auto* log = reinterpret_cast<const std::byte*>(&log_);
    return {{segment, segment + bytes_}, {log, log + sizeof log_}};
}

void StateCapture::restore(const State& state) const {
    std::memcpy(base_, state.segment.data(), bytes_);
    std::memcpy(static_cast<void*>(&log_), state.log.data(), sizeof log_);
}

bool StateCapture::matches(const State& state) const {
    return std::memcmp(base_, state.segment.data(), bytes_) == 0 &&
           std::memcmp(&log_, state.log.data(), sizeof log_) == 0;
}

void StateCapture::set_looked(std::int64_t ns) const {
    static_cast<detail::segment::SegmentHeader*>(base_)->looked.store(static_cast<std::uint64_t>(ns));
}

}  // namespace handoff::prove
