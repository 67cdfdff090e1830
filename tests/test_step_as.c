// SPDX-License-Identifier: GPL-2.0-only
/*
 * ghes-step-as by its text: where a point goes for each way of writing assembly, and what is
 * refused because a point there could not be transparent.
 *
 * Method: each case is run through the program; its output, without the preamble, the tables of
 * strings and the module's symbol, is folded into one line: p a point within a block, P its last
 * one, L one that landed behind its instruction, everything else as it stands, separated by '|'.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
#include <cmocka.h>

#define OUTPUT_MAX 65536

struct placing {
	const char *what, *options, *input, *expected;
};

static const struct placing placings[] = {
	{"plain instructions", "x86_64", "f:\n\tmovq %rax, %rbx\n\tret\n",
	 "f:|p|movq %rax, %rbx|P|ret"},
	{"labels stay before the point", "x86_64", "f:\n.L1:\n\tjmp .L1\n", "f:|.L1:|P|jmp .L1"},
	{"label and instruction on a line", "x86_64", "f: ret\n", "f:|P|ret"},
	{"numeric labels", "x86_64", "f:\n1:\tdecq %rax\n\tjnz 1b\n", "f:|1:|p|decq %rax|P|jnz 1b"},
	{"quoted symbols", "x86_64", "\"f g\": ret\n", "\"f g\":|P|ret"},
	{"several statements on a line", "x86_64", "f:\n\tcld; std ;ret\n", "f:|p|cld|p|std|P|ret"},
	{"a separator in a string", "x86_64", "\t.ascii \"a;b#c\\\";d\"\n\tret\n",
	 ".ascii \"a;b#c\\\";d\"|P|ret"},
	{"comments", "x86_64", "f:\n\tret # not ; two\n# nor\tthis\n/* nor\n this ; */ nop\n",
	 "f:|P|ret|P|nop"},
	{"inline assembly's markers", "x86_64",
	 "f:\n#APP\n# 5 \"x.c\" 1\n\tnop\n# 0 \"\" 2\n#NO_APP\n", "f:|P|nop"},
	{"prefix and instruction in one", "x86_64",
	 "f:\n\tlock cmpxchgq %rsi, (%rdi)\n\trep stosq\n",
	 "f:|p|lock cmpxchgq %rsi, (%rdi)|P|rep stosq"},
	{"prefix on its own", "x86_64", "f:\n\tlock; incl (%rax)\n\tlock\n\tincl (%rax)\n\tnop\n",
	 "f:|P|lock|incl (%rax)|P|lock|incl (%rax)|P|nop"},
	{"two prefixes", "x86_64", "f:\n\txacquire\n\tlock\n\tincl (%rax)\n\tnop\n",
	 "f:|P|xacquire|lock|incl (%rax)|P|nop"},
	{"landing pads stay first", "x86_64", "f:\n\tendbr64\n\tret\n", "f:|endbr64|L|P|ret"},
	{"dynamic TLS stays together", "x86_64",
	 "f:\n\tdata16 leaq x@tlsgd(%rip), %rdi\n\t.value 0x6666\n\trex64\n"
	 "\tcall __tls_get_addr@PLT\n\tret\n",
	 "f:|P|data16 leaq x@tlsgd(%rip), %rdi|.value 0x6666|rex64|call __tls_get_addr@PLT|P|ret"},
	{"no point in data", "x86_64",
	 "\t.section .rodata\n.L1:\n\t.long .L2-.L1\n\t.text\n\tret\n",
	 ".section .rodata|.L1:|.long .L2-.L1|.text|P|ret"},
	{"cold and other sections of code", "x86_64",
	 "\t.section .text.unlikely\n\tnop\n\t.section .mine,\"ax\",@progbits\n\tnop\n"
	 "\t.section .data.rel,\"aw\"\n\t.quad 1\n\t.previous\n\tret\n",
	 ".section .text.unlikely|P|nop|.section .mine,\"ax\",@progbits|P|nop|"
	 ".section .data.rel,\"aw\"|.quad 1|.previous|P|ret"},
	{"sections pushed and popped", "x86_64",
	 "\tnop\n\t.pushsection .data\n\t.pushsection .text\n\tnop\n\t.popsection\n\t.long 1\n"
	 "\t.popsection\n\tret\n",
	 "P|nop|.pushsection .data|.pushsection .text|P|nop|.popsection|.long 1|.popsection|P|ret"},
	{"macros: their bodies, not their uses", "x86_64",
	 "\t.macro twice\n\tnop\n\tnop\n\t.endm\n\ttwice\n\tret\n",
	 ".macro twice|P|nop|P|nop|.endm|twice|P|ret"},
	{"assignments", "x86_64", "x = 5\n\t.set y, 6\n\tret\n", "x = 5|.set y, 6|P|ret"},
	{"unwind and line directives", "x86_64",
	 "f:\n\t.cfi_startproc\n\t.loc 1 7 3 view .LVU1\n\tpushq %rbx\n\t.cfi_offset 3, -16\n",
	 "f:|.cfi_startproc|.loc 1 7 3 view .LVU1|P|pushq %rbx|.cfi_offset 3, -16"},
	{"a block ends where code can arrive", "x86_64",
	 "f:\n\tnop\n\tnop\n.L1:\n\tnop\n\tnop\n\tjmp .L1\n",
	 "f:|p|nop|P|nop|.L1:|p|nop|p|nop|P|jmp .L1"},
	{"a jump table is such a place", "x86_64",
	 "f:\n\tnop\n.L1:\n\tret\n\t.section .rodata\n\t.long .L1-.L9\n",
	 "f:|P|nop|.L1:|P|ret|.section .rodata|.long .L1-.L9"},
	{"a label for debuggers is not", "x86_64",
	 "f:\n\tnop\n.LVL1:\n\tret\n\t.section .debug_loc,\"\",@progbits\n\t.quad .LVL1\n",
	 "f:|p|nop|.LVL1:|P|ret|.section .debug_loc,\"\",@progbits|.quad .LVL1"},
	{"a block ends where code leaves", "x86_64", "f:\n\tnop\n\tcall g\n\tnop\n\trep ret\n",
	 "f:|p|nop|P|call g|p|nop|P|rep ret"},
	{"a block does not span sections", "x86_64",
	 "f:\n\tnop\n\t.pushsection .text.x,\"ax\"\n\tnop\n\t.popsection\n\tret\n",
	 "f:|P|nop|.pushsection .text.x,\"ax\"|P|nop|.popsection|P|ret"},
	{"nor text that repeats", "x86_64", "f:\n\tnop\n\t.rept 3\n\tnop\n\tnop\n\t.endr\n\tret\n",
	 "f:|P|nop|.rept 3|P|nop|P|nop|.endr|P|ret"},
	{"nor text that may be left out", "x86_64",
	 "f:\n\t.if x\n\tnop\n\tnop\n\t.else\n\tnop\n\t.endif\n\tnop\n\tret\n",
	 "f:|.if x|P|nop|P|nop|.else|P|nop|.endif|p|nop|P|ret"},
	{"branches in all spellings, aarch64", "aarch64",
	 "f:\n\tnop\n\tbne 1f\n\tnop\n\tb.eq 1f\n\tcbz x0, 1f\n\tblr x1\n",
	 "f:|p|nop|P|bne 1f|p|nop|P|b.eq 1f|P|cbz x0, 1f|P|blr x1"},
	{"marks", "x86_64 --marks", "f:\n\tendbr64\n\tret\n", "f:|endbr64|L|P|ret"},

	{"aarch64 immediates are no comments", "aarch64", "f:\n\tmov x0, #1 // one\n\tret\n",
	 "f:|p|mov x0, #1|P|ret"},
	{"exclusive sequences stay together", "aarch64",
	 "f:\n1:\tldaxr x0, [x1]\n\tadd x0, x0, 1\n\tstlxr w2, x0, [x1]\n\tcbnz w2, 1b\n\tret\n",
	 "f:|1:|P|ldaxr x0, [x1]|add x0, x0, 1|stlxr w2, x0, [x1]|P|cbnz w2, 1b|P|ret"},
	{"clrex ends one too", "aarch64", "f:\n\tldxr x0, [x1]\n\tclrex\n\tret\n",
	 "f:|P|ldxr x0, [x1]|clrex|P|ret"},
	{"short branches reach far", "aarch64", "f:\n\ttbz x0, 3, .L1\n\ttbnz w1, #0, .L1\n",
	 "f:|P|ghes_far tbnz, x0, 3, .L1|P|ghes_far tbz, w1, #0, .L1"},
	{"marks move nothing, so branches stay", "aarch64 --marks", "f:\n\ttbz x0, 3, .L1\n",
	 "f:|P|tbz x0, 3, .L1"},
	{"TLS descriptor calls keep their mark", "aarch64",
	 "f:\n\tldr x1, [x0, #:tlsdesc_lo12:x]\n\t.tlsdesccall x\n\tblr x1\n\tret\n",
	 "f:|p|ldr x1, [x0, #:tlsdesc_lo12:x]|P|.tlsdesccall x|blr x1|P|ret"},
	{"instructions as numbers", "aarch64", "f:\n\t.inst 0xd503201f\n", "f:|P|.inst 0xd503201f"},
	{"bti stays first", "aarch64", "f:\n\tbti c\n\tret\n", "f:|bti c|L|P|ret"},
};

struct refusal {
	const char *what, *options, *input, *message;
};

static const struct refusal refusals[] = {
	{"AVX", "x86_64", "f:\n\tvaddps %ymm0, %ymm1, %ymm2\n", "in.s:2: register beyond"},
	{"AVX-512 registers", "x86_64", "f:\n\tvmovaps %xmm17, %xmm1\n", "in.s:2: register beyond"},
	{"mask registers", "x86_64", "f:\n\tkmovw %k1, %eax\n", "in.s:2: register beyond"},
	{"MMX", "x86_64", "f:\n\tmovq %mm0, %rax\n", "in.s:2: register beyond"},
	{"x87", "x86_64", "f:\n\tnop\n\tfldt 8(%rsp)\n", "in.s:3: x87 instruction"},
	{"Intel syntax", "x86_64", "\t.intel_syntax noprefix\n", "not supported"},
	{"32-bit code", "x86_64", "\t.code32\n", "not supported"},
	{"a TLS sequence left open", "x86_64", "f:\n\tleaq x@tlsgd(%rip), %rdi\n",
	 "unbroken sequence"},
	{"SVE", "aarch64", "f:\n\tadd z0.d, z1.d, z2.d\n", "in.s:2: SVE register"},
	{"an exclusive load left open", "aarch64", "f:\n\tldxr x0, [x1]\n\tret\ng:\n",
	 "unbroken sequence"},
	{"compressed jump tables", "aarch64", "\t.section .rodata\n\t.byte (.L3-.L2)/4\n",
	 "-fno-jump-tables"},
	{"unknown architecture", "sparc", "", "usage:"},
};

static char dir[] = "/tmp/ghes-step-as.XXXXXX";
static char in_path[64], out_path[64], err_path[64];

static void write_file(const char *path, const char *bytes, size_t n)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fwrite(bytes, 1, n, file) == n);
	assert_int_equal(fclose(file), 0);
}

static void read_file(const char *path, char *text)
{
	FILE *file = fopen(path, "r");
	size_t n;

	assert_non_null(file);
	n = fread(text, 1, OUTPUT_MAX - 1, file);
	text[n] = '\0';
	fclose(file);
}

/* Runs the program on @input; returns its exit status. @options starts with the architecture. */
static int convert_bytes(const char *options, const char *input, size_t n)
{
	char command[512];
	int status;

	write_file(in_path, input, n);
	unlink(out_path);
	snprintf(command, sizeof(command), "cd %s && " GHES_STEP_AS " --arch=%s in.s out.s 2>err",
		 dir, options);
	status = system(command);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int convert(const char *options, const char *input)
{
	return convert_bytes(options, input, strlen(input));
}

static void fold(char *text, char *folded)
{
	const char *skip_to = NULL;
	char *at = folded;

	*at = '\0';
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		const char *piece = line + strspn(line, "\t");

		if (strstr(line, ".data.rel.ro.ghes_step_module"))
			break;
		if (!skip_to && strstr(line, ".macro ghes_"))
			skip_to = ".endm";
		else if (!skip_to && strstr(line, ".pushsection ghes_step_strings"))
			skip_to = ".popsection";
		if (skip_to) {
			if (strstr(line, skip_to))
				skip_to = NULL;
			continue;
		}
		if (!strncmp(piece, "ghes_point_landed ", 18))
			piece = "L";
		else if (!strncmp(piece, "ghes_point ", 11))
			piece = line[strlen(line) - 1] == '1' ? "P" : "p";
		at += sprintf(at, "%s%s", at == folded ? "" : "|", piece);
	}
}

static void points_go_where_they_belong(void **state)
{
	static char text[OUTPUT_MAX], folded[OUTPUT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(placings) / sizeof(*placings); i++) {
		const struct placing *placing = &placings[i];

		if (convert(placing->options, placing->input))
			fail_msg("%s: refused", placing->what);
		read_file(out_path, text);
		fold(text, folded);
		if (strcmp(folded, placing->expected))
			fail_msg("%s:\n  got      %s\n  expected %s", placing->what, folded,
				 placing->expected);
	}
}

static void what_a_point_would_break_is_refused(void **state)
{
	static char text[OUTPUT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		const struct refusal *refusal = &refusals[i];

		if (convert(refusal->options, refusal->input) != 2)
			fail_msg("%s: not refused", refusal->what);
		read_file(err_path, text);
		if (!strstr(text, refusal->message))
			fail_msg("%s: says %s", refusal->what, text);
		/* Half a result must not be taken for one. */
		assert_int_not_equal(access(out_path, F_OK), 0);
	}
}

/* Goal: a NUL in a comment, which clang writes, is a comment; elsewhere it would hide what follows.
 */
static void nul_is_no_end_of_line(void **state)
{
	static char text[OUTPUT_MAX];

	(void)state;
	assert_int_equal(convert_bytes("x86_64", "f:\n\tnop # \0\n\tret\n", 16), 0);
	read_file(out_path, text);
	assert_non_null(strstr(text, "\tnop\n"));
	assert_non_null(strstr(text, "\tret\n"));
	assert_int_equal(convert_bytes("x86_64", "f:\n\tnop\0\n\tret\n", 14), 2);
}

static void points_carry_function_file_and_line(void **state)
{
	static char text[OUTPUT_MAX];

	(void)state;
	assert_int_equal(convert("x86_64", "\t.file 0 \"/dir\" \"a.c\"\n\t.file 1 \"b.h\"\n"
					   "f:\n\t.loc 0 7 1\n\tnop\n\t.loc 1 9 1\n\tnop\n"
					   "g.cold:\n\tnop\n"),
			 0);
	read_file(out_path, text);
	assert_non_null(strstr(text, ".Lghes_file1:\n\t.string \"a.c\""));
	assert_non_null(strstr(text, ".Lghes_file2:\n\t.string \"b.h\""));
	assert_non_null(strstr(text, ".Lghes_function1:\n\t.string \"f\""));
	assert_non_null(strstr(text, ".Lghes_function2:\n\t.string \"g.cold\""));
	assert_non_null(strstr(text, "ghes_point .Lghes_function1, .Lghes_file1, 7, 1, 0\n"));
	assert_non_null(strstr(text, "ghes_point .Lghes_function1, .Lghes_file2, 9, 2, 1\n"));
	assert_non_null(strstr(text, "ghes_point .Lghes_function2, .Lghes_file2, 9, 1, 1\n"));
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(in_path, sizeof(in_path), "%s/in.s", dir);
	snprintf(out_path, sizeof(out_path), "%s/out.s", dir);
	snprintf(err_path, sizeof(err_path), "%s/err", dir);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(in_path);
	unlink(out_path);
	unlink(err_path);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(points_go_where_they_belong),
		cmocka_unit_test(what_a_point_would_break_is_refused),
		cmocka_unit_test(nul_is_no_end_of_line),
		cmocka_unit_test(points_carry_function_file_and_line),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
