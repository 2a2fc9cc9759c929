# What machines of 32 bits need. docs/design/layout.md says what is supported there.

# Processes share bare 64-bit words. ARMv7 has the instructions for it (ldrexd, strexd), ARMv6 only from ARMv6K on, and
# not in Thumb. Raspberry Pi OS of 32 bits compiles for plain ARMv6 unless told otherwise, on every Raspberry Pi.
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_FLAGS -std=c++17)
check_cxx_source_compiles("#include <atomic>
                           #include <cstdint>
                           static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
                           int main() {}" HANDOFF_HAS_ATOMICS_OF_64_BITS)
unset(CMAKE_REQUIRED_FLAGS)
if(NOT HANDOFF_HAS_ATOMICS_OF_64_BITS)
    unset(HANDOFF_HAS_ATOMICS_OF_64_BITS CACHE)  # asked again, with other flags
    message(FATAL_ERROR "This compiler has no lock-free atomics of 64 bits for the processor it compiles for, and "
                        "processes cannot share a lock that is hidden in them. On a Raspberry Pi with a system of 32 "
                        "bits: cmake -DCMAKE_CXX_FLAGS='-march=armv7-a+fp' (Raspberry Pi 2 and newer) or "
                        "'-march=armv6k+fp -marm' (all, also the first and the Zero).")
endif()

# Files beyond 2 GiB, and the time beyond 2038 (glibc 2.34 and newer). No public header shows an off_t or a time_t.
add_compile_definitions(_FILE_OFFSET_BITS=64 _TIME_BITS=64)
