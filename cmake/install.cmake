# Installs headers, libraries, programs, the CMake package, the pkg-config file and the Node.js package. Nothing installed names an absolute
# path, so the whole prefix may be moved.
include(CMakePackageConfigHelpers)

set(handoff_cmake_dir "${CMAKE_INSTALL_LIBDIR}/cmake/handoff")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/handoff" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        FILES_MATCHING PATTERN "*.hpp" PATTERN "*.h")
install(TARGETS handoff handoff_static handoff_testing EXPORT handoff_targets
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

file(RELATIVE_PATH libraries_from_programs "/${CMAKE_INSTALL_BINDIR}" "/${CMAKE_INSTALL_LIBDIR}")
set(made "${PROJECT_BINARY_DIR}/share")
foreach(name handoff sender receiver)
    if(TARGET handoff_${name})
        set_target_properties(handoff_${name} PROPERTIES INSTALL_RPATH "$ORIGIN/${libraries_from_programs}")
        install(TARGETS handoff_${name} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
    endif()
    if(TARGET handoff_pages_of_${name})
        install(FILES "${made}/${name}.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
        install(FILES "${made}/${name}.bash" DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions"
                RENAME ${name})
        install(FILES "${made}/_${name}" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions")
        install(FILES "${made}/${name}.fish" DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
    endif()
endforeach()

if(TARGET handoff_node)  # NODE_PATH=PREFIX/lib/node_modules
    set(handoff_node_package lib/node_modules/handoff)
    install(TARGETS handoff_node LIBRARY DESTINATION "${handoff_node_package}")
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/bindings/node/" DESTINATION "${handoff_node_package}"
            FILES_MATCHING PATTERN "*.js" PATTERN "*.d.ts" PATTERN "package.json" PATTERN "src" EXCLUDE)
endif()

install(EXPORT handoff_targets NAMESPACE handoff:: DESTINATION "${handoff_cmake_dir}")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/handoff-config.cmake.in" handoff-config.cmake
                              INSTALL_DESTINATION "${handoff_cmake_dir}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(handoff-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/handoff-config.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/handoff-config-version.cmake"
        DESTINATION "${handoff_cmake_dir}")

file(RELATIVE_PATH handoff_prefix_from_pc "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file("${PROJECT_SOURCE_DIR}/cmake/handoff.pc.in" handoff.pc @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/handoff.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
