/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ghes_step_entry: from a point whose count reached zero into ghes_step_hit() and back.
 *
 * On entry: x17 is the entry of the table for this point; x16 and x17 are on the stack, x30 too,
 * and the point restores all three. Everything else that ghes_step_hit() may change is saved here.
 */
#define GPR_AREA  176
#define VECTOR_AREA 512

	.text
	.p2align 4
	.globl ghes_step_entry
	.hidden ghes_step_entry
	.type ghes_step_entry, %function
ghes_step_entry:
	.cfi_startproc
	stp x29, x30, [sp, #-GPR_AREA]!
	mov x29, sp
	stp x0, x1, [sp, #16]
	stp x2, x3, [sp, #32]
	stp x4, x5, [sp, #48]
	stp x6, x7, [sp, #64]
	stp x8, x9, [sp, #80]
	stp x10, x11, [sp, #96]
	stp x12, x13, [sp, #112]
	stp x14, x15, [sp, #128]
	mrs x0, nzcv
	stp x18, x0, [sp, #144]
	mrs x0, fpcr
	mrs x1, fpsr
	stp x0, x1, [sp, #160]
	sub sp, sp, #VECTOR_AREA
	stp q0, q1, [sp, #0]
	stp q2, q3, [sp, #32]
	stp q4, q5, [sp, #64]
	stp q6, q7, [sp, #96]
	stp q8, q9, [sp, #128]
	stp q10, q11, [sp, #160]
	stp q12, q13, [sp, #192]
	stp q14, q15, [sp, #224]
	stp q16, q17, [sp, #256]
	stp q18, q19, [sp, #288]
	stp q20, q21, [sp, #320]
	stp q22, q23, [sp, #352]
	stp q24, q25, [sp, #384]
	stp q26, q27, [sp, #416]
	stp q28, q29, [sp, #448]
	stp q30, q31, [sp, #480]
	mov x0, x17
	bl ghes_step_hit
	ldp q0, q1, [sp, #0]
	ldp q2, q3, [sp, #32]
	ldp q4, q5, [sp, #64]
	ldp q6, q7, [sp, #96]
	ldp q8, q9, [sp, #128]
	ldp q10, q11, [sp, #160]
	ldp q12, q13, [sp, #192]
	ldp q14, q15, [sp, #224]
	ldp q16, q17, [sp, #256]
	ldp q18, q19, [sp, #288]
	ldp q20, q21, [sp, #320]
	ldp q22, q23, [sp, #352]
	ldp q24, q25, [sp, #384]
	ldp q26, q27, [sp, #416]
	ldp q28, q29, [sp, #448]
	ldp q30, q31, [sp, #480]
	add sp, sp, #VECTOR_AREA
	ldp x0, x1, [sp, #160]
	msr fpcr, x0
	msr fpsr, x1
	ldp x18, x0, [sp, #144]
	msr nzcv, x0
	ldp x14, x15, [sp, #128]
	ldp x12, x13, [sp, #112]
	ldp x10, x11, [sp, #96]
	ldp x8, x9, [sp, #80]
	ldp x6, x7, [sp, #64]
	ldp x4, x5, [sp, #48]
	ldp x2, x3, [sp, #32]
	ldp x0, x1, [sp, #16]
	ldp x29, x30, [sp], #GPR_AREA
	ret
	.cfi_endproc
	.size ghes_step_entry, . - ghes_step_entry

/* ghes_step_call_on(stack_top, fn, arg): fn(arg) on another stack. @stack_top is 16-aligned. */
	.p2align 4
	.globl ghes_step_call_on
	.hidden ghes_step_call_on
	.type ghes_step_call_on, %function
ghes_step_call_on:
	.cfi_startproc
	stp x29, x30, [sp, #-16]!
	.cfi_def_cfa_offset 16
	.cfi_offset 29, -16
	.cfi_offset 30, -8
	mov x29, sp
	.cfi_def_cfa_register 29
	mov sp, x0
	mov x0, x2
	blr x1
	mov sp, x29
	ldp x29, x30, [sp], #16
	.cfi_def_cfa 31, 0
	ret
	.cfi_endproc
	.size ghes_step_call_on, . - ghes_step_call_on

	.section .note.GNU-stack, "", %progbits
