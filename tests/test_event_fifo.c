// SPDX-License-Identifier: GPL-2.0-only
/* The fifo of deferred events, round and round; and the formatter of log lines. */
#include "core_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define core_test(f) cmocka_unit_test_setup_teardown(f, fx_setup, fx_teardown)

/* Events of changing length, each filled with its number; what was refused is not expected */
static struct {
	struct ghes_event_fifo fifo;
	uint32_t next, delivered, refused;
	uint32_t expected[4096];
	uint32_t nr_expected;
	unsigned int puts_at_delivery;
} t;

static uint32_t length_of(uint32_t n)
{
	return n * 37 % 97;
}

static void put_one(void)
{
	uint8_t data[97];
	uint32_t n = t.next++;

	memset(data, (int)n, sizeof(data));
	if (ghes_event_fifo_put(&t.fifo, (int)n, n, data, length_of(n)))
		t.refused++;
	else
		t.expected[t.nr_expected++] = n;
}

static void deliver(struct ghes_platform *p, const struct ghes_event *event)
{
	const uint8_t *data = ghes_event_data(event);
	uint32_t n = t.expected[t.delivered++];

	(void)p;
	/* While it is out, others come; they must not land on it. */
	for (unsigned int i = 0; i < t.puts_at_delivery && t.next < 3000; i++)
		put_one();
	assert_int_equal(event->tag, n);
	assert_int_equal(event->severity, n);
	assert_int_equal(event->len, length_of(n));
	for (uint32_t i = 0; i < event->len; i++)
		assert_int_equal(data[i], (uint8_t)n);
}

/* Goal: every event that was taken arrives whole and in order, wherever the ring wraps. */
static void events_arrive_whole_and_in_order(void **state)
{
	struct core_fixture *fx = *state;
	static const uint32_t size[] = {128, 200, 256, 264, 1000};

	for (unsigned int i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
		for (unsigned int puts = 1; puts <= 3; puts++) {
			memset(&t, 0, sizeof(t));
			t.puts_at_delivery = puts;
			assert_int_equal(ghes_event_fifo_init(&t.fifo, &fx->fake.platform, "test",
							      size[i], 8, deliver),
					 0);
			while (t.next < 3000) {
				put_one();
				fx_run_works(fx);
			}
			assert_int_equal(t.delivered, t.nr_expected);
			assert_int_equal(t.delivered + t.refused, t.next);
			assert_int_equal(t.fifo.dropped, t.refused);
			assert_true(t.delivered > 500 && (puts == 1 || t.refused));
			ghes_event_fifo_exit(&t.fifo);
		}
	}
}

/* Goal: what waits when the fifo goes is delivered first. */
static void what_waits_at_the_end_is_delivered(void **state)
{
	struct core_fixture *fx = *state;

	memset(&t, 0, sizeof(t));
	assert_int_equal(
		ghes_event_fifo_init(&t.fifo, &fx->fake.platform, "test", 1000, 3, deliver), 0);
	for (unsigned int i = 0; i < 5; i++)
		put_one();
	assert_int_equal(t.refused, 2);
	fx->works = 0; /* the worker never came */
	ghes_event_fifo_exit(&t.fifo);
	assert_int_equal(t.delivered, 3);
	ghes_event_fifo_exit(&t.fifo); /* harmless */
}

/* ---- log lines ------------------------------------------------------------------------------- */

static void lines_are_formatted_without_stdio(void **state)
{
	struct core_fixture *fx = *state;
	char longer[2 * GHES_LOG_LINE_MAX];

	ghes_log(&fx->fake.platform, GHES_LOG_NOTICE, "%s %d %u %x %#x %c %%", "a", -7, 8u, 0x9au,
		 0xbu, 'c');
	assert_string_equal(fx->line[fx->lines - 1], "a -7 8 9a 0xb c %");
	assert_int_equal(fx->level[fx->lines - 1], GHES_LOG_NOTICE);
	ghes_log(&fx->fake.platform, GHES_LOG_ERR, "%ld %lu %lx %lld %llu %#llx %zu", -1L, 2UL, 3UL,
		 -4LL, 5ULL, 0xfedcba9876543210ULL, (size_t)6);
	assert_string_equal(fx->line[fx->lines - 1], "-1 2 3 -4 5 0xfedcba9876543210 6");
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	ghes_log(&fx->fake.platform, GHES_LOG_ERR, "%s", longer);
	assert_int_equal(strlen(fx->line[fx->lines - 1]), FX_LINE_LEN - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		core_test(events_arrive_whole_and_in_order),
		core_test(what_waits_at_the_end_is_delivered),
		core_test(lines_are_formatted_without_stdio),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
