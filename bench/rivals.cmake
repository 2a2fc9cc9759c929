# The rivals; those that need no library first.

handoff_contender(classic_handshake SOURCE rivals/classic_handshake.cpp LIBRARIES Boost::headers Threads::Threads)
handoff_contender(message_queue SOURCE rivals/message_queue.cpp LIBRARIES Boost::headers Threads::Threads)
handoff_contender(pipe SOURCE rivals/pipe.cpp)
handoff_contender(unix_socket SOURCE rivals/unix_socket.cpp)

# handoff_rival(NAME FOUND PACKAGES LIBRARIES target...): one that needs a library
macro(handoff_rival name found packages)
    if(${found})
        handoff_contender(${name} SOURCE rivals/${name}.cpp LIBRARIES ${ARGN})
    else()
        list(APPEND bench_not_built "${name} (needs ${packages})")
    endif()
endmacro()

find_package(cppzmq QUIET)
handoff_rival(zeromq cppzmq_FOUND "libzmq3-dev cppzmq-dev" cppzmq)
find_package(nng QUIET)
handoff_rival(nng nng_FOUND "libnng-dev" nng::nng)
find_package(iceoryx_posh QUIET)
handoff_rival(iceoryx iceoryx_posh_FOUND "libiceoryx-posh-dev libacl1-dev" iceoryx_posh::iceoryx_posh
              iceoryx_posh::iceoryx_posh_roudi)

find_package(CycloneDDS QUIET)
if(COMMAND idlc_generate)
    enable_language(C)  # what its compiler generates; the warnings of this directory are for C++
    get_directory_property(options COMPILE_OPTIONS)
    list(TRANSFORM options REPLACE "(.+)" "$<$<COMPILE_LANGUAGE:CXX>:\\1>")
    set_directory_properties(PROPERTIES COMPILE_OPTIONS "${options}")
    idlc_generate(TARGET handoff_bench_cyclone_message FILES rivals/cyclone_message.idl)
endif()
handoff_rival(cyclonedds CycloneDDS_FOUND "cyclonedds-dev cyclonedds-tools" CycloneDDS::ddsc
              handoff_bench_cyclone_message)
