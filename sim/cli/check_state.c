// SPDX-License-Identifier: GPL-2.0-only
#include "check_state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drivers/known.h"
#include "input_file.h"
#include "report/result_read.h"

#define FORMAT	    "check state"
#define VERSION	    1
#define MAX_SIZE    (256u << 20)
#define MAX_NESTING 16

static const char *const phases[] = {
	[CHECK_ONCE] = "once",
	[CHECK_INTERLEAVINGS] = "interleavings",
	[CHECK_EVERY_INSTRUCTION] = "every-instruction",
	[CHECK_FREE_RUNNING] = "free-running",
	[CHECK_TWO_LEVELS] = "two-levels",
};

struct entry {
	struct sim_result result;
	enum check_phase phase;
	uint64_t seed;	   /* of the check; the result has the run's */
	uint64_t scenario; /* hash of the file */
	uint64_t build;
	uint64_t rounds;
};

struct check_state {
	char *path;
	struct entry **entries; /* tasks point to what is in them */
	size_t nr, room;
	unsigned int stale;
	struct result_strings strings;
};

/* ---- Reading --------------------------------------------------------------------------------- */

struct reader {
	struct check_state *s;
	unsigned int line;
	char *error;
	size_t error_size;
};

static int bad(const struct reader *rd, const char *what)
{
	snprintf(rd->error, rd->error_size, "%s:%u: %s; remove the file to begin anew", rd->s->path,
		 rd->line, what);
	return -1;
}

static struct entry *add_entry(struct check_state *s)
{
	if (s->nr == s->room) {
		size_t room = s->room ? s->room * 2 : 256;
		struct entry **more = realloc(s->entries, room * sizeof(struct entry *));

		if (!more)
			return NULL;
		s->entries = more;
		s->room = room;
	}
	s->entries[s->nr] = calloc(1, sizeof(struct entry));
	return s->entries[s->nr] ? s->entries[s->nr++] : NULL;
}

/* Hashes are hex text: a JSON number of 64 bits is not one to every reader. */
static bool read_hash(struct json_object *o, const char *key, uint64_t *hash)
{
	const char *text = result_member_string(o, key);
	char *end;

	if (!text || strspn(text, "0123456789abcdef") != 16 || text[16])
		return false;
	*hash = strtoull(text, &end, 16);
	return true;
}

static bool read_phase(struct json_object *o, enum check_phase *phase)
{
	const char *text = result_member_string(o, "phase");

	for (int p = CHECK_ONCE; text && p < CHECK_NR_PHASES; p++)
		if (!strcmp(text, phases[p])) {
			*phase = (enum check_phase)p;
			return true;
		}
	return false;
}

static int read_entry(const struct reader *rd, struct json_object *o)
{
	struct json_object *result = result_member(o, "result", json_type_object);
	struct entry *e = add_entry(rd->s);
	char error[200];

	if (!e)
		return bad(rd, "out of memory");
	if (!result || !read_phase(o, &e->phase) || !result_member_number(o, "seed", &e->seed) ||
	    !result_member_number(o, "rounds", &e->rounds) ||
	    !read_hash(o, "scenario-hash", &e->scenario) || !read_hash(o, "build", &e->build))
		return bad(rd, "expected an entry with phase, seed, rounds, scenario-hash, build "
			       "and result");
	if (result_read_json(&e->result, result, &rd->s->strings, error, sizeof(error)))
		return bad(rd, error);
	return 0;
}

static int read_header(const struct reader *rd, struct json_object *o)
{
	const char *format = result_member_string(o, "ghes-sim");
	uint64_t version;

	if (!format || strcmp(format, FORMAT))
		return bad(rd, "not the state of a check");
	if (!result_member_number(o, "version", &version) || version != VERSION)
		return bad(rd, "the state of another version of check, expected 1");
	return 0;
}

/* One line; @text is not NUL-terminated. NULL, and the error. */
static struct json_object *parse_line(const struct reader *rd, const char *text, size_t size)
{
	struct json_tokener *tokener = json_tokener_new_ex(MAX_NESTING);
	struct json_object *o = NULL;

	if (tokener && size < INT32_MAX)
		o = json_tokener_parse_ex(tokener, text, (int)size);
	if (!json_object_is_type(o, json_type_object) ||
	    json_tokener_get_parse_end(tokener) != size) {
		bad(rd, "not a JSON object; was the file cut short?");
		json_object_put(o);
		o = NULL;
	}
	if (tokener)
		json_tokener_free(tokener);
	return o;
}

static int read_line(struct reader *rd, const char *text, size_t size, bool *ended)
{
	struct json_object *o = parse_line(rd, text, size);
	uint64_t entries;
	int ret;

	if (!o)
		return -1;
	if (rd->line == 1) {
		ret = read_header(rd, o);
	} else if (result_member_number(o, "entries", &entries)) {
		*ended = true;
		ret = entries == rd->s->nr ? 0 : bad(rd, "lines are missing");
	} else {
		ret = read_entry(rd, o);
	}
	json_object_put(o);
	return ret;
}

static int read_lines(struct reader *rd, const char *text, size_t size)
{
	bool ended = false;

	while (size) {
		const char *end = memchr(text, '\n', size);
		size_t length = end ? (size_t)(end - text) : size;

		rd->line++;
		if (ended)
			return bad(rd, "more after the last line");
		if (read_line(rd, text, length, &ended))
			return -1;
		length += end ? 1 : 0;
		text += length;
		size -= length;
	}
	if (!ended) {
		rd->line++;
		return bad(rd, "the last line is missing: the file was cut short");
	}
	return 0;
}

struct check_state *check_state_parse(const char *path, const char *text, size_t size, char *error,
				      size_t error_size)
{
	struct check_state *s = calloc(1, sizeof(*s));
	struct reader rd = {s, 0, error, error_size};

	if (s)
		s->path = strdup(path);
	if (!s || !s->path) {
		snprintf(error, error_size, "out of memory");
		free(s);
		return NULL;
	}
	if (text && read_lines(&rd, text, size)) {
		check_state_free(s);
		return NULL;
	}
	return s;
}

struct check_state *check_state_open(const char *path, char *error, size_t error_size)
{
	struct check_state *s;
	struct stat st;
	uint8_t *text;
	size_t size;

	if (stat(path, &st) && errno == ENOENT)
		return check_state_parse(path, NULL, 0, error, error_size);
	text = sim_read_file(path, MAX_SIZE, &size);
	if (!text) {
		*error = '\0'; /* said already */
		return NULL;
	}
	s = check_state_parse(path, (const char *)text, size, error, error_size);
	free(text);
	return s;
}

void check_state_free(struct check_state *s)
{
	for (size_t i = 0; i < s->nr; i++) {
		sim_result_free(&s->entries[i]->result);
		free(s->entries[i]);
	}
	free(s->entries);
	result_strings_free(&s->strings);
	free(s->path);
	free(s);
}

/* ---- What it says of a plan ------------------------------------------------------------------ */

/* FNV-1a of a file; 0 when it cannot be read, which is the hash of no entry. */
static uint64_t hash_of_file(const char *path)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	FILE *f = fopen(path, "rb");
	int ch;

	if (!f)
		return 0;
	while ((ch = getc(f)) != EOF)
		hash = (hash ^ (unsigned int)ch) * UINT64_C(0x100000001b3);
	fclose(f);
	return hash;
}

/* Of the task as it would run now. */
static struct entry key_of(const struct check *c, const struct check_task *t)
{
	struct entry key = {.phase = t->phase, .seed = c->seed};

	key.result.scenario = t->scenario->name;
	key.result.driver = t->driver->name;
	key.result.core = sim_core_name(c->core);
	key.scenario = hash_of_file(t->scenario->file);
	key.build = sim_core_build_id(c->core, check_flavour(t), t->scenario->config.arch);
	if (key.build && c->known) /* what is known decides how far a search goes */
		key.build ^= known_hash(c->known);
	return key;
}

/* The same task by name, of whatever code. */
static struct entry *find(struct check_state *s, const struct entry *key)
{
	for (size_t i = 0; i < s->nr; i++) {
		struct entry *e = s->entries[i];

		if (e->phase == key->phase && e->seed == key->seed &&
		    !strcmp(e->result.scenario, key->result.scenario) &&
		    !strcmp(e->result.driver, key->result.driver) &&
		    !strcmp(e->result.core, key->result.core))
			return e;
	}
	return NULL;
}

static bool is_of_this_code(const struct entry *e, const struct entry *key)
{
	return e->scenario == key->scenario && e->build == key->build && key->scenario &&
	       key->build;
}

/* Nothing is left to find, or what there is to find was found. */
static bool is_done(const struct sim_result *r)
{
	return r->complete || r->verdict == SIM_FAIL || r->not_applicable;
}

/* As if it had just ended. */
static bool carry_over(struct check_task *t, const struct sim_result *r)
{
	if (!check_make_outcome(t))
		return false;
	t->outcome->result = *r;
	t->outcome->result.part = check_part(t);
	t->outcome->done = true;
	for (unsigned int i = 0; i < r->nr_defects; i++) {
		char *kept = t->outcome->schedule[i];

		snprintf(kept, CHECK_MAX_SCHEDULE, "%s",
			 r->defects[i].schedule ? r->defects[i].schedule : "");
		t->outcome->result.defects[i].schedule = *kept ? kept : NULL;
		t->outcome->result.defects[i].report = NULL; /* the replay tells it again */
	}
	t->carried = true;
	return true;
}

static bool apply_to(struct check_state *s, struct check *c, struct check_task *t)
{
	struct entry key = key_of(c, t), *e = find(s, &key);

	if (!e)
		return true;
	if (!is_of_this_code(e, &key)) {
		s->stale++;
		return true;
	}
	t->rounds = (unsigned int)e->rounds;
	t->earlier = &e->result;
	if (is_done(&e->result)) {
		c->carried++;
		return carry_over(t, &e->result);
	}
	/* Signals and threads are never the same twice; what is drawn need not be either. */
	t->options.seed += e->rounds;
	if (e->result.resume[0]) {
		t->options.seed = c->seed;
		t->options.resume = e->result.resume;
	}
	return true;
}

/* Within a phase: what has not run, then what has run least often. Stable. */
static void sort_tasks(struct check *c)
{
	for (unsigned int i = 1; i < c->nr_tasks; i++) {
		struct check_task t = c->tasks[i];
		unsigned int at = i;

		while (at && c->tasks[at - 1].phase == t.phase &&
		       c->tasks[at - 1].rounds > t.rounds) {
			c->tasks[at] = c->tasks[at - 1];
			at--;
		}
		c->tasks[at] = t;
	}
}

int check_state_apply(struct check_state *s, struct check *c)
{
	for (unsigned int i = 0; i < c->nr_tasks; i++)
		if (!apply_to(s, c, &c->tasks[i]))
			return -1;
	sort_tasks(c);
	return 0;
}

unsigned int check_state_stale(const struct check_state *s)
{
	return s->stale;
}

/* ---- What is new ----------------------------------------------------------------------------- */

static void free_schedules(struct sim_result *r)
{
	for (unsigned int i = 0; i < r->nr_defects; i++)
		free(r->defects[i].schedule);
}

/* false: none was copied */
static bool copy_schedules(struct sim_result *to, const struct sim_result *from)
{
	for (unsigned int i = 0; i < to->nr_defects; i++)
		to->defects[i].schedule = to->defects[i].report = NULL;
	for (unsigned int i = 0; i < to->nr_defects; i++) {
		if (!from->defects[i].schedule)
			continue;
		to->defects[i].schedule = strdup(from->defects[i].schedule);
		if (!to->defects[i].schedule) {
			free_schedules(to);
			return false;
		}
	}
	return true;
}

bool check_state_note(struct check_state *s, const struct check *c, const struct check_task *t)
{
	struct entry key = key_of(c, t), *e = find(s, &key);

	if (!e)
		e = add_entry(s);
	if (!e)
		return false;
	sim_result_free(&e->result);
	key.rounds = t->rounds;
	key.result = t->outcome->result;
	if (!copy_schedules(&key.result, &t->outcome->result))
		return false;
	*e = key;
	e->result.scenario = result_string(&s->strings, e->result.scenario);
	e->result.driver = result_string(&s->strings, e->result.driver);
	e->result.core = result_string(&s->strings, e->result.core);
	return e->result.scenario && e->result.driver && e->result.core;
}

static bool write_entry(FILE *f, const struct entry *e)
{
	struct json_object *o = json_object_new_object();
	char hex[2][17];
	int ret;

	snprintf(hex[0], sizeof(hex[0]), "%016" PRIx64, e->scenario);
	snprintf(hex[1], sizeof(hex[1]), "%016" PRIx64, e->build);
	json_object_object_add(o, "phase", json_object_new_string(phases[e->phase]));
	json_object_object_add(o, "seed", json_object_new_uint64(e->seed));
	json_object_object_add(o, "rounds", json_object_new_uint64(e->rounds));
	json_object_object_add(o, "scenario-hash", json_object_new_string(hex[0]));
	json_object_object_add(o, "build", json_object_new_string(hex[1]));
	json_object_object_add(o, "result", result_json(&e->result));
	ret = fprintf(f, "%s\n", json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	json_object_put(o);
	return ret > 0;
}

static bool write_all(FILE *f, const struct check_state *s)
{
	bool ok = fprintf(f, "{\"ghes-sim\":\"" FORMAT "\",\"version\":%d}\n", VERSION) > 0;

	for (size_t i = 0; ok && i < s->nr; i++)
		ok = write_entry(f, s->entries[i]);
	return ok && fprintf(f, "{\"entries\":%zu}\n", s->nr) > 0 && !fflush(f) &&
	       !fsync(fileno(f));
}

int check_state_save(const struct check_state *s, char *error, size_t error_size)
{
	char *temporary = NULL;
	bool ok = false;
	FILE *f;
	int fd;

	if (asprintf(&temporary, "%s.XXXXXX", s->path) < 0) {
		snprintf(error, error_size, "out of memory");
		return -1;
	}
	fd = mkstemp(temporary);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (f) {
		ok = write_all(f, s) && !fchmod(fd, 0644);
		ok = !fclose(f) && ok;
	}
	ok = ok && !rename(temporary, s->path);
	if (!ok) {
		snprintf(error, error_size, "%s: %s", s->path, strerror(errno));
		if (fd >= 0)
			unlink(temporary);
	}
	free(temporary);
	return ok ? 0 : -1;
}
