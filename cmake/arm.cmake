# Cross-build for Arm of 64 or 32 bits; the tests run under qemu-user. test/arm.sh prepares the sysroot and calls this.
#   cmake --toolchain cmake/arm.cmake -DHANDOFF_ARM_BITS=32 -DHANDOFF_SYSROOT=build/arm32/sysroot ...
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES HANDOFF_ARM_BITS HANDOFF_SYSROOT)
set(HANDOFF_ARM_BITS 64 CACHE STRING "64 (Debian's arm64) or 32 (Debian's armhf, that is ARMv7)")
set(HANDOFF_SYSROOT "" CACHE PATH "Where Debian's packages for that machine are unpacked")

set(CMAKE_SYSTEM_NAME Linux)
if(HANDOFF_ARM_BITS EQUAL 32)
    set(CMAKE_SYSTEM_PROCESSOR armv7l)
    set(CMAKE_LIBRARY_ARCHITECTURE arm-linux-gnueabihf)
    set(handoff_emulator qemu-arm)
    set(CMAKE_CXX_FLAGS_INIT -Wno-psabi)  # GCC 7 passes some arguments otherwise than GCC 6; nothing here is that old
else()
    set(CMAKE_SYSTEM_PROCESSOR aarch64)
    set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
    set(handoff_emulator qemu-aarch64)
endif()
set(handoff_cross_root /usr/${CMAKE_LIBRARY_ARCHITECTURE})
set(CMAKE_C_COMPILER ${CMAKE_LIBRARY_ARCHITECTURE}-gcc)
set(CMAKE_CXX_COMPILER ${CMAKE_LIBRARY_ARCHITECTURE}-g++)

# Compiler and C library come from the cross packages. Only Boost comes from the sysroot; its headers are the same on
# every architecture, but those of this machine must not be found.
set(CMAKE_FIND_ROOT_PATH "${HANDOFF_SYSROOT}" ${handoff_cross_root})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

set(CMAKE_CROSSCOMPILING_EMULATOR ${handoff_emulator} -L ${handoff_cross_root}
    -E "LD_LIBRARY_PATH=${HANDOFF_SYSROOT}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}")
