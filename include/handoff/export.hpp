// handoff: symbol visibility, and what handoff requires of a compiler. The first include of every header.
#pragma once

#if __cplusplus <= 201703L
#error "handoff needs C++20: compile with -std=c++20 (CMake: target_compile_features(YOUR_TARGET PRIVATE cxx_std_20))"
#include <handoff/see_the_error_above>  // no such file: ends the compilation at that one message
#endif
#if !defined(__cpp_exceptions)
#error \
    "handoff needs exceptions: constructors report errors by throwing handoff::Error. Compile without -fno-exceptions"
#include <handoff/see_the_error_above>
#endif

#define HANDOFF_EXPORT __attribute__((visibility("default")))
