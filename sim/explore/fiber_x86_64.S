/* SPDX-License-Identifier: GPL-2.0-only */
/* ex_fiber_switch(rdi = &from, rsi = to): System V x86-64. The layout is that of fiber.h. */
#if defined(__x86_64__)
	.text
	.globl	ex_fiber_switch
	.hidden	ex_fiber_switch
	.type	ex_fiber_switch, @function
	.p2align 4
ex_fiber_switch:
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, (%rdi)
	movq	%rsi, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret
	.size	ex_fiber_switch, . - ex_fiber_switch

/* word 3 (r12) is the function, word 4 (rbx) its argument; rsp is 16-byte aligned here */
	.globl	ex_fiber_entry
	.hidden	ex_fiber_entry
	.type	ex_fiber_entry, @function
ex_fiber_entry:
	.cfi_startproc
	.cfi_undefined rip
	movq	%rbx, %rdi
	callq	*%r12
	ud2
	.cfi_endproc
	.size	ex_fiber_entry, . - ex_fiber_entry
#endif

	/* Outside of the #if: an empty object, too, must not ask for an executable stack. */
	.section .note.GNU-stack, "", %progbits
