# Cross-build for 64-bit Arm; the tests run under qemu-user. test/aarch64.sh prepares the sysroot and calls this.
#   cmake --toolchain cmake/aarch64.cmake -DHANDOFF_SYSROOT=build/aarch64/sysroot ...
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES HANDOFF_SYSROOT)
set(HANDOFF_SYSROOT "" CACHE PATH "Where Debian's arm64 packages are unpacked")

set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

# Compiler and C library come from the cross packages. Only Boost comes from the sysroot; its headers are the same on
# every architecture, but those of this machine must not be found.
set(CMAKE_FIND_ROOT_PATH "${HANDOFF_SYSROOT}" /usr/aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L /usr/aarch64-linux-gnu
    -E "LD_LIBRARY_PATH=${HANDOFF_SYSROOT}/usr/lib/aarch64-linux-gnu")
