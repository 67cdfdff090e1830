/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the inserted points and the runtime agree on: struct ghes_step_tls, three words per thread.
 *
 * x86-64: the words lie at a fixed offset from %fs, so that a point needs neither a register for
 * an address nor a symbol, and a stepped object can be linked into anything. The place is inside
 * the area of glibc's thread control block (128..640) that held SSE registers for the dynamic
 * linker until 2.22 and is kept, unused, because sanitizers rely on the size of the block. Every
 * thread has it, no thread must register.
 *
 * aarch64: a point has the stack to work with (there is no red zone), so the words are an ordinary
 * initial-exec thread-local object, `ghes_step_tls`, defined by the runtime.
 */
#ifndef GHES_STEP_ABI_H
#define GHES_STEP_ABI_H

#define GHES_STEP_TLS_COUNT                                                                        \
	512 /* points until the next stop; 0 is 2^64. Within a block: as of its head */
#define GHES_STEP_TLS_SCRATCH 520 /* the interrupted %rcx while a point runs */
#define GHES_STEP_TLS_ENTRY   528 /* the trampoline */
#define GHES_STEP_TLS_CURRENT 536 /* the innermost armed struct ghes_step */
#define GHES_STEP_RED_ZONE    128

/* Offsets within ghes_step_tls on aarch64. */
#define GHES_STEP_A64_COUNT 0
#define GHES_STEP_A64_ENTRY 16

#endif
