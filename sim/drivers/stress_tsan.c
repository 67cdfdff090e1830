// SPDX-License-Identifier: GPL-2.0-only
#include "drivers/stress_tsan.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>

#include "machine/internal.h"
#include "step.h"

#define STACK_SIZE (256u * 1024)

/* The runtime's interface (sanitizer/tsan_interface.h, tsan's debugging interface); NULL without.
 */
void __tsan_acquire(void *addr) __attribute__((weak));
void __tsan_release(void *addr) __attribute__((weak));
void __tsan_read_range(void *addr, long size) __attribute__((weak));
void __tsan_write_range(void *addr, long size) __attribute__((weak));
int __tsan_get_report_data(void *report, const char **description, int *count, int *stacks,
			   int *mops, int *locs, int *mutexes, int *threads, int *unique_tids,
			   void **sleep_trace, size_t trace_size) __attribute__((weak));
int __tsan_get_report_mop(void *report, size_t idx, int *tid, void **addr, int *size, int *write,
			  int *atomic, void **trace, size_t trace_size) __attribute__((weak));

static _Thread_local struct stress_tsan_cpu *this_cpu;

/* ---- Becoming the program with the runtime --------------------------------------------------- */

bool stress_tsan_here(void)
{
	return ghes_step_fibers_have_tsan();
}

/* The arguments that this process was started with: one block, and pointers into it. */
static char **own_arguments(void)
{
	static char block[65536];
	static char *argv[1024];
	FILE *f = fopen("/proc/self/cmdline", "re");
	size_t n = f ? fread(block, 1, sizeof(block) - 1, f) : 0, argc = 0;

	if (f)
		fclose(f);
	for (size_t at = 0; at < n && argc < sizeof(argv) / sizeof(*argv) - 1;
	     at += strlen(block + at) + 1)
		argv[argc++] = block + at;
	return n && n < sizeof(block) - 1 ? argv : NULL;
}

void stress_tsan_exec(char *error, size_t error_size)
{
	const char *more = getenv("TSAN_OPTIONS");
	char path[4096], options[1024];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - sizeof("-tsan"));
	char **argv = own_arguments();
	int persona = personality(0xffffffff);

	if (n <= 0 || !argv) {
		snprintf(error, error_size, "--tsan: /proc is needed: %s", strerror(errno));
		return;
	}
	memcpy(path + n, "-tsan", sizeof("-tsan"));
	/* a report is a defect, with our exit status; the simulator's own locks are none of its */
	snprintf(options, sizeof(options),
		 "exitcode=0:detect_deadlocks=0:report_thread_leaks=0:report_signal_unsafe=0:"
		 "suppress_equal_stacks=0:suppress_equal_addresses=0%s%s",
		 more ? ":" : "", more ? more : "");
	setenv("TSAN_OPTIONS", options, 1);
	/* the runtime's shadow memory has a fixed place; may be forbidden, and may not be needed */
	if (persona >= 0)
		personality((unsigned long)persona | ADDR_NO_RANDOMIZE);
	fflush(NULL);
	execv(path, argv);
	snprintf(error, error_size, "--tsan: %s: %s (built without ThreadSanitizer?)", path,
		 strerror(errno));
}

/* ---- Reports --------------------------------------------------------------------------------- */

static struct {
	const struct ghes_step_module *points;
	_Atomic unsigned int claimed, told;
	struct stress_tsan_race first;
} race;

/* Called by the runtime. */
__attribute__((visibility("default"))) void __tsan_on_report(void *report);

/* The instruction whose call returned to @pc. */
static const struct ghes_step_point *point_before(uintptr_t pc)
{
	const struct ghes_step_point *best = NULL;

	for (const struct ghes_step_point *p = race.points ? race.points->begin : NULL;
	     p && p < race.points->end; p++)
		if (ghes_step_point_pc(p) < pc &&
		    (!best || ghes_step_point_pc(p) > ghes_step_point_pc(best)))
			best = p;
	return best;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* "write of 8 bytes in f() (file.c:12)" */
static size_t describe_access(void *report, size_t idx, char *text, size_t size)
{
	const struct ghes_step_point *p = NULL;
	int tid, bytes = 0, write = 0, atomic = 0;
	void *addr = NULL, *trace[1] = {NULL};
	int n;

	if (__tsan_get_report_mop)
		__tsan_get_report_mop(report, idx, &tid, &addr, &bytes, &write, &atomic, trace, 1);
	if (trace[0])
		p = point_before((uintptr_t)trace[0]);
	n = snprintf(text, size, "%s%s of %d bytes in %s() (%s:%u)", atomic ? "atomic " : "",
		     write ? "write" : "read", bytes, p ? ghes_step_point_function(p) : "?",
		     p ? base_name(ghes_step_point_file(p)) : "?", p ? p->line : 0);
	snprintf(race.first.function[idx], sizeof(race.first.function[idx]), "%s",
		 p ? ghes_step_point_function(p) : "");
	if (!idx)
		race.first.location[0] = '\0';
	if (p && !idx)
		snprintf(race.first.location, sizeof(race.first.location), "%s:%u",
			 ghes_step_point_file(p), p->line);
	return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

void __tsan_on_report(void *report)
{
	char *text = race.first.text;
	const size_t size = sizeof(race.first.text);
	size_t n;

	/* relaxed: only who is first writes, and says so below */
	if (atomic_fetch_add_explicit(&race.claimed, 1, memory_order_relaxed))
		return;
	n = (size_t)snprintf(text, size, "data race: ");
	n += describe_access(report, 0, text + n, size - n);
	n += (size_t)snprintf(text + n, size - n, " and ");
	if (n < size)
		describe_access(report, 1, text + n, size - n);
	/* release: the texts; pairs with the acquire in stress_tsan_race() */
	atomic_store_explicit(&race.told, 1, memory_order_release);
}

void stress_tsan_forget_race(void)
{
	atomic_store_explicit(&race.told, 0, memory_order_relaxed);
	atomic_store_explicit(&race.claimed, 0, memory_order_relaxed);
}

const struct stress_tsan_race *stress_tsan_race(void)
{
	return atomic_load_explicit(&race.told, memory_order_acquire) ? &race.first : NULL;
}

/* ---- Between two plain accesses? ------------------------------------------------------------- */

enum call { NO_CALL, PLAIN_ACCESS, OTHER_CALL };

#ifdef __x86_64__
#define NR_PLAIN 10
static void *plain_access[NR_PLAIN]; /* the runtime's functions; written before threads are made */

static void find_plain_accesses(void)
{
	static const char *const names[NR_PLAIN] = {
		"__tsan_read1",	 "__tsan_read2",   "__tsan_read4",  "__tsan_read8",
		"__tsan_read16", "__tsan_write1",  "__tsan_write2", "__tsan_write4",
		"__tsan_write8", "__tsan_write16",
	};

	for (unsigned int i = 0; i < NR_PLAIN; i++)
		plain_access[i] = dlsym(RTLD_DEFAULT, names[i]);
}

/* The core calls the runtime by way of the GOT (-fno-plt): ff 15, and where the address is. */
static enum call call_at(const struct ghes_step_point *p)
{
	const uint8_t *insn = (const uint8_t *)ghes_step_point_pc(p);
	int32_t offset;
	void *target;

	if (insn[0] == 0xe8)
		return OTHER_CALL;
	if (insn[0] != 0xff || insn[1] != 0x15)
		return NO_CALL;
	memcpy(&offset, insn + 2, sizeof(offset));
	memcpy(&target, insn + 6 + offset, sizeof(target));
	for (unsigned int i = 0; i < NR_PLAIN; i++)
		if (target == plain_access[i])
			return PLAIN_ACCESS;
	return OTHER_CALL;
}
#else
static void find_plain_accesses(void)
{
}

static enum call call_at(const struct ghes_step_point *p)
{
	(void)p;
	return NO_CALL;
}
#endif

/* Of the calls in the same function, as it lies in memory, are those around @point plain accesses?
 */
static bool between_plain(const struct ghes_step_point *point)
{
	const char *function = ghes_step_point_function(point);
	const struct ghes_step_point *before = point, *after = point;
	enum call b = NO_CALL, a = NO_CALL;

	while (b == NO_CALL && before-- > race.points->begin &&
	       ghes_step_point_function(before) == function)
		b = call_at(before);
	for (; a == NO_CALL && after < race.points->end &&
	       ghes_step_point_function(after) == function;
	     after++)
		a = call_at(after);
	return b == PLAIN_ACCESS && a == PLAIN_ACCESS;
}

/* ---- Interruption ---------------------------------------------------------------------------- */

static uint64_t draw(uint64_t *state)
{
	return sim_random(state);
}

/* Near or far: as likely within 8 instructions as within 4096. */
static uint64_t distance(struct stress_tsan_cpu *cpu)
{
	uint64_t r = draw(&cpu->rng);

	return 1 + (r >> 8) % (UINT64_C(8) << (r % 10));
}

static void on_fiber(void *arg)
{
	struct stress_tsan_cpu *cpu = arg;
	unsigned int depth = cpu->fibers.depth;

	const struct ghes_step_point *point = cpu->point;

	if (!cpu->interrupt(cpu->arg))
		return;
	cpu->interrupted[depth]++;
	cpu->between_plain += point && between_plain(point);
}

static void hit(struct ghes_step *step, void *arg)
{
	struct stress_tsan_cpu *cpu = arg;
	int saved = errno;

	cpu->point = step->point;
	ghes_step_fibers_call(&cpu->fibers, on_fiber, cpu);
	step->at = step->passed + distance(cpu);
	errno = saved;
}

#define POINTS_PER_ARRIVAL 64

void stress_tsan_point(struct stress_tsan_cpu *cpu)
{
	if (cpu->fibers.depth < cpu->fibers.levels && draw(&cpu->rng) % POINTS_PER_ARRIVAL == 0) {
		cpu->point = NULL;
		ghes_step_fibers_call(&cpu->fibers, on_fiber, cpu);
	}
}

/* Around each call into the core: it may be interrupted from here on, if there is a level left. */
static void begin(struct ghes_step *step)
{
	struct stress_tsan_cpu *cpu = this_cpu;

	memset(step, 0, sizeof(*step));
	step->handler = hit;
	step->arg = cpu;
	if (cpu && cpu->fibers.depth < cpu->fibers.levels)
		step->at = distance(cpu);
	ghes_step_arm(step);
}

/* What all that may run before something else goes on has done: handlers, works, callbacks. */
static char finished;

static void end(struct ghes_step *step)
{
	ghes_step_disarm(step);
	__tsan_release(&finished);
}

int stress_tsan_enter(struct stress_tsan_cpu *cpu)
{
	int err = ghes_step_fibers_init(&cpu->fibers, STRESS_TSAN_LEVELS, STACK_SIZE);

	if (!err)
		this_cpu = cpu;
	return err;
}

void stress_tsan_leave(struct stress_tsan_cpu *cpu)
{
	this_cpu = NULL;
	ghes_step_fibers_sync(&cpu->fibers);
	ghes_step_fibers_fini(&cpu->fibers);
}

void stress_tsan_abandon(struct stress_tsan_cpu *cpu)
{
	struct ghes_step *outermost = ghes_step_current();

	while (outermost && outermost->outer)
		outermost = outermost->outer;
	if (outermost)
		ghes_step_disarm(outermost);
	ghes_step_fibers_abandon(&cpu->fibers);
}

/* ---- The core, armed ------------------------------------------------------------------------- */

static const struct ghes_core_ops *real;
static struct ghes_core_ops armed_ops;

/* X(op, parameters, arguments): those that may be interrupted and return int */
#define ARMED(X)                                                                                   \
	X(probe, (struct ghes_core * core, uint16_t source), (core, source))                       \
	X(remove, (struct ghes_core * core, uint16_t source), (core, source))                      \
	X(notify_timer, (struct ghes_core * core, uint16_t source), (core, source))                \
	X(notify_irq, (struct ghes_core * core, uint32_t gsiv), (core, gsiv))                      \
	X(notify_hed, (struct ghes_core * core), (core))                                           \
	X(notify_nmi, (struct ghes_core * core), (core))                                           \
	X(notify_sei, (struct ghes_core * core), (core))                                           \
	X(notify_sdei, (struct ghes_core * core, uint32_t event), (core, event))                   \
	X(claim_sea, (struct ghes_core * core, const struct ghes_regs *regs), (core, regs))

#define ARMED_OP(op, parameters, arguments)                                                        \
	static int armed_##op parameters                                                           \
	{                                                                                          \
		struct ghes_step step;                                                             \
		int answer;                                                                        \
                                                                                                   \
		begin(&step);                                                                      \
		answer = real->op arguments;                                                       \
		end(&step);                                                                        \
		return answer;                                                                     \
	}
ARMED(ARMED_OP)
#undef ARMED_OP

static void armed_irq_work_run(struct ghes_core *core)
{
	struct ghes_step step;

	begin(&step);
	real->irq_work_run(core);
	end(&step);
}

const struct ghes_core_ops *stress_tsan_core_ops(const struct ghes_core_ops *ops)
{
	real = ops;
	armed_ops = *ops;
#define ARMED_SET(op, parameters, arguments)                                                       \
	if (ops->op)                                                                               \
		armed_ops.op = armed_##op;
	ARMED(ARMED_SET)
#undef ARMED_SET
	armed_ops.irq_work_run = armed_irq_work_run;
	return &armed_ops;
}

/* ---- The platform, annotated ----------------------------------------------------------------- */

static void lock(struct ghes_platform *p, struct ghes_raw_spinlock *l)
{
	sim_platform_ops.raw_spin_lock(p, l);
	__tsan_acquire(l);
}

static void unlock(struct ghes_platform *p, struct ghes_raw_spinlock *l)
{
	__tsan_release(l);
	sim_platform_ops.raw_spin_unlock(p, l);
}

static void take_mutex(struct ghes_platform *p)
{
	sim_platform_ops.mutex_lock(p);
	__tsan_acquire(p);
}

static void drop_mutex(struct ghes_platform *p)
{
	__tsan_release(p);
	sim_platform_ops.mutex_unlock(p);
}

/* Memory comes back into use at the same address (arena.c), ordered by the heap's lock. */
static void *alloc(struct ghes_platform *p, size_t size)
{
	void *ptr = sim_platform_ops.alloc(p, size);

	if (ptr)
		__tsan_acquire(ptr);
	return ptr;
}

static void release(struct ghes_platform *p, void *ptr, size_t size)
{
	if (ptr)
		__tsan_release(ptr);
	sim_platform_ops.free(p, ptr, size);
}

static void from_io(struct ghes_platform *p, enum fixed_addresses idx, size_t offset, void *dst,
		    size_t n)
{
	__tsan_write_range(dst, n);
	sim_platform_ops.memcpy_fromio(p, idx, offset, dst, n);
}

static void to_io(struct ghes_platform *p, enum fixed_addresses idx, size_t offset, const void *src,
		  size_t n)
{
	__tsan_read_range((void *)(uintptr_t)src, n);
	sim_platform_ops.memcpy_toio(p, idx, offset, src, n);
}

static void rcu_read_unlock(struct ghes_platform *p)
{
	__tsan_release(&finished);
	sim_platform_ops.rcu_read_unlock(p);
}

/* The machine uses host[0] of what is queued; host[1] keeps what is to be called. */
static void call_later(struct ghes_rcu_head *head)
{
	void (*func)(struct ghes_rcu_head * head);
	struct ghes_step step;

	memcpy(&func, &head->host[1], sizeof(func));
	__tsan_acquire(&finished);
	begin(&step);
	func(head);
	end(&step);
}

static void call_rcu(struct ghes_platform *p, struct ghes_rcu_head *head,
		     void (*func)(struct ghes_rcu_head *head))
{
	memcpy(&head->host[1], &func, sizeof(func));
	__tsan_release(&finished);
	sim_platform_ops.call_rcu(p, head, call_later);
}

static void work_later(struct ghes_work *work)
{
	void (*func)(struct ghes_work * work);
	struct ghes_step step;

	memcpy(&func, &work->host[1], sizeof(func));
	__tsan_acquire(work);
	begin(&step);
	func(work);
	end(&step);
}

static bool schedule_work_on(struct ghes_platform *p, unsigned int cpu, struct ghes_work *work,
			     void (*func)(struct ghes_work *work))
{
	memcpy(&work->host[1], &func, sizeof(func));
	__tsan_release(work);
	return sim_platform_ops.schedule_work_on(p, cpu, work, work_later);
}

static int task_work_add(struct ghes_platform *p, struct ghes_task task, struct ghes_work *work,
			 void (*func)(struct ghes_work *work))
{
	memcpy(&work->host[1], &func, sizeof(func));
	__tsan_release(work);
	return sim_platform_ops.task_work_add(p, task, work, work_later);
}

/* X(op, parameters, arguments): those that return when all that ran before has finished */
#define WAITERS(X)                                                                                 \
	X(void, synchronize_rcu, (struct ghes_platform * p), (p))                                  \
	X(void, rcu_barrier, (struct ghes_platform * p), (p))                                      \
	X(void, cancel_work_sync, (struct ghes_platform * p, struct ghes_work * work), (p, work))  \
	X(void, free_irq, (struct ghes_platform * p, uint32_t gsiv, uint16_t source),              \
	  (p, gsiv, source))                                                                       \
	X(void, del_timer_sync, (struct ghes_platform * p, uint16_t source), (p, source))

#define WAITER_OP(type, op, parameters, arguments)                                                 \
	static type wait_##op parameters                                                           \
	{                                                                                          \
		sim_platform_ops.op arguments;                                                     \
		__tsan_acquire(&finished);                                                         \
	}
WAITERS(WAITER_OP)
#undef WAITER_OP

static struct ghes_platform_ops annotated;

void stress_tsan_attach(struct sim_machine *m, const struct ghes_step_module *points)
{
	race.points = points;
	find_plain_accesses();
	annotated = sim_platform_ops;
	annotated.raw_spin_lock = lock;
	annotated.raw_spin_unlock = unlock;
	annotated.mutex_lock = take_mutex;
	annotated.mutex_unlock = drop_mutex;
	annotated.alloc = alloc;
	annotated.free = release;
	annotated.memcpy_fromio = from_io;
	annotated.memcpy_toio = to_io;
	annotated.rcu_read_unlock = rcu_read_unlock;
	annotated.call_rcu = call_rcu;
	annotated.schedule_work_on = schedule_work_on;
	annotated.task_work_add = task_work_add;
#define WAITER_SET(type, op, parameters, arguments) annotated.op = wait_##op;
	WAITERS(WAITER_SET)
#undef WAITER_SET
	m->platform.ops = &annotated;
}
