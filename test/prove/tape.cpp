#include "prove/tape.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstring>
#include <stdexcept>

#include "platform/descriptor.hpp"
#include "segment/name.hpp"
#include "segment/segment_layout.hpp"

namespace handoff::prove {

Tape::Tape(const std::string& name, Testimony& testimony) : testimony_(testimony) {
    const detail::platform::Descriptor file(open(detail::segment::segment_path(name).c_str(), O_RDWR | O_CLOEXEC));
    struct stat status {};
    if (!file || fstat(file.get(), &status) != 0) throw std::runtime_error("there is no segment " + name);
    bytes_ = static_cast<std::size_t>(status.st_size);
    base_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (base_ == MAP_FAILED) throw std::runtime_error("cannot map the segment " + name);
}

Tape::~Tape() {
    munmap(base_, bytes_);
}

State Tape::take() const {
    const auto* segment = static_cast<const std::byte*>(base_);
    const auto* testimony = reinterpret_cast<const std::byte*>(&testimony_);
    return {{segment, segment + bytes_}, {testimony, testimony + sizeof testimony_}};
}

void Tape::put_back(const State& state) const {
    std::memcpy(base_, state.segment.data(), bytes_);
    std::memcpy(static_cast<void*>(&testimony_), state.testimony.data(), sizeof testimony_);
}

bool Tape::is(const State& state) const {
    return std::memcmp(base_, state.segment.data(), bytes_) == 0 &&
           std::memcmp(&testimony_, state.testimony.data(), sizeof testimony_) == 0;
}

void Tape::set_looked(std::int64_t ns) const {
    static_cast<detail::segment::SegmentHeader*>(base_)->looked.store(static_cast<std::uint64_t>(ns));
}

}  // namespace handoff::prove
