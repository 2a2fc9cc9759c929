# cmake -DDOCUMENT=README.md -DSNIPPETS=a.cpp|b.cpp -P check_shown.cmake
#
# What the document shows is what was compiled: each snippet stands in it, whole and unchanged.
file(READ "${DOCUMENT}" document)
string(REPLACE "|" ";" SNIPPETS "${SNIPPETS}")
foreach(snippet IN LISTS SNIPPETS)
    file(READ "${snippet}" text)
    string(FIND "${document}" "```cpp\n${text}```\n" position)
    if(position EQUAL -1)
        message(FATAL_ERROR "${DOCUMENT} does not show ${snippet} as it is. Paste the file into it again.")
    endif()
endforeach()
