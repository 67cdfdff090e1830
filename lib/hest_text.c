// SPDX-License-Identifier: GPL-2.0-only
/* acpidump text to bytes; see <ghes/hest_text.h>. One pass over the lines, no copy of them. */
#include <ghes/hest_text.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <ghes/errors.h>

#define ROW_BYTES	  16
#define SIGNATURE_SIZE	  4
#define OFFSET_DIGITS_MIN 2
#define OFFSET_DIGITS_MAX 8

/* A line without its end; @number from 1 */
struct line {
	const char *at;
	size_t length;
	size_t number;
};

struct text {
	const char *at;
	const char *end;
	size_t number;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool next_line(struct text *text, struct line *line)
{
	const char *newline;

	if (text->at == text->end)
		return false;
	newline = memchr(text->at, '\n', (size_t)(text->end - text->at));
	line->at = text->at;
	line->length = (size_t)((newline ? newline : text->end) - text->at);
	line->number = ++text->number;
	text->at = newline ? newline + 1 : text->end;
	while (line->length > 0 && is_blank(line->at[line->length - 1]))
		line->length--;
	return true;
}

/* Not isxdigit() and its like: those depend on the locale of whoever links us */
static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static size_t skip_blanks(const struct line *line, size_t at)
{
	while (at < line->length && is_blank(line->at[at]))
		at++;
	return at;
}

/* "HEST @ 0x1234" */
static bool is_header(const struct line *line)
{
	static const char middle[] = " @ 0x";
	const size_t digits = SIGNATURE_SIZE + sizeof(middle) - 1;

	if (line->length <= digits ||
	    memcmp(line->at + SIGNATURE_SIZE, middle, sizeof(middle) - 1) != 0)
		return false;
	for (size_t i = 0; i < SIGNATURE_SIZE; i++)
		if (line->at[i] < '!' || line->at[i] > '~')
			return false;
	for (size_t i = digits; i < line->length; i++)
		if (hex_digit(line->at[i]) < 0)
			return false;
	return true;
}

static int fail(struct hest_text_error *error, int err, size_t line, const char *format, ...)
	GHES_PRINTF(4, 5);

static int fail(struct hest_text_error *error, int err, size_t line, const char *format, ...)
{
	va_list args;

	if (!error)
		return -err;
	error->line = line;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return -err;
}

/* "  01A0:", gives what follows; false if the line does not begin so */
static bool row_offset(const struct line *line, size_t *at, size_t *offset)
{
	size_t i = skip_blanks(line, 0);
	const size_t first = i;
	int digit;

	*offset = 0;
	for (; i < line->length && (digit = hex_digit(line->at[i])) >= 0; i++) {
		if (i - first == OFFSET_DIGITS_MAX)
			return false;
		*offset = *offset << 4 | (size_t)digit;
	}
	if (i - first < OFFSET_DIGITS_MIN || i == line->length || line->at[i] != ':')
		return false;
	*at = i + 1;
	return true;
}

/*
 * Up to sixteen pairs of digits, one blank apart. Two blanks, or the end, end them: what stands
 * behind is the column of characters, which may well look like more digits.
 */
static size_t row_bytes(const struct line *line, size_t at, uint8_t bytes[ROW_BYTES])
{
	size_t count = 0;

	at = skip_blanks(line, at);
	for (; count < ROW_BYTES && line->length >= 2 && at <= line->length - 2; at += 3) {
		const int high = hex_digit(line->at[at]);
		const int low = hex_digit(line->at[at + 1]);

		if (high < 0 || low < 0 || (at + 2 < line->length && line->at[at + 2] != ' '))
			break;
		bytes[count++] = (uint8_t)(high << 4 | low);
	}
	return count;
}

/* The rows behind a header line, up to an empty line, the next header or the end */
static int extract_rows(struct text *text, uint8_t *out, size_t *out_size,
			struct hest_text_error *error)
{
	const size_t capacity = *out_size;
	uint8_t bytes[ROW_BYTES];
	size_t at, offset, count, have = 0;
	struct line line = {.number = text->number};
	int rc = 0;

	while (next_line(text, &line) && line.length > 0 && !is_header(&line)) {
		if (!row_offset(&line, &at, &offset))
			return fail(error, GHES_EINVAL, line.number,
				    "not a row of the dump, expected \"%04zX: \" and bytes", have);
		if (offset != have)
			return fail(error, GHES_EINVAL, line.number,
				    "row is for offset 0x%zx, expected 0x%zx", offset, have);
		count = row_bytes(&line, at, bytes);
		if (count == 0)
			return fail(error, GHES_EINVAL, line.number,
				    "row without bytes, expected up to 16 pairs of hex digits");
		for (size_t i = 0; i < count; i++)
			if (have + i < capacity)
				out[have + i] = bytes[i];
		have += count;
	}
	if (have == 0)
		return fail(error, GHES_EINVAL, line.number,
			    "table without rows, expected \"0000: \"");
	if (have > capacity)
		rc = fail(error, GHES_ENOSPC, line.number, "table of %zu bytes, room for %zu", have,
			  capacity);
	*out_size = have;
	return rc;
}

int hest_text_extract(const void *data, size_t size, const char *signature, unsigned int instance,
		      uint8_t *out, size_t *out_size, struct hest_text_error *error)
{
	struct text text = {.at = data, .end = (const char *)data + size};
	struct line line;

	while (next_line(&text, &line)) {
		if (!is_header(&line) || memcmp(line.at, signature, SIGNATURE_SIZE) != 0)
			continue;
		if (instance-- == 0)
			return extract_rows(&text, out, out_size, error);
	}
	return fail(error, GHES_ENOENT, 0,
		    "no such table in the dump, expected a line \"%.4s @ 0x...\"", signature);
}

/* Bytes that a text file has; more than ASCII, because mail does not stop at it */
static bool is_text(const struct line *line)
{
	for (size_t i = 0; i < line->length; i++)
		if ((unsigned char)line->at[i] < ' ' && line->at[i] != '\t' &&
		    line->at[i] != '\r' && line->at[i] != '\f')
			return false;
	return true;
}

bool hest_text_sniff(const void *data, size_t size)
{
	struct text text = {.at = data, .end = (const char *)data + size};
	struct line line;

	while (next_line(&text, &line) && is_text(&line))
		if (is_header(&line))
			return true;
	return false;
}
