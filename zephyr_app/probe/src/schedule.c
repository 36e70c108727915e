/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The command "race": several callers at once, in an order that its seed decides. And the points
 * at which the two callers of "both" change places: at the locks of net_if and of the Connection
 * Manager alone, which the model knows, too.
 *
 * Each thread that takes part gets a priority of its own, drawn from the seed, and whoever runs at
 * one of the given points goes behind all others (the PCT scheduler, ASPLOS 2010).
 * Points are locks, semaphores and events, and the memory accesses of what is compiled with
 * -fsanitize=thread, which calls the functions below. Thus the same command meets the same
 * interleaving again. Nothing of the thread sanitizer itself is linked.
 */

#include <errno.h>
#include <stdlib.h>

#include <zephyr/init.h>
#include <zephyr/net/conn_mgr_connectivity_impl.h>
#include <zephyr/net/net_if.h>

#include "guards.h"
#include "probe.h"

#define CALLERS      3
#define THREADS      (CALLERS + 2) /* with the dispatcher and the monitor */
#define POINTS_MAX   7
#define PARTS_MAX    12
#define STACK_SIZE   8192
#define FIRST_BEHIND (THREADS + 1)
#define FIRST        K_PRIO_PREEMPT(1)
#define SECOND       K_PRIO_PREEMPT(2)

BUILD_ASSERT(FIRST_BEHIND + POINTS_MAX <= CM_PROBE_GATE_PRIORITY,
	     "the gate goes behind all others");

struct caller {
	struct k_thread thread;
	struct k_sem go;
	size_t parts;
	struct {
		char **argv;
		size_t argc;
		int index;
	} part[PARTS_MAX];
};

extern struct k_mutex conn_mgr_mon_lock;

static K_THREAD_STACK_ARRAY_DEFINE(stacks, CALLERS, STACK_SIZE);
static struct caller callers[CALLERS];
static K_SEM_DEFINE(arrived, 0, CALLERS);

static struct {
	bool runs;
	bool swaps; /* of two threads, of which each goes before the other in turn */
	int held[2]; /* locks that each of the two holds */
	k_tid_t thread[THREADS];
	int priority[THREADS]; /* as it was before */
	uint32_t points;       /* passed by now */
	uint32_t at[POINTS_MAX];
	size_t count;
	size_t next;
} race;

/* The dispatcher and the monitor, and their own priorities once a race has changed them. */
static struct {
	bool known;
	k_tid_t thread[THREADS - CALLERS];
	int priority[THREADS - CALLERS];
} usual;

/* A storm outlives its race: whoever rests in it, holding a mutex, gets back what it had then. */
static void restore_usual(void)
{
	for (size_t i = 0; usual.known && i < ARRAY_SIZE(usual.thread); i++) {
		k_thread_priority_set(usual.thread[i], usual.priority[i]);
	}
}
CM_PROBE_RESET_DEFINE(restore_usual);

static bool takes_part(k_tid_t thread)
{
	for (size_t i = 0; i < THREADS; i++) {
		if (race.thread[i] == thread) {
			return true;
		}
	}
	return false;
}

/* False for one that goes behind the other, or that has inherited the priority of a third. */
static bool change_places(k_tid_t current)
{
	k_tid_t other = race.thread[current == race.thread[0]];

	if (k_thread_priority_get(current) != FIRST || k_thread_priority_get(other) != SECOND) {
		return false;
	}
	k_sched_lock();
	k_thread_priority_set(other, FIRST);
	k_thread_priority_set(current, SECOND);
	k_sched_unlock();
	return true;
}

/* The locks of net_if and the Connection Manager, at which two callers meet. */
static bool is_met(const struct k_mutex *mutex)
{
	for (int i = 1; net_if_get_by_index(i) != NULL; i++) {
		if (mutex == &net_if_get_by_index(i)->lock) {
			return true;
		}
	}
	STRUCT_SECTION_FOREACH(conn_mgr_conn_binding, binding) {
		if (mutex == binding->mutex) {
			return true;
		}
	}
	return mutex == &conn_mgr_mon_lock;
}

static void pass_point(void)
{
	k_tid_t current = k_current_get();

	if (!race.runs || k_is_in_isr() || current->base.sched_locked != 0 ||
	    !takes_part(current)) {
		return;
	}
	race.points++;
	if (race.next == race.count || race.points < race.at[race.next]) {
		return;
	}
	if (race.swaps) {
		race.next += change_places(current);
	} else {
		k_thread_priority_set(current, FIRST_BEHIND + race.next++);
	}
}

void cm_probe_schedule_point(void)
{
	if (!race.swaps) {
		pass_point();
	}
}

/* Two callers change places where they hold no lock: what one of them does under a lock is whole. */
static void pass_lock(const struct k_mutex *mutex, int change)
{
	k_tid_t current = k_current_get();
	bool before = change > 0;

	if (!race.swaps) {
		pass_point();
		return;
	}
	for (int i = 0; i < 2; i++) {
		if (current == race.thread[i] && is_met(mutex)) {
			if (before && race.held[i] == 0) {
				pass_point();
			}
			race.held[i] += change;
			if (!before && race.held[i] == 0) {
				pass_point();
			}
		}
	}
}

static void call(void *p1, void *p2, void *p3)
{
	struct caller *caller = p1;

	ARG_UNUSED(p2);
	ARG_UNUSED(p3);
	while (true) {
		k_sem_take(&caller->go, K_FOREVER);
		for (size_t i = 0; i < caller->parts; i++) {
			cm_probe_command_part(caller->part[i].argc, caller->part[i].argv,
					      CM_PROBE_WHERE_SHELL, false, caller->part[i].index);
		}
		k_sem_give(&arrived);
	}
}

/* Numbers that rise, joined by commas; 0 stands for none. */
static bool read_points(struct cm_probe_call *call, char *text)
{
	race.count = 0;
	race.next = 0;
	for (char *word = cm_probe_word_next(&text, ','); word != NULL;
	     word = cm_probe_word_next(&text, ',')) {
		char *end;
		unsigned long at = strtoul(word, &end, 10);

		if (*end != '\0' || race.count == POINTS_MAX) {
			cm_probe_command_bad(call, "value");
			return false;
		}
		if (at > 0) {
			race.at[race.count++] = at;
		}
	}
	return true;
}

/* Deals the commands out one after the other; returns how many there are, 0 if too many. */
static int deal(char **words, char **end)
{
	int count = 0;

	for (size_t i = 0; i < CALLERS; i++) {
		callers[i].parts = 0;
	}
	while (words < end) {
		char **next = words;

		while (next < end && strcmp(*next, ";") != 0) {
			next++;
		}
		if (next > words) {
			struct caller *caller = &callers[count % CALLERS];

			if (caller->parts == PARTS_MAX) {
				return 0;
			}
			caller->part[caller->parts].argv = words;
			caller->part[caller->parts].argc = next - words;
			caller->part[caller->parts++].index = count++;
		}
		words = next + 1;
	}
	return count;
}

static void draw_priorities(uint32_t seed)
{
	int order[THREADS];

	for (int i = 0; i < THREADS; i++) {
		order[i] = i + 1;
	}
	for (int i = THREADS - 1; i > 0; i--) {
		seed = seed * 1664525 + 1013904223;

		int other = (seed >> 16) % (i + 1);
		int kept = order[i];

		order[i] = order[other];
		order[other] = kept;
	}
	for (size_t i = 0; !usual.known && i < ARRAY_SIZE(usual.thread); i++) {
		usual.thread[i] = race.thread[CALLERS + i];
		usual.priority[i] = k_thread_priority_get(usual.thread[i]);
	}
	usual.known = true;
	for (int i = 0; i < THREADS; i++) {
		race.priority[i] = k_thread_priority_get(race.thread[i]);
		k_thread_priority_set(race.thread[i], order[i]);
	}
}

static int cm_probe_cmd_race(struct cm_probe_call *call)
{
	int64_t seed;
	int count;

	if (!cm_probe_mode_is_granted() || call->nested || call->where != CM_PROBE_WHERE_SHELL) {
		return cm_probe_command_bad(call, "unsupported");
	}
	cm_probe_thread_recognise();
	race.thread[CALLERS] = cm_probe_thread_mgmt();
	race.thread[CALLERS + 1] = cm_probe_thread_monitor();
	if (race.thread[CALLERS] == NULL || race.thread[CALLERS + 1] == NULL) {
		return cm_probe_command_bad(call, "unsupported");
	}
	if (!cm_probe_arg_int(call, 1, 0, UINT32_MAX, &seed) || !read_points(call, call->argv[2])) {
		return -EINVAL;
	}
	count = deal(call->argv + 3, call->argv + call->argc);
	if (count == 0) {
		return cm_probe_command_bad(call, "args");
	}
	for (size_t i = 0; i < CALLERS; i++) {
		race.thread[i] = &callers[i].thread;
	}
	draw_priorities(seed);
	race.points = 0;
	race.swaps = false;
	race.runs = true;
	/* All become ready before the first of them runs: each goes before this thread. */
	k_sched_lock();
	for (size_t i = 0; i < CALLERS; i++) {
		k_sem_give(&callers[i].go);
	}
	k_sched_unlock();
	for (size_t i = 0; i < CALLERS; i++) {
		k_sem_take(&arrived, K_FOREVER);
	}
	/* Nobody has a lower priority than this thread: by now all has come to rest. */
	race.runs = false;
	for (int i = 0; i < CALLERS; i++) {
		k_thread_priority_set(race.thread[i], race.priority[i]);
	}
	restore_usual();
	cm_probe_frame_int(call->reply, "n", count);
	cm_probe_frame_int(call->reply, "points", race.points);
	return 0;
}
CM_PROBE_COMMAND_DEFINE(
	race, "race", 3, CM_PROBE_ARGS_ANY,
	"SEED POINTS COMMAND ; COMMAND ...: executes all at once, in several threads");

bool cm_probe_schedule_begin(struct cm_probe_call *call, char *points, k_tid_t first,
			     k_tid_t second)
{
	if (!read_points(call, points)) {
		return false;
	}
	if (race.count == 0) {
		return true;
	}
	if (!cm_probe_mode_is_granted() || first == NULL || second == NULL) {
		cm_probe_command_bad(call, "unsupported");
		return false;
	}
	memset(race.thread, 0, sizeof(race.thread));
	race.thread[0] = first;
	race.thread[1] = second;
	for (int i = 0; i < 2; i++) {
		race.priority[i] = k_thread_priority_get(race.thread[i]);
		k_thread_priority_set(race.thread[i], i == 0 ? FIRST : SECOND);
	}
	race.points = 0;
	race.held[0] = race.held[1] = 0;
	race.swaps = true;
	race.runs = true;
	return true;
}

uint32_t cm_probe_schedule_end(void)
{
	if (!race.runs) {
		return 0;
	}
	race.runs = race.swaps = false;
	for (int i = 0; i < 2; i++) {
		k_thread_priority_set(race.thread[i], race.priority[i]);
	}
	return race.points;
}

static int callers_init(void)
{
	for (size_t i = 0; i < CALLERS; i++) {
		struct caller *caller = &callers[i];

		k_sem_init(&caller->go, 0, 1);
		k_thread_create(&caller->thread, stacks[i], K_THREAD_STACK_SIZEOF(stacks[i]), call,
				caller, NULL, NULL, CM_PROBE_GATE_PRIORITY, 0, K_NO_WAIT);
		k_thread_name_set(&caller->thread, "cm_caller");
	}
	return 0;
}

SYS_INIT(callers_init, APPLICATION, 0);

/* Between Zephyr's subsystems and its kernel. */

int __real_z_impl_k_mutex_lock(struct k_mutex *mutex, k_timeout_t timeout);
int __wrap_z_impl_k_mutex_lock(struct k_mutex *mutex, k_timeout_t timeout);
int __wrap_z_impl_k_mutex_lock(struct k_mutex *mutex, k_timeout_t timeout)
{
	int rc;

	pass_lock(mutex, 1);
	rc = __real_z_impl_k_mutex_lock(mutex, timeout);
	if (rc == 0) {
		cm_probe_guards_locked(mutex);
	}
	return rc;
}

int __real_z_impl_k_mutex_unlock(struct k_mutex *mutex);
int __wrap_z_impl_k_mutex_unlock(struct k_mutex *mutex);
int __wrap_z_impl_k_mutex_unlock(struct k_mutex *mutex)
{
	int rc;

	cm_probe_guards_unlocked(mutex);
	rc = __real_z_impl_k_mutex_unlock(mutex);
	pass_lock(mutex, -1);
	return rc;
}

void __real_z_impl_k_sem_give(struct k_sem *sem);
void __wrap_z_impl_k_sem_give(struct k_sem *sem);
void __wrap_z_impl_k_sem_give(struct k_sem *sem)
{
	cm_probe_schedule_point();
	__real_z_impl_k_sem_give(sem);
	cm_probe_schedule_point();
}

/* What the compiler calls before each access to memory. */

static inline void accessed(void *address, bool writes, void *pc)
{
	cm_probe_guards_accessed(address, writes, (uintptr_t)pc);
	cm_probe_schedule_point();
}

#define ACCESS(_name, _writes)                                                                     \
	void __tsan_##_name(void *address);                                                        \
	void __tsan_##_name(void *address)                                                         \
	{                                                                                          \
		accessed(address, _writes, __builtin_return_address(0));                           \
	}

#define ACCESSES(_size)                                                                            \
	ACCESS(read##_size, false)                                                                 \
	ACCESS(write##_size, true)                                                                 \
	ACCESS(unaligned_read##_size, false)                                                       \
	ACCESS(unaligned_write##_size, true)

ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)

void __tsan_read_range(void *address, size_t size);
void __tsan_read_range(void *address, size_t size)
{
	ARG_UNUSED(size);
	accessed(address, false, __builtin_return_address(0));
}

void __tsan_write_range(void *address, size_t size);
void __tsan_write_range(void *address, size_t size)
{
	ARG_UNUSED(size);
	accessed(address, true, __builtin_return_address(0));
}

void __tsan_init(void);
void __tsan_init(void)
{
}

void __tsan_func_entry(void *pc);
void __tsan_func_entry(void *pc)
{
	ARG_UNUSED(pc);
}

void __tsan_func_exit(void);
void __tsan_func_exit(void)
{
}

/* Atomic accesses need no lock. */

int __tsan_atomic32_load(const volatile int *address, int order);
int __tsan_atomic32_load(const volatile int *address, int order)
{
	ARG_UNUSED(order);
	cm_probe_schedule_point();
	return *address;
}

long __tsan_atomic64_load(const volatile long *address, int order);
long __tsan_atomic64_load(const volatile long *address, int order)
{
	ARG_UNUSED(order);
	cm_probe_schedule_point();
	return *address;
}
