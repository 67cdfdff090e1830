// SPDX-License-Identifier: GPL-2.0-only
/*
 * Schedules as text: "v1 -3 0*12 2*3 1:4 0*2".
 *
 * -N: the notification N does not arrive at all. Each other word is a context's number, how many
 * steps it makes in a row (*N), or which answer it gets from ghes_explore_choose() (:V). What
 * follows the last word is left to the default order.
 */
#include <ghes/errors.h>
#include "engine.h"
#include <stdio.h>
#include <stdlib.h>

char *ex_schedule_format(const uint32_t *script, unsigned int len, ex_mask suppressed)
{
	size_t size = 8 + EX_CTXS * 4 + (size_t)len * 12;
	char *text = malloc(size);
	size_t at;

	if (!text)
		return NULL;
	at = (size_t)snprintf(text, size, "v1");
	for (unsigned int h = 0; h < EX_CTXS; h++)
		if (suppressed & ex_bit(h))
			at += (size_t)snprintf(text + at, size - at, " -%u", h);
	for (unsigned int i = 0, n; i < len; i += n) {
		for (n = 1; i + n < len && script[i + n] == script[i] && script[i] < 256; n++)
			;
		at += (size_t)snprintf(text + at, size - at, " %u", script[i] & 0xff);
		if (script[i] >> 8)
			at += (size_t)snprintf(text + at, size - at, ":%u", script[i] >> 8);
		else if (n > 1)
			at += (size_t)snprintf(text + at, size - at, "*%u", n);
	}
	return text;
}

/* Return: 0, -GHES_EINVAL for what is no schedule, -GHES_ENOMEM. *@script is the caller's. */
int ex_schedule_parse(const char *text, uint32_t **script, unsigned int *len, ex_mask *suppressed)
{
	uint32_t *out = calloc(GHES_EXPLORE_MAX_STEPS, sizeof(*out));
	unsigned int n = 0;

	*suppressed = 0;
	if (!out)
		return -GHES_ENOMEM;
	if (!text || strncmp(text, "v1", 2) || (text[2] && text[2] != ' '))
		goto invalid;
	text += 2;
	while (*text) {
		unsigned long ctx, count = 1, choice = 0;
		char *end;

		bool absent = text[0] == ' ' && text[1] == '-';

		text += 1 + absent;
		if (text[-1 - absent] != ' ' || *text < '0' || *text > '9')
			goto invalid;
		ctx = strtoul(text, &end, 10);
		if (*end == '*')
			count = strtoul(end + 1, &end, 10);
		else if (*end == ':')
			choice = strtoul(end + 1, &end, 10);
		if (ctx >= EX_CTXS || !count || count > GHES_EXPLORE_MAX_STEPS - n ||
		    choice > UINT16_MAX)
			goto invalid;
		if (absent) {
			*suppressed |= ex_bit((unsigned int)ctx);
			count = 0;
		}
		while (count--)
			out[n++] = (uint32_t)(ctx | choice << 8);
		text = end;
	}
	*script = out;
	*len = n;
	return 0;
invalid:
	free(out);
	return -GHES_EINVAL;
}
