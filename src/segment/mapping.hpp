// Mapping an open descriptor with Boost.Interprocess.
#pragma once

#include <boost/interprocess/detail/os_file_functions.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <cstdint>

namespace handoff::detail::segment {

/// The interface that boost::interprocess::mapped_region requires.
class MappableDescriptor {
public:
    MappableDescriptor(int fd, boost::interprocess::mode_t mode) noexcept : fd_(fd), mode_(mode) {}
    boost::interprocess::mapping_handle_t get_mapping_handle() const {
        return boost::interprocess::ipcdetail::mapping_handle_from_file_handle(fd_);
    }
    boost::interprocess::mode_t get_mode() const noexcept { return mode_; }

private:
    int fd_;
    boost::interprocess::mode_t mode_;
};

/// Maps the whole file, a large one on a boundary of large pages if there is room; not inherited by fork. A mapping of
/// a read-only descriptor cannot be widened later. Throws Error(no_space) if the system refuses or a 32-bit program
/// cannot address so much.
boost::interprocess::mapped_region map_file(int fd, std::uint64_t bytes,
                                            boost::interprocess::mode_t mode = boost::interprocess::read_write);

/// Maps every page now, by large pages where the kernel and the limits of this process allow it.
void map_all_pages(const boost::interprocess::mapped_region& region);

}  // namespace handoff::detail::segment
