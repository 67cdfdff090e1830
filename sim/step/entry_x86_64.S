/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ghes_step_entry: from a point whose count reached zero into ghes_step_hit() and back.
 *
 * On entry: %rcx is the count (zero), the interrupted %rcx is in the thread's scratch word, %rsp
 * is GHES_STEP_RED_ZONE + 8 below the interrupted one, and the return address is that of
 *	nopl entry(%rip)	0f 1f 05 disp32
 * whose operand is the entry of the table for this point. The point itself raises %rsp again: after
 * "ret $128" valgrind would take the red zone for dead.
 *
 * Nothing here relies on the scratch word past the first instructions: the handler may run stepped
 * code, which uses it again. Only lea, mov and push before pushfq, which touch no flag.
 */
#include "step_abi.h"

#define XMM_AREA 256
#define NOP_LENGTH 7
#define NOP_DISPLACEMENT 3

	.text
	.p2align 4
	.globl ghes_step_entry
	.hidden ghes_step_entry
	.type ghes_step_entry, @function
ghes_step_entry:
	/* For a debugger, the frame ends at the interrupted %rsp: what the path's own description
	   of its frame counts from. The return address is below the red zone. */
	.cfi_startproc
	.cfi_def_cfa_offset GHES_STEP_RED_ZONE + 8
	.cfi_offset %rip, -(GHES_STEP_RED_ZONE + 8)
	pushfq
	.cfi_adjust_cfa_offset 8
	pushq %rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbp, 0
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	cld
	pushq %fs:GHES_STEP_TLS_SCRATCH
	pushq %rax
	pushq %rdx
	pushq %rsi
	pushq %rdi
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	subq $16, %rsp
	stmxcsr (%rsp)
	movq 16(%rbp), %rax
	movslq NOP_DISPLACEMENT(%rax), %rdi
	leaq NOP_LENGTH(%rax, %rdi), %rdi

	subq $XMM_AREA, %rsp
	andq $-16, %rsp
	movaps %xmm0, 0(%rsp)
	movaps %xmm1, 16(%rsp)
	movaps %xmm2, 32(%rsp)
	movaps %xmm3, 48(%rsp)
	movaps %xmm4, 64(%rsp)
	movaps %xmm5, 80(%rsp)
	movaps %xmm6, 96(%rsp)
	movaps %xmm7, 112(%rsp)
	movaps %xmm8, 128(%rsp)
	movaps %xmm9, 144(%rsp)
	movaps %xmm10, 160(%rsp)
	movaps %xmm11, 176(%rsp)
	movaps %xmm12, 192(%rsp)
	movaps %xmm13, 208(%rsp)
	movaps %xmm14, 224(%rsp)
	movaps %xmm15, 240(%rsp)
	call ghes_step_hit
	movaps 0(%rsp), %xmm0
	movaps 16(%rsp), %xmm1
	movaps 32(%rsp), %xmm2
	movaps 48(%rsp), %xmm3
	movaps 64(%rsp), %xmm4
	movaps 80(%rsp), %xmm5
	movaps 96(%rsp), %xmm6
	movaps 112(%rsp), %xmm7
	movaps 128(%rsp), %xmm8
	movaps 144(%rsp), %xmm9
	movaps 160(%rsp), %xmm10
	movaps 176(%rsp), %xmm11
	movaps 192(%rsp), %xmm12
	movaps 208(%rsp), %xmm13
	movaps 224(%rsp), %xmm14
	movaps 240(%rsp), %xmm15

	leaq -88(%rbp), %rsp
	ldmxcsr (%rsp)
	addq $16, %rsp
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rdi
	popq %rsi
	popq %rdx
	popq %rax
	popq %fs:GHES_STEP_TLS_SCRATCH
	popq %rbp
	.cfi_def_cfa %rsp, GHES_STEP_RED_ZONE + 16
	.cfi_restore %rbp
	popfq
	.cfi_adjust_cfa_offset -8
	ret
	.cfi_endproc
	.size ghes_step_entry, . - ghes_step_entry

/* ghes_step_call_on(stack_top, fn, arg): fn(arg) on another stack. @stack_top is 16-aligned. */
	.p2align 4
	.globl ghes_step_call_on
	.hidden ghes_step_call_on
	.type ghes_step_call_on, @function
ghes_step_call_on:
	.cfi_startproc
	pushq %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	movq %rdi, %rsp
	movq %rdx, %rdi
	call *%rsi
	leave
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
	.size ghes_step_call_on, . - ghes_step_call_on

	.section .note.GNU-stack, "", @progbits
