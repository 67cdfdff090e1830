# SPDX-License-Identifier: GPL-2.0-only
#
# Cross builds against Debian's multiarch packages, run under qemu-user:
#	cmake -DCMAKE_TOOLCHAIN_FILE=cmake/toolchain-cross.cmake -DGHES_CROSS=aarch64-linux-gnu ...
# GHES_CROSS is the GNU triplet; aarch64, arm (32 bit) and s390x (big endian) are tested.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES GHES_CROSS)
string(REGEX MATCH "^[^-]+" CMAKE_SYSTEM_PROCESSOR ${GHES_CROSS})
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_C_COMPILER ${GHES_CROSS}-gcc)
set(CMAKE_ASM_COMPILER ${GHES_CROSS}-gcc)
set(CMAKE_LIBRARY_ARCHITECTURE ${GHES_CROSS})
# The target's own C library is installed (libc6:arm64 and so on), so no other root is needed.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-${CMAKE_SYSTEM_PROCESSOR})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
# pkg-config of the target, not of the host.
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/${GHES_CROSS}/pkgconfig:/usr/share/pkgconfig)
