// SPDX-License-Identifier: GPL-2.0-only
#include "report/report.h"

/* Control characters are not allowed in XML, and text of a core may hold any bytes. */
void report_xml(FILE *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '&')
			fputs("&amp;", out);
		else if (c == '<')
			fputs("&lt;", out);
		else if (c == '>')
			fputs("&gt;", out);
		else if (c == '"')
			fputs("&quot;", out);
		else if (c == '\n')
			fputc('\n', out);
		else
			fputc(c < 0x20 || c > 0x7e ? '?' : c, out);
	}
}
