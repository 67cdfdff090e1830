// SPDX-License-Identifier: GPL-2.0-only
/* The shapes; see the header. Compiled twice: with points, and with marks only. */
#include "subject.h"

#include <stdatomic.h>
#include <string.h>

#define NOINLINE __attribute__((noinline))

void subject_push(struct subject_stack *stack, struct subject_node *node)
{
	struct subject_node *head = atomic_load_explicit(&stack->head, memory_order_relaxed);

	do {
		node->next = head;
	} while (!atomic_compare_exchange_weak_explicit(
		&stack->head, &head, node, memory_order_release, memory_order_relaxed));
}

struct subject_node *subject_take_all(struct subject_stack *stack)
{
	return atomic_exchange_explicit(&stack->head, NULL, memory_order_acquire);
}

void subject_push_torn(struct subject_stack *stack, struct subject_node *node)
{
	node->next = atomic_load_explicit(&stack->head, memory_order_relaxed);
	atomic_store_explicit(&stack->head, node, memory_order_release);
}

void subject_push_locked(struct subject_locked_stack *stack, struct subject_node *node)
{
	while (atomic_exchange_explicit(&stack->lock, 1, memory_order_acquire))
		;
	node->next = stack->head;
	stack->head = node;
	atomic_store_explicit(&stack->lock, 0, memory_order_release);
}

static NOINLINE uint64_t loop(uint64_t seed)
{
	uint64_t sum = seed;

	for (unsigned int i = 0; i < 24; i++) {
		sum = sum * 6364136223846793005u + i;
		if (sum & 4)
			sum ^= sum >> 17;
	}
	return sum;
}

/* Carries from limb to limb: the carry flag lives across boundaries. */
static NOINLINE uint64_t flags(uint64_t seed)
{
	unsigned __int128 a = ((unsigned __int128)seed << 64) | ~seed, b = a * 3;
	int64_t signed_seed = (int64_t)seed;

	for (unsigned int i = 0; i < 6; i++) {
		a += b;
		b -= a >> 3;
		if (__builtin_add_overflow(signed_seed, (int64_t)(b >> 40), &signed_seed))
			a ^= 0x5555;
	}
	return (uint64_t)(a >> 64) ^ (uint64_t)b ^ (uint64_t)signed_seed;
}

static NOINLINE uint64_t leaf(uint64_t a, uint64_t b)
{
	return (a ^ b) * 0x9e3779b97f4a7c15u;
}

static NOINLINE uint64_t calls(uint64_t seed)
{
	uint64_t x = leaf(seed, 1);

	return leaf(x, leaf(seed, x)) + leaf(1, x);
}

static NOINLINE uint64_t recursion(uint64_t seed)
{
	if (seed % 7 == 0)
		return seed;
	return recursion(seed - 1) + seed;
}

static NOINLINE uint64_t tail(uint64_t seed)
{
	return leaf(seed, seed >> 5);
}

static NOINLINE uint64_t pick(unsigned int what, uint64_t x)
{
	switch (what) {
	case 0:
		return x + 1;
	case 1:
		return x << 3;
	case 2:
		return leaf(x, 2);
	case 3:
		return x ^ 0x1234567;
	case 4:
		return ~x;
	case 5:
		return x % 1000003;
	case 6:
		return x * x;
	}
	return x;
}

static NOINLINE uint64_t switches(uint64_t seed)
{
	for (unsigned int i = 0; i < 9; i++)
		seed = pick(i, seed);
	return seed;
}

static NOINLINE uint64_t atomics(uint64_t seed)
{
	_Atomic uint64_t word = seed;
	_Atomic uint8_t byte = (uint8_t)seed;
	uint64_t expected = seed;

	atomic_fetch_add(&word, 5);
	atomic_compare_exchange_strong(&word, &expected, 1);
	atomic_compare_exchange_strong(&word, &expected, expected * 3);
	atomic_fetch_xor(&byte, 0x5a);
	atomic_fetch_or(&word, 0x100);
	return atomic_exchange(&word, 0) + atomic_load(&byte) + expected;
}

static NOINLINE uint64_t floating(uint64_t seed)
{
	double x = (double)(seed & 0xffff), sum = 0.5;
	float small = (float)x;

	for (unsigned int i = 1; i < 9; i++) {
		sum += x / i;
		x = x * 1.25 - sum;
		small = small * 0.5f + (float)i;
	}
	return (uint64_t)(int64_t)(sum * 1000) + (uint64_t)(small * 8);
}

struct wide {
	uint64_t word[24];
};

static NOINLINE uint64_t copies(uint64_t seed)
{
	struct wide a = {.word = {seed, 1, 2, 3}}, b;
	uint64_t sum = 0;

	memcpy(&b, &a, sizeof(b));
	a.word[5] = b.word[0] + 1;
	b = a;
	for (size_t i = 0; i < 24; i++)
		sum = sum * 31 + b.word[i];
	return sum;
}

static NOINLINE uint64_t library(uint64_t seed)
{
	char text[64];

	memset(text, 'a' + (int)(seed % 26), sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	text[seed % 63] = '!';
	return strlen(text) * 1000 + (uint64_t)(strchr(text, '!') - text);
}

static __thread uint64_t per_thread = 3;

static NOINLINE uint64_t thread_local_data(uint64_t seed)
{
	uint64_t before = per_thread;

	per_thread = seed;
	seed = leaf(per_thread, before);
	per_thread = before;
	return seed;
}

/* A leaf that keeps its data below the stack pointer where the ABI has a red zone. */
static NOINLINE uint64_t red_zone(uint64_t seed)
{
	volatile uint64_t words[12];
	uint64_t sum = 0;

	for (size_t i = 0; i < 12; i++)
		words[i] = seed + i * i;
	for (size_t i = 0; i < 12; i++)
		sum = sum * 7 + words[11 - i];
	return sum;
}

static NOINLINE uint64_t assembly(uint64_t seed)
{
#if defined(__x86_64__)
	uint64_t words[8] = {0}, count = 8, *to = words;

	/* A prefix of its own, a string instruction, a local label, statements on one line. */
	__asm__ volatile("cld; rep stosq" : "+D"(to), "+c"(count) : "a"(seed) : "memory", "cc");
	__asm__ volatile("lock\n\tincq %0 ; lock; addq $3, %0" : "+m"(words[2]) : : "cc");
	count = 5;
	__asm__ volatile("1:\taddq %1, %0 /* until ; zero */\n\tdecq %1\n\tjnz 1b"
			 : "+r"(seed), "+r"(count)
			 :
			 : "cc");
	/* The carry set first is taken last. */
	__asm__ volatile("stc\n\tmovq $0, %1\n\tnop\n\tadcq %1, %0"
			 : "+r"(seed), "=&r"(count)
			 :
			 : "cc");
	return seed + words[2] + words[7] + count;
#else
	uint64_t count = 5, old, new;
	uint32_t failed;

	__asm__ volatile("1:\tadd %0, %0, %1 // until ; zero\n\tsubs %1, %1, #1\n\tb.ne 1b"
			 : "+r"(seed), "+r"(count)
			 :
			 : "cc");
	count = seed;
	__asm__ volatile(
		"2:\tldaxr %0, [%3]\n\tadd %1, %0, #3\n\tstlxr %w2, %1, [%3]\n\tcbnz %w2, 2b"
		: "=&r"(old), "=&r"(new), "=&r"(failed)
		: "r"(&count)
		: "memory");
	__asm__ volatile("cmn %0, #1; mov %1, #0; nop; adc %0, %0, %1"
			 : "+r"(seed), "=&r"(old)
			 :
			 : "cc");
	return seed + count + new;
#endif
}

static NOINLINE uint64_t split(uint64_t seed)
{
	if (__builtin_expect(seed % 3 == 1, 0)) {
		seed = leaf(seed, 77);
		seed ^= leaf(seed, 78);
	}
	return seed * 5;
}

/* A stack and its consumer; the second push's compare-exchange may fail when interrupted. */
static NOINLINE uint64_t lists(uint64_t seed)
{
	struct subject_node nodes[3] = {{.value = (unsigned int)seed}, {.value = 2}};
	struct subject_stack stack = {NULL};
	uint64_t sum = 0;

	for (size_t i = 0; i < 3; i++)
		subject_push(&stack, &nodes[i]);
	for (struct subject_node *node = subject_take_all(&stack); node; node = node->next)
		sum = sum * 3 + node->value;
	return sum;
}

const struct subject_shape subject_shapes[] = {
	{"loop", loop},
	{"flags", flags},
	{"calls", calls},
	{"recursion", recursion},
	{"tail", tail},
	{"switches", switches},
	{"atomics", atomics},
	{"floating", floating},
	{"copies", copies},
	{"library", library},
	{"thread_local_data", thread_local_data},
	{"red_zone", red_zone},
	{"assembly", assembly},
	{"split", split},
	{"lists", lists},
};
const size_t subject_n_shapes = sizeof(subject_shapes) / sizeof(*subject_shapes);
