// SPDX-License-Identifier: GPL-2.0-only
#include "drivers/recording.h"

#include <stdlib.h>
#include <string.h>

void recording_clear(struct sim_recording *r)
{
	for (size_t i = 0; i < r->nr; i++)
		free(r->events[i].text);
	r->nr = 0;
	r->dropped = 0;
	r->nr_defects = 0;
}

void recording_free(struct sim_recording *r)
{
	recording_clear(r);
	free(r->events);
	r->events = NULL;
	r->room = 0;
}

static bool make_room(struct sim_recording *r)
{
	size_t limit = r->limit ? r->limit : 1000000, room;
	struct sim_recorded *more;

	if (r->nr < r->room)
		return true;
	if (r->nr >= limit)
		return false;
	room = r->room ? r->room * 2 : 1024;
	more = realloc(r->events, room * sizeof(*more));
	if (!more)
		return false;
	r->events = more;
	r->room = room;
	return true;
}

/* LOG, PANIC and CORE_DEFECT carry text of @b bytes, the others none. */
static char *text_of(const struct sim_event *ev)
{
	if (!ev->data)
		return NULL;
	if (ev->kind == SIM_EV_LOG)
		return strndup(ev->data, (size_t)ev->b);
	if (ev->kind == SIM_EV_PANIC || ev->kind == SIM_EV_CORE_DEFECT)
		return strdup(ev->data);
	return NULL;
}

static void record(struct sim_machine *m, void *state, const struct sim_event *ev)
{
	struct sim_recording *r = *(struct sim_recording **)state;
	struct sim_recorded *to;

	if (!r || !make_room(r)) {
		if (r)
			r->dropped++;
		return;
	}
	to = &r->events[r->nr++];
	to->event = *ev;
	to->event.data = NULL;
	to->text = text_of(ev);
	to->record = ev->record ? sim_record_name(m, ev->record) : NULL;
}

struct sim_observer recording_observer(struct sim_recording *r)
{
	return (struct sim_observer){
		.name = "recording",
		.state_size = sizeof(void *), /* .arg */
		.event = record,
		.arg = r,
	};
}

void recording_finish(struct sim_recording *r, struct sim_machine *m)
{
	r->nr_defects = sim_nr_defects(m);
	if (r->nr_defects > SIM_NR_ORACLES)
		r->nr_defects = SIM_NR_ORACLES;
	for (unsigned int i = 0; i < r->nr_defects; i++)
		r->defects[i] = *sim_get_defect(m, i);
	r->nr_cpus = sim_config(m)->nr_cpus;
}
