/* SPDX-License-Identifier: GPL-2.0-only */
/* Doubly linked lists and their RCU variants; RCU pointers. */
#ifndef SHIM_LIST_H
#define SHIM_LIST_H

/* === SAME === */
#define LIST_HEAD_INIT(name)                                                                       \
	{                                                                                          \
		&(name), &(name)                                                                   \
	}
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)
#define LIST_POISON1	((void *)0xdead000000000100)
#define LIST_POISON2	((void *)0xdead000000000122)

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	WRITE_ONCE(head->next, head);
	WRITE_ONCE(head->prev, head);
}

static inline void shim_list_insert(struct list_head *node, struct list_head *prev,
				    struct list_head *next)
{
	next->prev = node;
	node->next = next;
	node->prev = prev;
	WRITE_ONCE(prev->next, node);
}

static inline void list_add(struct list_head *node, struct list_head *head)
{
	shim_list_insert(node, head, head->next);
}

static inline void list_add_tail(struct list_head *node, struct list_head *head)
{
	shim_list_insert(node, head->prev, head);
}

static inline void shim_list_unlink(struct list_head *node)
{
	node->next->prev = node->prev;
	WRITE_ONCE(node->prev->next, node->next);
}

static inline void list_del(struct list_head *node)
{
	shim_list_unlink(node);
	node->next = LIST_POISON1;
	node->prev = LIST_POISON2;
}

static inline void list_del_init(struct list_head *node)
{
	shim_list_unlink(node);
	INIT_LIST_HEAD(node);
}

static inline bool list_empty(const struct list_head *head)
{
	return READ_ONCE(head->next) == head;
}

static inline void list_splice_init(struct list_head *list, struct list_head *head)
{
	struct list_head *first = list->next, *last = list->prev;

	if (list_empty(list))
		return;
	first->prev = head;
	last->next = head->next;
	head->next->prev = last;
	head->next = first;
	INIT_LIST_HEAD(list);
}

#define list_entry(ptr, type, member)	     container_of(ptr, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member)  list_entry((head)->prev, type, member)
#define list_first_entry_or_null(head, type, member)                                               \
	(list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_next_entry(pos, member)	      list_entry((pos)->member.next, typeof(*(pos)), member)
#define list_entry_is_head(pos, head, member) (&(pos)->member == (head))
#define list_for_each(pos, head)	      for (pos = (head)->next; pos != (head); pos = pos->next)
#define list_for_each_safe(pos, n, head)                                                           \
	for (pos = (head)->next, n = pos->next; pos != (head); pos = n, n = pos->next)
#define list_for_each_entry(pos, head, member)                                                     \
	for (pos = list_first_entry(head, typeof(*pos), member);                                   \
	     !list_entry_is_head(pos, head, member); pos = list_next_entry(pos, member))
#define list_for_each_entry_safe(pos, n, head, member)                                             \
	for (pos = list_first_entry(head, typeof(*pos), member), n = list_next_entry(pos, member); \
	     !list_entry_is_head(pos, head, member); pos = n, n = list_next_entry(n, member))

static inline void list_add_rcu(struct list_head *node, struct list_head *head)
{
	struct list_head *next = head->next;

	node->next = next;
	node->prev = head;
	smp_store_release(&head->next, node);
	next->prev = node;
}

static inline void list_add_tail_rcu(struct list_head *node, struct list_head *head)
{
	struct list_head *prev = head->prev;

	node->next = head;
	node->prev = prev;
	smp_store_release(&prev->next, node);
	head->prev = node;
}

/* A reader may still stand on @node, so its next stays. */
static inline void list_del_rcu(struct list_head *node)
{
	shim_list_unlink(node);
	node->prev = LIST_POISON2;
}

#define rcu_assign_pointer(p, v)	smp_store_release(&(p), v)
#define RCU_INITIALIZER(v)		(v)
#define RCU_INIT_POINTER(p, v)		WRITE_ONCE(p, v)
#define unrcu_pointer(p)		(p)
#define rcu_access_pointer(p)		READ_ONCE(p)
#define rcu_pointer_handoff(p)		(p)
#define rcu_replace_pointer(p, v, cond) xchg_release(&(p), v)

/* === DIFFERENT === */
/* The head of a dependency is a consume load, which compilers treat as acquire (atomic.h). */
#define rcu_dereference(p)		   __atomic_load_n(&(p), __ATOMIC_CONSUME)
#define rcu_dereference_raw(p)		   rcu_dereference(p)
#define rcu_dereference_check(p, cond)	   rcu_dereference(p)
#define rcu_dereference_protected(p, cond) (p)
#define list_entry_rcu(ptr, type, member)  container_of(rcu_dereference(ptr), type, member)
#define list_for_each_entry_rcu(pos, head, member, ...)                                            \
	for (pos = list_entry_rcu((head)->next, typeof(*pos), member); &pos->member != (head);     \
	     pos = list_entry_rcu(pos->member.next, typeof(*pos), member))
#define list_for_each_entry_srcu(pos, head, member, cond)                                          \
	list_for_each_entry_rcu (pos, head, member)

#endif
