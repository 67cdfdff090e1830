# SPDX-License-Identifier: GPL-2.0-only
#
# pc_prefix, pc_libdir and pc_includedir for *.pc.in: such a file says where things are by where it
# is itself, as the CMake package does, so that both hold for `cmake --install --prefix` and for a
# tree that was moved. A library directory given as an absolute path stays one.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
        set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
        file(RELATIVE_PATH pc_prefix "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
        string(REGEX REPLACE "/$" "" pc_prefix "\${pcfiledir}/${pc_prefix}")
endif()
set(pc_libdir "\${prefix}")
cmake_path(APPEND pc_libdir "${CMAKE_INSTALL_LIBDIR}") # of an absolute one, only that is left
set(pc_includedir "\${prefix}")
cmake_path(APPEND pc_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
