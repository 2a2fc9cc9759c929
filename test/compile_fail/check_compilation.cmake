# cmake -DCOMPILER=... -DSOURCE=... -DINCLUDES=... -P check_compilation.cmake

set(ENV{LC_ALL} C)
list(TRANSFORM INCLUDES PREPEND -isystem)
execute_process(COMMAND "${COMPILER}" -std=c++20 -Wall -Wextra -Werror ${INCLUDES} -c "${SOURCE}" -o /dev/null
                RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 100)

if(SOURCE MATCHES "_compiles\\.cpp$")
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "${SOURCE} must compile and does not:\n${output}")
    endif()
    return()
endif()

file(STRINGS "${SOURCE}" expectation REGEX "^// EXPECT: " LIMIT_COUNT 1)
string(REGEX REPLACE "^// EXPECT: " "" expectation "${expectation}")
if(expectation STREQUAL "")
    message(FATAL_ERROR "${SOURCE} has no line '// EXPECT: regex' with the reason to refuse it.")
endif()
if(NOT status MATCHES "^[0-9]+$")
    message(FATAL_ERROR "${COMPILER} did not run: ${status}\n${output}")
endif()
if(status EQUAL 0)
    message(FATAL_ERROR "${SOURCE} must be refused and compiles.")
endif()
if(NOT output MATCHES "${expectation}")
    message(FATAL_ERROR "${SOURCE} is refused for another reason than '${expectation}':\n${output}")
endif()
