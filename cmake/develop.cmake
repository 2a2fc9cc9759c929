# What those who work on handoff need and those who use it do not.
include(CTest)
include(cmake/HandoffTest.cmake)

set(HANDOFF_SANITIZE "" CACHE STRING "Sanitizers for everything built here, as in -fsanitize=")

option(HANDOFF_FUZZ "Build fuzzers in bin/fuzz (Clang only)" OFF)
option(HANDOFF_PCH "Precompile what tests and examples include from elsewhere" ${handoff_is_top_level})

set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                    $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>)
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
                        -Wno-maybe-uninitialized  # GCC cannot see through its own instrumentation
                        -Wno-tsan)                # fences stand between processes, which no sanitizer sees
    add_link_options(-fsanitize=${HANDOFF_SANITIZE})
    # Processes are forked with threads around on purpose, and everything takes its time. No program ends with 99 of
    # its own accord: a test that expects a refusal (1) does not take a finding of a sanitizer for it.
    set(handoff_test_environment HANDOFF_TEST_TIMEOUT_SCALE=5 TSAN_OPTIONS=die_after_fork=0
                                 ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=print_stacktrace=1:exitcode=99
                                 LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/leaks.supp:print_suppressions=0)
    set(handoff_test_timeout_scale 3)
else()
    set(handoff_test_environment HANDOFF_TEST_TIMEOUT_SCALE=1)
    set(handoff_test_timeout_scale 1)
endif()

# The library under test is optimised in full; tests less, which halves the build. Sanitizers cost the compiler most
# where it optimises what they put in: there programs, examples and tests are not optimised at all.
set(handoff_test_optimisation -O1)
set(handoff_program_optimisation "")
if(CMAKE_CROSSCOMPILING)
    set(handoff_test_optimisation -O0)  # built once, to be run once
    set(handoff_test_timeout_scale 3)   # under an emulator
endif()
if(HANDOFF_SANITIZE)
    set(handoff_test_optimisation -O0)
    if(NOT HANDOFF_FUZZ)  # a fuzzer runs what it was built from a million times
        set(handoff_program_optimisation -O0)
    endif()
endif()

# ---- precompiled headers ------------------------------------------------------------------------------------------
# Every file still includes what it needs, and compiles without. ccache asks for a compiler option and for a setting;
# lacking them, it would pass by every file that uses a precompiled header.
if(HANDOFF_PCH)
    set(handoff_pch_options "$<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>"
                            "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
        list(APPEND handoff_pch_options -Wno-array-bounds -Wno-stringop-overflow)  # the same false alarm as above
    endif()
    if(CMAKE_CXX_COMPILER_LAUNCHER MATCHES "(^|/)ccache$" AND NOT DEFINED ENV{CCACHE_SLOPPINESS})
        list(PREPEND CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros)
    endif()
endif()

# handoff_precompiled(NAME OPTIONS option... LIBRARIES target... HEADERS header...) makes a precompiled header for all
# targets with these options, which handoff_use_precompiled(TARGET NAME) gives them. Only headers that do not change
# with this project: an edit here then compiles no more than what includes the edited file.
function(handoff_precompiled name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "OPTIONS;LIBRARIES;HEADERS")
    if(NOT HANDOFF_PCH)
        return()
    endif()
    file(CONFIGURE OUTPUT ${name}.cpp CONTENT "// CMake precompiles headers only for a target with a source.\n")
    add_library(${name} OBJECT EXCLUDE_FROM_ALL "${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp")
    target_link_libraries(${name} PRIVATE ${arg_LIBRARIES})
    target_compile_features(${name} PRIVATE cxx_std_20)
    target_compile_options(${name} PRIVATE ${arg_OPTIONS} ${handoff_pch_options})
    target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
endfunction()

function(handoff_use_precompiled target name)
    if(HANDOFF_PCH)
        target_precompile_headers(${target} REUSE_FROM ${name})
        target_compile_options(${target} PRIVATE ${handoff_pch_options})
    endif()
endfunction()

# ---- the library in variants --------------------------------------------------------------------------------------
# The library once more, static, from the same sources with these definitions. Tests link variants, so that they reach
# what the shared library hides.
function(handoff_library_variant name)
    add_library(${name} STATIC ${handoff_sources} $<TARGET_OBJECTS:handoff_base_objects>)
    handoff_usage(${name})
    target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}/src")
    target_compile_definitions(${name} PUBLIC ${ARGN})
    handoff_room_by_room(${name})
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
endfunction()
