/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Finds variables that several threads use without a lock in common (Eraser, SOSP 1997).
 *
 * A variable is its first thread's own until another one uses it. From then on the locks that were
 * held at every access are its guards. It is told once if none is left and it was written by then.
 */

#include "guards.h"
#include "probe.h"

#define VARIABLES 2048
#define HELD_MAX  32
#define LOCKS_MAX 4

struct access {
	k_tid_t thread;
	uintptr_t pc;
};

struct variable {
	const void *address;
	k_tid_t owner; /* NULL: more than one thread uses it */
	const struct k_mutex *lock[LOCKS_MAX];
	uint8_t locks;
	bool written;
	bool told;
	struct access last;
	struct access before; /* the last of another thread than that */
	struct access bare;   /* the first that left no lock in common */
};

static struct variable variables[VARIABLES];
static struct held {
	k_tid_t thread;
	const struct k_mutex *mutex;
	uint32_t depth;
} held[HELD_MAX];

static struct held *find_held(const struct k_mutex *mutex)
{
	for (size_t i = 0; i < HELD_MAX; i++) {
		if (held[i].depth > 0 && held[i].thread == k_current_get() &&
		    held[i].mutex == mutex) {
			return &held[i];
		}
	}
	return NULL;
}

void cm_probe_guards_locked(const struct k_mutex *mutex)
{
	unsigned int key = irq_lock();
	struct held *mine = find_held(mutex);

	for (size_t i = 0; i < HELD_MAX && mine == NULL; i++) {
		if (held[i].depth == 0) {
			mine = &held[i];
			mine->thread = k_current_get();
			mine->mutex = mutex;
		}
	}
	if (mine != NULL) {
		mine->depth++;
	}
	irq_unlock(key);
}

void cm_probe_guards_unlocked(const struct k_mutex *mutex)
{
	unsigned int key = irq_lock();
	struct held *mine = find_held(mutex);

	if (mine != NULL) {
		mine->depth--;
	}
	irq_unlock(key);
}

static struct variable *find(const void *address)
{
	size_t place = ((uintptr_t)address >> 1) % VARIABLES;

	for (size_t i = 0; i < VARIABLES; i++) {
		struct variable *variable = &variables[(place + i) % VARIABLES];

		if (variable->address == NULL || variable->address == address) {
			return variable;
		}
	}
	return NULL;
}

static void guard_by_all_held(struct variable *variable)
{
	variable->locks = 0;
	for (size_t i = 0; i < HELD_MAX && variable->locks < LOCKS_MAX; i++) {
		if (held[i].depth > 0 && held[i].thread == k_current_get()) {
			variable->lock[variable->locks++] = held[i].mutex;
		}
	}
}

static void keep_those_held(struct variable *variable)
{
	size_t kept = 0;

	for (size_t i = 0; i < variable->locks; i++) {
		if (find_held(variable->lock[i]) != NULL) {
			variable->lock[kept++] = variable->lock[i];
		}
	}
	variable->locks = kept;
}

static void tell(const struct variable *variable)
{
	const struct access *bare = &variable->bare;
	const struct access *other =
		variable->last.thread == bare->thread ? &variable->before : &variable->last;
	char name[CM_PROBE_HEX_MAX];

	CM_PROBE_FRAME_DEFINE(frame, "unguarded", 160);

	cm_probe_frame_hex(&frame, "at", (uintptr_t)variable->address, 1);
	cm_probe_frame_hex(&frame, "pc", bare->pc, 1);
	cm_probe_frame_text(&frame, "thr", cm_probe_thread_label(bare->thread, name));
	cm_probe_frame_hex(&frame, "pc0", other->pc, 1);
	cm_probe_frame_text(&frame, "thr0", cm_probe_thread_label(other->thread, name));
	cm_probe_frame_send(&frame);
}

/* Stacks of threads are memory of the host; all variables lie between these. */
extern char __data_start, _end;

void cm_probe_guards_accessed(const void *address, bool writes, uintptr_t pc)
{
	const char *byte = address;
	k_tid_t current = k_current_get();
	struct variable *variable;
	unsigned int key;
	bool bare;
	bool tells;

	if (byte < &__data_start || byte >= &_end || k_is_in_isr()) {
		return;
	}
	key = irq_lock();
	variable = find(address);
	if (variable == NULL) {
		irq_unlock(key);
		return;
	}
	if (variable->address == NULL) {
		variable->address = address;
		variable->owner = current;
	} else if (variable->owner == NULL) {
		keep_those_held(variable);
		variable->written |= writes;
	} else if (variable->owner != current) {
		variable->owner = NULL;
		guard_by_all_held(variable);
		variable->written = writes;
	}
	if (variable->last.thread != current) {
		variable->before = variable->last;
	}
	variable->last = (struct access){.thread = current, .pc = pc};
	bare = variable->owner == NULL && variable->locks == 0;
	if (bare && variable->bare.thread == NULL) {
		variable->bare = variable->last;
	}
	tells = bare && variable->written && !variable->told;
	variable->told |= tells;
	irq_unlock(key);
	if (tells) {
		tell(variable);
	}
}
