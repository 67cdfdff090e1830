# SPDX-License-Identifier: GPL-2.0-only
#
# Debian packages, one an installed component: ghes-sim (the program and what it loads), libghes1,
# libghes-dev. `cmake --preset package && cmake --build --preset package && cpack -B DIR`, in
# build/package: paths are compiled in, so packages want a build for /usr.
set(GHES_MAINTAINER "ghes-sim maintainers <ghes-sim@localhost.localdomain>" CACHE STRING
        "Who maintains the Debian packages: Name <address>")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ghes-sim)
# As the default, which CPack then keeps out of the packages' own descriptions.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_NAME} built using CMake")
set(CPACK_PACKAGE_CONTACT "${GHES_MAINTAINER}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL ghes-sim libghes1 libghes-dev)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ
        GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)

set(CPACK_DEBIAN_GHES-SIM_PACKAGE_NAME ghes-sim)
set(CPACK_DEBIAN_GHES-SIM_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_GHES-SIM_PACKAGE_RECOMMENDS "gcc | c-compiler, libc6-dev, binutils, git")
set(CPACK_DEBIAN_GHES-SIM_PACKAGE_SUGGESTS "gdb, linux-source")
set(CPACK_COMPONENT_GHES-SIM_DESCRIPTION "laboratory for the kernel's APEI/GHES code
Nests, interleaves and checks NMI-like hardware-error notifications (arm64
SDEI, SEA and SEI, x86 NMI) on the unmodified ghes.c of a kernel tree or on
libghes: at every instruction, in every interleaving, or at full speed, with
adversarial firmware and oracles that watch. No firmware, no kernel boot.")
set(CPACK_DEBIAN_LIBGHES1_PACKAGE_NAME libghes1)
set(CPACK_DEBIAN_LIBGHES1_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBGHES1_PACKAGE_CONTROL_EXTRA
        "${CMAKE_CURRENT_BINARY_DIR}/triggers;${CMAKE_CURRENT_BINARY_DIR}/shlibs")
set(CPACK_COMPONENT_LIBGHES1_DESCRIPTION "portable library for ACPI hardware error sources
Takes firmware-first hardware-error notifications, from contexts that may
interrupt anything, and consumes their records: HEST, CPER, estatus pool,
cache and queue without locks, claims of synchronous errors.")
set(CPACK_DEBIAN_LIBGHES-DEV_PACKAGE_NAME libghes-dev)
set(CPACK_DEBIAN_LIBGHES-DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_LIBGHES-DEV_PACKAGE_DEPENDS
        "libghes1 (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}), liburcu-dev")
set(CPACK_COMPONENT_LIBGHES-DEV_DESCRIPTION "headers of libghes, and its model checker
Headers, static libraries, pkg-config and CMake files of libghes, and of
ghes-explore, which runs a test with a few threads and interrupt handlers
through every distinguishable interleaving.")

# A library's package tells the loader, and others which version of it they need.
file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/triggers" "activate-noawait ldconfig\n")
file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/shlibs" "libghes 1 libghes1 (>= ${PROJECT_VERSION})\n")

# What Debian wants in each package, and nobody else: copyright, changelog, compressed manual pages.
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_BINARY_DIR}/package-files.cmake")
string(TIMESTAMP GHES_PACKAGE_YEAR "%Y" UTC)
configure_file(cmake/package-files.cmake.in package-files.cmake @ONLY)
include(CPack)
