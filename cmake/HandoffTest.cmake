# handoff_test(NAME SOURCES file... [LIBRARIES target...] [TIMEOUT seconds] [ALONE])
#
# Builds bin/tests/test_NAME on Boost.Test and makes every test case in it a CTest test of its own, called
# NAME/suite/case. A case that runs longer than TIMEOUT (60 s; three times that under a sanitizer) is killed and has
# failed. A case that Boost disables, or whose precondition does not hold, is skipped, and so are all where /dev/shm or
# /proc is missing. An executable without any test case breaks the build.

set(handoff_test_dir "${CMAKE_CURRENT_LIST_DIR}")
# In front of a test's command, with SKIP_RETURN_CODE 77: for tests that use shared memory.
set(handoff_on_ground /bin/sh "${CMAKE_CURRENT_LIST_DIR}/../test/on_ground.sh")

function(handoff_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "ALONE" "TIMEOUT" "SOURCES;LIBRARIES")
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 60)
    endif()

    set(target test_${name})
    add_executable(${target} ${arg_SOURCES} $<TARGET_OBJECTS:handoff_test_main>)
    target_link_libraries(${target} PRIVATE ${arg_LIBRARIES} handoff_test_support)
    handoff_use_precompiled(${target} handoff_test_headers)
    target_compile_options(${target} PRIVATE ${handoff_test_optimisation})
    # Several files at once: what they include is parsed once. That is why the helpers of a file stand in the namespace
    # of its suite.
    set_target_properties(${target} PROPERTIES UNITY_BUILD ${HANDOFF_UNITY} UNITY_BUILD_BATCH_SIZE 8)
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin/tests")
    if(arg_ALONE)
        set(alone ALONE)
    endif()
    handoff_list_cases(${target} ${name} ${arg_TIMEOUT} ${alone})
endfunction()

# handoff_list_cases(TARGET NAME SECONDS [ALONE] [ENVIRONMENT variable=value...] [LEFT_OUT regex])
#
# Makes every case that the executable TARGET lists (--list_content) a CTest test NAME/case, but those whose name
# matches. ALONE: CTest runs nothing beside it. What `./dev test` builds and runs, the names in handoff_fast_rooms, has
# the label `fast`, and its executable is part of the target handoff_fast_tests.
function(handoff_list_cases target name timeout_s)
    cmake_parse_arguments(PARSE_ARGV 3 arg "ALONE" "LEFT_OUT" "ENVIRONMENT")
    set(labels ${name})
    if(name IN_LIST handoff_fast_rooms)
        list(APPEND labels fast)
        add_dependencies(handoff_fast_tests ${target})
    endif()
    math(EXPR timeout "${timeout_s} * ${handoff_test_timeout_scale}")
    if(name MATCHES "^(apps|tool)$")
        set(arg_LEFT_OUT "${handoff_cases_left_out}")
    endif()
    set(list "${CMAKE_CURRENT_BINARY_DIR}/${name}_cases.cmake")
    list(APPEND arg_ENVIRONMENT ${handoff_test_environment})
    add_custom_command(
        TARGET ${target} POST_BUILD
        COMMAND "${CMAKE_COMMAND}" "-DEXECUTABLE=$<TARGET_FILE:${target}>" "-DNAME=${name}" "-DLABELS=${labels}"
                "-DTIMEOUT=${timeout}" "-DENVIRONMENT=${arg_ENVIRONMENT}" "-DOUTPUT=${list}"
                "-DALONE=${arg_ALONE}" "-DLEFT_OUT=${arg_LEFT_OUT}" "-DEMULATOR=${CMAKE_CROSSCOMPILING_EMULATOR}" "-DLAUNCHER=${handoff_on_ground}"
                -P "${handoff_test_dir}/list_test_cases.cmake"
        VERBATIM)

    # CTest reads this when it starts: a target that was never built is then a failure, not an absence.
    set(include "${CMAKE_CURRENT_BINARY_DIR}/${name}_include.cmake")
    file(WRITE "${include}" "if(EXISTS \"${list}\")\n  include(\"${list}\")\nelse()\n"
                            "  add_test(\"${name}/NOT_BUILT\" \"${target}_NOT_BUILT\")\n"
                            "  set_tests_properties(\"${name}/NOT_BUILT\" PROPERTIES LABELS \"${labels}\")\nendif()\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${include}")
endfunction()
