// SPDX-License-Identifier: GPL-2.0-only
/* The POSIX platform without a core: a stub takes irq_work_run and notify_timer and counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include <ghes/gar.h>
#include <ghes/platform_posix.h>

#define PADDR UINT64_C(0x40000000)

struct fixture {
	struct ghes_platform *p;
	unsigned char *memory; /* two pages */
};

/* What the stub core saw; atomics, because timers come on the worker. */
static _Atomic unsigned int runs, timers;
static _Atomic enum ghes_context run_context;
static struct ghes_platform *stub_platform;

static void stub_irq_work_run(struct ghes_core *core)
{
	(void)core;
	run_context = stub_platform->ops->context(stub_platform);
	runs++;
}

static int stub_notify_timer(struct ghes_core *core, uint16_t source_id)
{
	(void)core;
	if (source_id == 77)
		timers++;
	return 0;
}

static const struct ghes_core_ops stub_ops = {
	.irq_work_run = stub_irq_work_run,
	.notify_timer = stub_notify_timer,
};

static unsigned int log_lines;
static char last_line[256];

static void keep_line(struct ghes_platform *p, enum ghes_log_level level, const char *line,
		      size_t len)
{
	(void)p;
	(void)level;
	log_lines++;
	len = len < sizeof(last_line) - 1 ? len : sizeof(last_line) - 1;
	memcpy(last_line, line, len);
	last_line[len] = 0;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct ghes_posix_region region = {.paddr = PADDR, .size = 8192};
	struct ghes_platform_posix_config config = {
		.nr_cpus = 2,
		.regions = &region,
		.nr_regions = 1,
		.user_tasks = true,
		.override = {.log = keep_line},
		.ctx = f,
	};

	f->memory = aligned_alloc(4096, 8192);
	memset(f->memory, 0, 8192);
	region.va = f->memory;
	if (ghes_platform_posix_create(&config, &f->p))
		return -1;
	stub_platform = f->p;
	runs = timers = 0;
	ghes_platform_posix_set_core(f->p, &stub_ops, (struct ghes_core *)f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ghes_platform_posix_destroy(f->p);
	free(f->memory);
	free(f);
	return 0;
}

/* Goal: nothing in the table is missing; a core calls ops without looking. */
static void every_op_but_the_optional_ones_is_there(void **state)
{
	struct fixture *f = *state;
	void *const *op = (void *const *)f->p->ops;
	size_t n = sizeof(*f->p->ops) / sizeof(*op), missing = 0;

	for (size_t i = 0; i < n; i++)
		missing += !op[i];
	assert_int_equal(missing, 2); /* tracepoint, defect */
	assert_null(f->p->ops->tracepoint);
	assert_null(f->p->ops->defect);
	assert_ptr_equal(ghes_platform_posix_ctx(f->p), f);
	assert_ptr_equal(f->p->ops->log, keep_line);
}

static void bad_regions_are_refused(void **state)
{
	static char at[3 * 4096] __attribute__((aligned(4096)));
	const struct ghes_posix_region bad[][2] = {
		{{1, 4096, at}, {0}},
		{{4096, 4095, at}, {0}},
		{{4096, 0, at}, {0}},
		{{4096, 4096, NULL}, {0}},
		{{4096, 4096, at + 1}, {0}},
		{{UINT64_MAX - 4095, 8192, at}, {0}},
		{{4096, 8192, at}, {8192, 4096, at}},
		{{8192, 4096, at}, {4096, 8192, at}},
	};
	struct ghes_platform *p;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ghes_platform_posix_config config = {
			.regions = bad[i],
			.nr_regions = bad[i][1].size ? 2 : 1,
		};

		assert_int_equal(ghes_platform_posix_create(&config, &p), -GHES_EINVAL);
	}
}

static void memory_is_reached_through_slots_only_where_there_is_any(void **state)
{
	struct fixture *f = *state;
	const struct ghes_platform_ops *ops = f->p->ops;
	unsigned char buffer[64], expected[64];

	for (int i = 0; i < 8192; i++)
		f->memory[i] = (unsigned char)(i * 7);
	assert_int_equal(ops->set_fixmap(f->p, FIX_APEI_GHES_SEA, PADDR - 4096), -GHES_EFAULT);
	assert_int_equal(ops->set_fixmap(f->p, FIX_APEI_GHES_SEA, PADDR + 8192), -GHES_EFAULT);
	assert_int_equal(ops->set_fixmap(f->p, FIX_APEI_GHES_SEA, UINT64_MAX & GHES_PAGE_MASK),
			 -GHES_EFAULT);
	assert_int_equal(ops->set_fixmap(f->p, FIX_APEI_GHES_SEA, PADDR + 4096), 0);
	for (size_t offset = 0; offset < 16; offset++) {
		for (size_t n = 0; n < 40; n++) {
			memset(buffer, 0, sizeof(buffer));
			memset(expected, 0, sizeof(expected));
			memcpy(expected, f->memory + 4096 + offset, n);
			ops->memcpy_fromio(f->p, FIX_APEI_GHES_SEA, offset, buffer, n);
			assert_memory_equal(buffer, expected, sizeof(buffer));
			memset(buffer, (int)n, n);
			ops->memcpy_toio(f->p, FIX_APEI_GHES_SEA, offset, buffer, n);
			assert_memory_equal(f->memory + 4096 + offset, buffer, n);
			assert_int_equal(f->memory[4096 + 60], (unsigned char)((4096 + 60) * 7));
			memcpy(f->memory + 4096 + offset, expected, n);
		}
	}
	ops->clear_fixmap(f->p, FIX_APEI_GHES_SEA);
	assert_ptr_equal(ops->map_status(f->p, PADDR + 4, 4), f->memory + 4);
	assert_null(ops->map_status(f->p, PADDR + 8190, 4));
	assert_null(ops->map_status(f->p, PADDR, 0));
}

static void registers_have_their_width_and_place(void **state)
{
	struct fixture *f = *state;
	const struct ghes_platform_ops *ops = f->p->ops;
	struct apei_gar reg = {.space_id = ACPI_ADR_SPACE_SYSTEM_MEMORY};
	uint64_t value;

	for (unsigned int width = 8; width <= 64; width *= 2) {
		reg.access_bit_width = (uint8_t)width;
		reg.address = PADDR + 64;
		memset(f->memory, 0, 256);
		assert_int_equal(ops->map_gar(f->p, &reg), 0);
		assert_int_equal(ops->write_gar(f->p, &reg, UINT64_MAX), 0);
		for (unsigned int i = 0; i < 256; i++)
			assert_int_equal(f->memory[i], i >= 64 && i < 64 + width / 8 ? 255 : 0);
		assert_int_equal(ops->read_gar(f->p, &reg, &value), 0);
		assert_true(value == (width == 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1));
		/* the lowest byte comes first, whatever the machine */
		assert_int_equal(ops->write_gar(f->p, &reg, 0x5a), 0);
		assert_int_equal(f->memory[64], 0x5a);
		assert_int_equal(ops->read_gar(f->p, &reg, &value), 0);
		assert_int_equal(value, 0x5a);
		if (width > 8) {
			reg.address = PADDR + 1;
			assert_int_equal(ops->map_gar(f->p, &reg), -GHES_EFAULT);
			assert_int_equal(ops->write_gar(f->p, &reg, 0), -GHES_EFAULT);
		}
		reg.address = PADDR + 8192;
		assert_int_equal(ops->read_gar(f->p, &reg, &value), -GHES_EFAULT);
		reg.address = UINT64_MAX;
		assert_int_equal(ops->read_gar(f->p, &reg, &value), -GHES_EFAULT);
	}
	reg.access_bit_width = 24;
	reg.address = PADDR + 2; /* a multiple of 3 bytes, so that only the width is wrong */
	assert_int_equal(ops->read_gar(f->p, &reg, &value), -GHES_EINVAL);
	assert_int_equal(ops->write_gar(f->p, &reg, 0), -GHES_EINVAL);
	reg.space_id = ACPI_ADR_SPACE_SYSTEM_IO;
	assert_int_equal(ops->map_gar(f->p, &reg), -GHES_ENOTSUP);
}

/* Goal: irq_work comes in irq context, once interrupts are on and no NMI-like context is left. */
static void irq_work_waits_for_context_and_masks(void **state)
{
	struct fixture *f = *state;
	const struct ghes_platform_ops *ops = f->p->ops;

	ghes_platform_posix_enter(f->p, GHES_CONTEXT_SDEI_NORMAL);
	assert_int_equal(ops->mask_get(f->p), DAIF_MASK);
	ghes_platform_posix_enter(f->p, GHES_CONTEXT_SDEI_CRITICAL);
	assert_int_equal(ops->context(f->p), GHES_CONTEXT_SDEI_CRITICAL);
	ops->arch_irq_work_raise(f->p);
	ghes_platform_posix_exit(f->p, GHES_CONTEXT_SDEI_CRITICAL);
	assert_int_equal(ops->context(f->p), GHES_CONTEXT_SDEI_NORMAL);
	assert_int_equal(runs, 0);
	ghes_platform_posix_exit(f->p, GHES_CONTEXT_SDEI_NORMAL);
	assert_int_equal(runs, 1);
	assert_int_equal(run_context, GHES_CONTEXT_IRQ);
	assert_int_equal(ops->context(f->p), GHES_CONTEXT_TASK);
	assert_int_equal(ops->mask_get(f->p), DAIF_PROCCTX);

	assert_int_equal(ops->mask_set(f->p, DAIF_PROCCTX_NOIRQ), DAIF_PROCCTX);
	ghes_platform_posix_enter(f->p, GHES_CONTEXT_SEA);
	ops->arch_irq_work_raise(f->p);
	ghes_platform_posix_exit(f->p, GHES_CONTEXT_SEA);
	assert_int_equal(runs, 1);
	assert_int_equal(ops->mask_set(f->p, DAIF_PROCCTX), DAIF_PROCCTX_NOIRQ);
	assert_int_equal(runs, 2);

	ops->arch_irq_work_raise(f->p); /* task, interrupts on: at once */
	assert_int_equal(runs, 3);
	ops->nmi_enter(f->p, GHES_CONTEXT_SEA);
	ops->arch_irq_work_raise(f->p);
	ops->nmi_exit(f->p, GHES_CONTEXT_SEA);
	assert_int_equal(runs, 3);
	ops->irq_enter(f->p);
	assert_int_equal(ops->context(f->p), GHES_CONTEXT_IRQ);
	ops->irq_exit(f->p);
	ops->mask_set(f->p, 0);
	assert_int_equal(runs, 4);
}

static void signal_mask_follows_the_interrupt_mask(void **state)
{
	struct ghes_platform_posix_config config = {.signal_irq = SIGUSR2};
	struct ghes_platform *p;
	sigset_t now;

	(void)state;
	assert_int_equal(ghes_platform_posix_create(&config, &p), 0);
	p->ops->mask_set(p, PSR_I_BIT);
	pthread_sigmask(SIG_BLOCK, NULL, &now);
	assert_true(sigismember(&now, SIGUSR2));
	p->ops->mask_set(p, 0);
	pthread_sigmask(SIG_BLOCK, NULL, &now);
	assert_false(sigismember(&now, SIGUSR2));
	ghes_platform_posix_destroy(p);
}

struct counted_work {
	struct ghes_work work;
	struct ghes_platform *p;
	_Atomic unsigned int runs;
	unsigned int again;
	unsigned int cpu;
};

static void count_run(struct ghes_work *work)
{
	struct counted_work *counted = (struct counted_work *)work;

	counted->cpu = counted->p->ops->smp_processor_id(counted->p);
	counted->runs++;
	if (counted->again) {
		counted->again--;
		assert_true(counted->p->ops->schedule_work_on(counted->p, 0, work, count_run));
	}
}

struct blocked_work {
	struct counted_work counted;
	sem_t begun, may_end;
};

static void blocked_run(struct ghes_work *work)
{
	struct blocked_work *blocked = (struct blocked_work *)work;

	sem_post(&blocked->begun);
	sem_wait(&blocked->may_end);
	usleep(20000); /* for who waits until it is over */
	count_run(work);
}

static void works_run_once_a_queueing_and_can_be_cancelled(void **state)
{
	struct fixture *f = *state;
	const struct ghes_platform_ops *ops = f->p->ops;
	struct blocked_work slow = {.counted.p = f->p};
	struct counted_work work = {.p = f->p}, self = {.p = f->p};

	assert_int_equal(sem_init(&slow.begun, 0, 0), 0);
	assert_int_equal(sem_init(&slow.may_end, 0, 0), 0);
	assert_true(ops->schedule_work_on(f->p, 0, &slow.counted.work, blocked_run));
	assert_true(ops->schedule_work_on(f->p, 1, &work.work, count_run));
	assert_false(ops->schedule_work_on(f->p, 1, &work.work, count_run));
	ops->cancel_work_sync(f->p, &work.work); /* still behind slow */
	sem_wait(&slow.begun);
	sem_post(&slow.may_end);
	ops->cancel_work_sync(f->p, &slow.counted.work); /* it runs: waits */
	assert_int_equal(slow.counted.runs, 1);
	ghes_platform_posix_flush(f->p);
	assert_int_equal(work.runs, 0);
	assert_int_equal(slow.counted.runs, 1);
	sem_destroy(&slow.begun);
	sem_destroy(&slow.may_end);
	assert_true(ops->schedule_work_on(f->p, 1, &work.work, count_run));
	ghes_platform_posix_flush(f->p);
	assert_int_equal(work.runs, 1);
	assert_int_equal(work.cpu, 1);
	self.again = 3;
	assert_true(ops->schedule_work_on(f->p, 1, &self.work, count_run));
	ghes_platform_posix_flush(f->p);
	assert_int_equal(self.runs, 4);
	ops->cancel_work_sync(f->p, &self.work); /* idle: nothing to do */
}

struct counted_head {
	struct ghes_rcu_head head;
	_Atomic bool done;
};

static void mark_done(struct ghes_rcu_head *head)
{
	((struct counted_head *)head)->done = true;
}

/* Goal: a callback waits for the reader that was there, and barrier waits for the callback. */
static void callbacks_wait_for_readers(void **state)
{
	struct fixture *f = *state;
	const struct ghes_platform_ops *ops = f->p->ops;
	struct counted_head a = {.done = false}, b = {.done = false};
	bool early;

	ops->rcu_read_lock(f->p);
	ops->call_rcu(f->p, &a.head, mark_done);
	usleep(20000);
	early = a.done;
	ops->rcu_read_unlock(f->p);
	assert_false(early);
	ops->call_rcu(f->p, &b.head, mark_done);
	ops->rcu_barrier(f->p);
	assert_true(a.done);
	assert_true(b.done);
	ops->synchronize_rcu(f->p);
}

static void timers_tick_until_deleted(void **state)
{
	struct fixture *f = *state;
	const struct ghes_platform_ops *ops = f->p->ops;
	unsigned int then;

	assert_int_equal(ops->add_timer(f->p, 77, 1), 0);
	assert_int_equal(ops->add_timer(f->p, 78, 100000), 0);
	for (unsigned int i = 0; i < 1000 && timers < 3; i++)
		usleep(1000);
	assert_true(timers >= 3);
	ops->del_timer_sync(f->p, 77);
	then = timers;
	usleep(10000);
	assert_int_equal(timers, then);
	ops->del_timer_sync(f->p, 79); /* none such: harmless */
}

/* As CPU 1: leaves with interrupts masked and irq_work raised */
static void *leave_masked(void *arg)
{
	struct fixture *f = arg;
	const struct ghes_platform_ops *ops = f->p->ops;
	uintptr_t failures = 0;

	failures += ghes_platform_posix_register_thread(f->p, 1) != 0;
	failures += ops->mask_get(f->p) != DAIF_PROCCTX;
	ops->mask_set(f->p, DAIF_PROCCTX_NOIRQ);
	ops->arch_irq_work_raise(f->p);
	failures += runs != 0;
	ghes_platform_posix_unregister_thread(f->p);
	failures += runs != 1;
	return (void *)failures;
}

/* Goal: what was raised on a CPU runs before it goes, and its masks do not outlive it. */
static void a_cpu_that_goes_takes_its_irq_work_along(void **state)
{
	struct fixture *f = *state;
	pthread_t thread;
	void *failures;

	for (int i = 0; i < 2; i++) {
		runs = 0;
		assert_int_equal(pthread_create(&thread, NULL, leave_masked, f), 0);
		assert_int_equal(pthread_join(thread, &failures), 0);
		assert_int_equal((uintptr_t)failures, 0);
	}
}

static void *second_cpu(void *arg)
{
	struct fixture *f = arg;
	const struct ghes_platform_ops *ops = f->p->ops;
	struct counted_work *work;
	uintptr_t failures = 0;

	failures += ghes_platform_posix_register_thread(f->p, 0) != -GHES_EEXIST;
	failures += ghes_platform_posix_register_thread(f->p, 2) != -GHES_EINVAL;
	failures += ghes_platform_posix_register_thread(f->p, 1) != 0;
	failures += ghes_platform_posix_register_thread(f->p, 1) != -GHES_EEXIST;
	failures += ops->smp_processor_id(f->p) != 1;
	work = calloc(1, sizeof(*work));
	work->p = f->p;
	failures += ops->task_work_add(f->p, ops->current_task(f->p), &work->work, count_run) != 0;
	failures += work->runs != 0;
	ghes_platform_posix_return_to_user(f->p);
	failures += work->runs != 1;
	failures += ops->task_work_add(f->p, ops->current_task(f->p), &work->work, count_run) != 0;
	ghes_platform_posix_unregister_thread(f->p); /* runs it */
	failures += work->runs != 2;
	free(work);
	return (void *)failures;
}

static void threads_are_cpus_and_tasks(void **state)
{
	struct fixture *f = *state;
	struct ghes_task gone = {.id = 4711, .user = true}, kernel = {.id = 1};
	struct ghes_task self = f->p->ops->current_task(f->p);
	struct counted_work work = {.p = f->p};
	pthread_t thread;
	void *failures;

	for (int i = 0; i < 2; i++) { /* twice: a CPU can be taken again */
		assert_int_equal(pthread_create(&thread, NULL, second_cpu, f), 0);
		assert_int_equal(pthread_join(thread, &failures), 0);
		assert_int_equal((uintptr_t)failures, 0);
	}
	assert_true(self.user);
	assert_int_not_equal(self.id, 0);
	assert_int_equal(f->p->ops->task_work_add(f->p, gone, &work.work, count_run), -GHES_ENOENT);
	assert_int_equal(f->p->ops->task_work_add(f->p, kernel, &work.work, count_run),
			 -GHES_ENOENT);
}

static void default_sinks_print_one_line(void **state)
{
	struct fixture *f = *state;
	const struct ghes_platform_ops *ops = f->p->ops;
	struct ghes_aer_event aer = {.segment = 1, .bus = 2, .devfn = 3};
	uint64_t priority = 99;

	log_lines = 0;
	assert_int_equal(ops->memory_failure(f->p, 0xabc, 2), -GHES_ENOTSUP);
	assert_string_equal(last_line, "memory failure: pfn 0xabc flags 0x2: nobody recovers it");
	ops->force_sig(f->p, (struct ghes_task){.id = 10}, "why");
	assert_string_equal(last_line, "SIGBUS due to task 10: why");
	ops->aer_recover_queue(f->p, &aer);
	ops->report_mem_error(f->p, 1, NULL, 80);
	assert_string_equal(last_line, "memory error section, 80 bytes");
	ops->arm_event(f->p, 1, NULL, 1);
	ops->vendor_record(f->p, 1, NULL, 1);
	ops->cxl_event(f->p, NULL, NULL, 1);
	assert_int_equal(log_lines, 7);
	assert_int_equal(ops->request_irq(f->p, 1, 1), 0);
	assert_int_equal(ops->sdei_event_get_info(f->p, 1, SDEI_EVENT_INFO_EV_PRIORITY, &priority),
			 0);
	assert_int_equal(priority, SDEI_EVENT_PRIORITY_NORMAL);
	assert_int_equal(ops->sdei_event_get_info(f->p, 1, SDEI_EVENT_INFO_EV_TYPE, &priority),
			 -GHES_ENOTSUP);
}

static void memory_is_zeroed_and_aligned(void **state)
{
	struct fixture *f = *state;
	unsigned char *ptr = f->p->ops->alloc(f->p, 1000);

	assert_non_null(ptr);
	assert_int_equal((uintptr_t)ptr % 64, 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(ptr[i], 0);
	f->p->ops->free(f->p, ptr, 1000);
	assert_null(f->p->ops->alloc(f->p, 0));
	assert_null(f->p->ops->alloc(f->p, SIZE_MAX));
}

/* Goal: a record steers no terminal and makes up no line; what is too long is cut, not lost. */
static void a_line_is_printable_and_ends(void **state)
{
	static const struct ghes_platform_posix_config config = {.log_level = GHES_LOG_ERR};
	static const char hostile[] = "\x1b[2J\n\x9b", shown[] = "\\x1b[2J\\x0a\\x9b\n";
	static char most[2000], text[4096];
	struct ghes_platform *p;
	int fds[2], kept = dup(STDERR_FILENO);
	ssize_t n;

	(void)state;
	memset(most, 'a', sizeof(most));
	assert_true(kept >= 0);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(ghes_platform_posix_create(&config, &p), 0);
	dup2(fds[1], STDERR_FILENO);
	p->ops->log(p, GHES_LOG_INFO, "too low", 7);
	p->ops->log(p, GHES_LOG_ERR, hostile, sizeof(hostile) - 1);
	p->ops->log(p, GHES_LOG_ERR, most, sizeof(most));
	dup2(kept, STDERR_FILENO);
	n = read(fds[0], text, sizeof(text));
	ghes_platform_posix_destroy(p);
	close(kept);
	close(fds[0]);
	close(fds[1]);
	assert_true(n > 1000 && n < 1100);
	assert_memory_equal(text, shown, sizeof(shown) - 1);
	assert_memory_equal(text + sizeof(shown) - 1, most, (size_t)n - sizeof(shown));
	assert_int_equal(text[n - 1], '\n');
}

/* In a child, with stderr in @fd: one line of each level, one of them hostile, then the end. */
static void die_loudly(int fd)
{
	static const struct ghes_platform_posix_config config = {.log_level = GHES_LOG_ERR};
	struct ghes_platform *p;

	dup2(fd, STDERR_FILENO);
	if (ghes_platform_posix_create(&config, &p))
		_exit(1);
	p->ops->log(p, GHES_LOG_INFO, "too low", 7);
	p->ops->log(p, GHES_LOG_ERR, "high \x1b[2J\n\x9b enough", 18);
	ghes_platform_posix_enter(p, GHES_CONTEXT_SDEI_CRITICAL);
	p->ops->panic(p, "the end");
	_exit(0);
}

static void panic_says_why_and_aborts(void **state)
{
	static const char expected[] = "high \\x1b[2J\\x0a\\x9b enough\npanic: the end\n";
	char text[200] = "";
	int fds[2], status;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	child = fork();
	if (!child)
		die_loudly(fds[1]);
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_true(read(fds[0], text, sizeof(text) - 1) > 0);
	/* An emulator has a word to say about its program's death, too */
	if (!strncmp(text, expected, strlen(expected)) &&
	    !strncmp(text + strlen(expected), "qemu: ", 6))
		text[strlen(expected)] = '\0';
	assert_string_equal(text, expected);
	close(fds[0]);
	close(fds[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_op_but_the_optional_ones_is_there),
		TEST(bad_regions_are_refused),
		TEST(memory_is_reached_through_slots_only_where_there_is_any),
		TEST(registers_have_their_width_and_place),
		TEST(irq_work_waits_for_context_and_masks),
		TEST(signal_mask_follows_the_interrupt_mask),
		TEST(works_run_once_a_queueing_and_can_be_cancelled),
		TEST(callbacks_wait_for_readers),
		TEST(timers_tick_until_deleted),
		TEST(a_cpu_that_goes_takes_its_irq_work_along),
		TEST(threads_are_cpus_and_tasks),
		TEST(default_sinks_print_one_line),
		TEST(memory_is_zeroed_and_aligned),
		cmocka_unit_test(a_line_is_printable_and_ends),
		cmocka_unit_test(panic_says_why_and_aborts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
