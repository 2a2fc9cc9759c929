# cmake -DEXECUTABLE=... -DNAME=... -DLABELS=... -DTIMEOUT=... -DENVIRONMENT=... -DOUTPUT=... -P list_test_cases.cmake
#
# Asks a Boost.Test executable for its test cases and writes one add_test() for each. Boost lists one unit per line,
# indented by four spaces per level, with a star if it is enabled: "suite*", "    case*: description".
# -DEMULATOR=...: what runs the executable where it was built for another machine. -DLAUNCHER=...: what runs every test.
# -DALONE=TRUE: nothing runs beside its tests. -DLEFT_OUT=REGEX: cases to leave out.

execute_process(COMMAND ${EMULATOR} "${EXECUTABLE}" --list_content RESULT_VARIABLE status TIMEOUT 60
                OUTPUT_VARIABLE listing ERROR_VARIABLE listing)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "${EXECUTABLE} --list_content ended with ${status}:\n${listing}")
endif()

# Semicolons and brackets would break CMake's lists; they occur in descriptions only, which are dropped.
string(REGEX REPLACE "[][;]" "_" listing "${listing}")
string(REGEX REPLACE "\n+" ";" lines "${listing}")

set(command "")
foreach(word IN LISTS LAUNCHER EMULATOR EXECUTABLE)
    string(APPEND command " [[${word}]]")
endforeach()

set(alone FALSE)
if(ALONE)
    set(alone TRUE)
endif()

set(script "")
set(pending "")  # a case, unless the next line turns out to be deeper

function(write_pending)
    if(LEFT_OUT AND pending MATCHES "${LEFT_OUT}")
        return()
    endif()
    if(NOT pending MATCHES "^[A-Za-z0-9_<>(). &/-]+$")
        message(FATAL_ERROR "The test case '${pending}' in ${EXECUTABLE} has a name that --run_test cannot select.")
    endif()
    string(APPEND script
           "add_test([[${NAME}/${pending}]]${command} [[--run_test=${pending}]] --log_level=test_suite"
           " --color_output=no)\n"
           "set_tests_properties([[${NAME}/${pending}]] PROPERTIES TIMEOUT ${TIMEOUT} LABELS [[${LABELS}]]"
           " DISABLED ${pending_is_disabled} RUN_SERIAL ${alone} ENVIRONMENT [[${ENVIRONMENT}]]"
           " SKIP_RETURN_CODE 77 SKIP_REGULAR_EXPRESSION [[is skipped because precondition]])\n")
    set(script "${script}" PARENT_SCOPE)
endfunction()

foreach(line IN LISTS lines)
    if(NOT line MATCHES "^( *)([^*:]*[^*: ])(\\*| |$)")
        continue()
    endif()
    string(LENGTH "${CMAKE_MATCH_1}" indent)
    set(unit "${CMAKE_MATCH_2}")
    set(star "${CMAKE_MATCH_3}")
    math(EXPR next_depth "${indent} / 4")

    if(NOT pending STREQUAL "" AND next_depth LESS_EQUAL pending_depth)
        write_pending()
    endif()
    set(pending "${unit}")
    if(next_depth GREATER 0)
        math(EXPR parent "${next_depth} - 1")
        set(pending "${path_of_${parent}}/${unit}")
    endif()
    set(path_of_${next_depth} "${pending}")
    set(pending_depth ${next_depth})
    set(pending_is_disabled ON)
    if(star STREQUAL "*")
        set(pending_is_disabled OFF)
    endif()
endforeach()
if(pending STREQUAL "")
    message(FATAL_ERROR "${EXECUTABLE} lists no test case.")
endif()
write_pending()
file(WRITE "${OUTPUT}" "${script}")
