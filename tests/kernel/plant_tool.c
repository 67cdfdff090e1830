// SPDX-License-Identifier: GPL-2.0-only
/*
 * plant_tool PLANTS-FILE list
 *	name|oracle|driver|scenario|what, one line each
 * plant_tool PLANTS-FILE apply PLANT SOURCE OUT
 *	0 applied, 3 not for this source, 1 does not fit it
 */
#include "plant_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_all(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!f || getdelim(&text, &size, '\0', f) < 0) {
		fprintf(stderr, "%s: cannot be read\n", path);
		exit(2);
	}
	fclose(f);
	return text;
}

static int write_all(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (f && fputs(text, f) >= 0 && !fclose(f))
		return 0;
	fprintf(stderr, "%s: cannot be written\n", path);
	return 2;
}

static int list(const struct plants *plants)
{
	for (size_t i = 0; i < plants->n; i++) {
		const struct plant *p = &plants->plant[i];

		printf("%s|%s|%s|%s|%s\n", p->name, p->oracle, p->driver, p->scenario, p->what);
	}
	return 0;
}

static int apply(const struct plants *plants, const char *name, const char *from, const char *to)
{
	static const int status[] = {
		[PLANT_APPLIED] = 0, [PLANT_NOT_FOR_THIS] = 3, [PLANT_DOES_NOT_FIT] = 1};
	char *source = read_all(from), *out = NULL, error[512];
	int ret = 2;

	for (size_t i = 0; i < plants->n; i++) {
		enum plant_result r;

		if (strcmp(plants->plant[i].name, name))
			continue;
		r = plant_apply(&plants->plant[i], source, &out, error, sizeof(error));
		if (r == PLANT_DOES_NOT_FIT)
			fprintf(stderr, "plant %s does not fit %s: %s\n", name, from, error);
		ret = r == PLANT_APPLIED ? write_all(to, out) : status[r];
	}
	free(out);
	free(source);
	return ret;
}

int main(int argc, char **argv)
{
	struct plants plants = {NULL, 0};
	char error[256];
	char *text;
	int ret = 2;

	if (argc < 3)
		return 2;
	text = read_all(argv[1]);
	if (plants_parse(&plants, text, error, sizeof(error)))
		fprintf(stderr, "%s:%s\n", argv[1], error);
	else if (!strcmp(argv[2], "list"))
		ret = list(&plants);
	else if (!strcmp(argv[2], "apply") && argc == 6)
		ret = apply(&plants, argv[3], argv[4], argv[5]);
	plants_free(&plants);
	free(text);
	return ret;
}
