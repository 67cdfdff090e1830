/* SPDX-License-Identifier: GPL-2.0-only */
/* ex_fiber_switch(x0 = &from, x1 = to): AAPCS64. The layout is that of fiber.h. */
#if defined(__aarch64__)
	.text
	.globl	ex_fiber_switch
	.hidden	ex_fiber_switch
	.type	ex_fiber_switch, %function
	.p2align 4
ex_fiber_switch:
	sub	sp, sp, #160
	stp	d8, d9, [sp]
	stp	d10, d11, [sp, #16]
	stp	d12, d13, [sp, #32]
	stp	d14, d15, [sp, #48]
	stp	x19, x20, [sp, #64]
	stp	x21, x22, [sp, #80]
	stp	x23, x24, [sp, #96]
	stp	x25, x26, [sp, #112]
	stp	x27, x28, [sp, #128]
	stp	x29, x30, [sp, #144]
	mov	x9, sp
	str	x9, [x0]
	mov	sp, x1
	ldp	d8, d9, [sp]
	ldp	d10, d11, [sp, #16]
	ldp	d12, d13, [sp, #32]
	ldp	d14, d15, [sp, #48]
	ldp	x19, x20, [sp, #64]
	ldp	x21, x22, [sp, #80]
	ldp	x23, x24, [sp, #96]
	ldp	x25, x26, [sp, #112]
	ldp	x27, x28, [sp, #128]
	ldp	x29, x30, [sp, #144]
	add	sp, sp, #160
	ret
	.size	ex_fiber_switch, . - ex_fiber_switch

/* word 8 (x19) is the function, word 9 (x20) its argument */
	.globl	ex_fiber_entry
	.hidden	ex_fiber_entry
	.type	ex_fiber_entry, %function
ex_fiber_entry:
	.cfi_startproc
	.cfi_undefined x30
	mov	x0, x20
	blr	x19
	brk	#0
	.cfi_endproc
	.size	ex_fiber_entry, . - ex_fiber_entry
#endif

	/* Outside of the #if: an empty object, too, must not ask for an executable stack. */
	.section .note.GNU-stack, "", %progbits
