// SPDX-License-Identifier: GPL-2.0-only
/*
 * The trace event format that Perfetto and chrome://tracing read: a thread a CPU, a slice a
 * context, an instant a mark. The time axis is the step, so that nothing is too short to see.
 */
#include "report/report.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>

static struct json_object *entry(const char *phase, const char *name, unsigned int cpu,
				 uint64_t step)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "ph", json_object_new_string(phase));
	json_object_object_add(o, "name", json_object_new_string(name));
	json_object_object_add(o, "pid", json_object_new_int(1));
	json_object_object_add(o, "tid", json_object_new_int((int)cpu + 1));
	json_object_object_add(o, "ts", json_object_new_uint64(step));
	return o;
}

static struct json_object *with_detail(struct json_object *o, const char *detail)
{
	struct json_object *args = json_object_new_object();

	json_object_object_add(args, "what", json_object_new_string(detail));
	json_object_object_add(o, "args", args);
	return o;
}

static struct json_object *thread_name(unsigned int cpu)
{
	struct json_object *o = entry("M", "thread_name", cpu, 0);
	struct json_object *args = json_object_new_object();
	char name[16];

	snprintf(name, sizeof(name), "CPU %u", cpu);
	json_object_object_add(args, "name", json_object_new_string(name));
	json_object_object_add(o, "args", args);
	return o;
}

static struct json_object *of_event(const struct sim_recorded *e)
{
	struct event_text t;
	struct json_object *o;

	report_event_text(e, &t);
	if (e->event.kind == SIM_EV_ENTER)
		return with_detail(entry("B", sim_running_name((enum sim_running)e->event.a),
					 e->event.cpu, e->event.step),
				   t.line);
	if (e->event.kind == SIM_EV_LEAVE)
		return entry("E", sim_running_name((enum sim_running)e->event.a), e->event.cpu,
			     e->event.step);
	o = with_detail(entry("i", t.mark, e->event.cpu, e->event.step), t.line);
	json_object_object_add(o, "s", json_object_new_string("t"));
	return o;
}

static struct json_object *of_defect(const struct sim_defect *d)
{
	char name[64];
	struct json_object *o;

	snprintf(name, sizeof(name), "DEFECT %s", sim_oracle_name(d->oracle));
	o = with_detail(entry("i", name, d->cpu, d->step), d->message);
	json_object_object_add(o, "s", json_object_new_string("g"));
	return o;
}

int report_trace(const char *path, const struct sim_recording *r, const char *title)
{
	struct json_object *top = json_object_new_object();
	struct json_object *events = json_object_new_array();
	struct json_object *other = json_object_new_object();
	int ret;

	for (unsigned int cpu = 0; cpu < r->nr_cpus; cpu++)
		json_object_array_add(events, thread_name(cpu));
	for (size_t i = 0; i < r->nr; i++)
		json_object_array_add(events, of_event(&r->events[i]));
	for (unsigned int i = 0; i < r->nr_defects; i++)
		json_object_array_add(events, of_defect(&r->defects[i]));
	json_object_object_add(other, "title", json_object_new_string(title));
	json_object_object_add(top, "traceEvents", events);
	json_object_object_add(top, "otherData", other);
	ret = json_object_to_file_ext(path, top, JSON_C_TO_STRING_PLAIN);
	json_object_put(top);
	return ret;
}
