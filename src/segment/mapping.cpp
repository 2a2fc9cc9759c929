#include "segment/mapping.hpp"

#include <handoff/error.hpp>

#include <string>

#include "platform/memory.hpp"
#include "platform/memory_limits.hpp"

namespace handoff::detail::segment {

boost::interprocess::mapped_region map_file(int fd, std::uint64_t bytes, boost::interprocess::mode_t mode) {
    namespace bip = boost::interprocess;
    if (const auto refusal = platform::capacity_error(bytes, {}, ""); !refusal.empty())
        throw Error(Errc::no_space, refusal);
    try {
        bip::mapped_region region(MappableDescriptor(fd, mode), mode, 0, static_cast<std::size_t>(bytes));
        platform::exclude_from_fork(region.get_address(), region.get_size());
        return region;
    } catch (const bip::interprocess_exception& refusal) {
        throw Error(Errc::no_space, "mapping " + std::to_string(bytes) + " bytes of shared memory failed: " +
                                        refusal.what() + ". Is the address space of this process limited (ulimit -v)?");
    }
}

}  // namespace handoff::detail::segment
