/* SPDX-License-Identifier: GPL-2.0-only */
/* What a verb prints: stdout and stderr, while it runs in process. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CAPTURE_MAX (1u << 20)

struct capture {
	int status;
	char out[CAPTURE_MAX];
	char err[CAPTURE_MAX];
};

static inline int capture_begin(FILE *stream, FILE *into)
{
	const int saved = dup(fileno(stream));

	assert(saved >= 0 && into);
	fflush(stream);
	dup2(fileno(into), fileno(stream));
	return saved;
}

static inline void capture_end(FILE *stream, int saved, FILE *from, char *text)
{
	size_t size;

	fflush(stream);
	dup2(saved, fileno(stream));
	close(saved);
	rewind(from);
	size = fread(text, 1, CAPTURE_MAX - 1, from);
	text[size] = '\0';
	fclose(from);
}

/* Runs @verb with the arguments up to a NULL */
static inline void capture(struct capture *c, int (*verb)(int argc, char **argv), char **argv)
{
	FILE *out = tmpfile(), *err = tmpfile();
	const int saved_out = capture_begin(stdout, out);
	const int saved_err = capture_begin(stderr, err);
	int argc = 0;

	while (argv[argc])
		argc++;
	c->status = verb(argc, argv);
	capture_end(stdout, saved_out, out, c->out);
	capture_end(stderr, saved_err, err, c->err);
}

#endif
