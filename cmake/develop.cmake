# What those who work on handoff need and those who use it do not.
include(CTest)
include(cmake/HandoffTest.cmake)

set(HANDOFF_SANITIZE "" CACHE STRING "Sanitizers for everything built here, as in -fsanitize=")

option(HANDOFF_FUZZ "Build fuzzers in bin/fuzz (Clang only)" OFF)

set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
                    -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    add_compile_options(-Wno-restrict)  # false alarms on "text" + std::string, GCC bug 105651
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    add_compile_options(-Wno-c99-extensions)  # flexible arrays; Clang ignores __extension__ before them
endif()
if(HANDOFF_FUZZ)
    if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
        message(FATAL_ERROR "HANDOFF_FUZZ needs Clang: cmake --preset fuzz")
    endif()
    add_compile_options(-fsanitize=fuzzer-no-link -Wno-unknown-warning-option)
endif()
if(HANDOFF_SANITIZE)
    add_compile_options(-fsanitize=${HANDOFF_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
                        -Wno-maybe-uninitialized)  # GCC cannot see through its own instrumentation
    add_link_options(-fsanitize=${HANDOFF_SANITIZE})
    # Processes are forked with threads around on purpose, and everything takes its time.
    set(handoff_test_environment HANDOFF_TEST_TIMEOUT_SCALE=5 TSAN_OPTIONS=die_after_fork=0
                                 UBSAN_OPTIONS=print_stacktrace=1)
    set(handoff_test_timeout_scale 3)
else()
    set(handoff_test_environment HANDOFF_TEST_TIMEOUT_SCALE=1)
    set(handoff_test_timeout_scale 1)
endif()

# The library once more, static, from the same sources with these definitions. Tests link variants, so that they reach
# what the shared library hides.
function(handoff_library_variant name)
    add_library(${name} STATIC ${handoff_sources})
    handoff_usage(${name})
    target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}/src")
    target_compile_definitions(${name} PUBLIC ${ARGN})
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
endfunction()
