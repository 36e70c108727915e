/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * What threads wait for, in words. Read without a lock, as nothing moves any more, or interrupts are
 * locked.
 */

#include <stdio.h>
#include <string.h>

#include <zephyr/kernel_structs.h>

#include "probe.h"

#define THREADS_MAX 4
#define TEXT_MAX    110

BUILD_ASSERT(THREADS_MAX * TEXT_MAX < CM_PROBE_FIELDS_MAX, "all threads fit into a frame");

bool cm_probe_thread_has_time(const struct k_thread *thread)
{
	return sys_dnode_is_linked(&thread->base.timeout.node);
}

bool cm_probe_thread_is_blocked(const struct k_thread *thread)
{
	return !cm_probe_thread_has_time(thread) &&
	       (thread->base.thread_state & (_THREAD_PENDING | _THREAD_SUSPENDED)) != 0;
}

const char *cm_probe_thread_label(struct k_thread *thread, char *text)
{
	const char *name = thread != NULL ? k_thread_name_get(thread) : NULL;

	if (name != NULL && name[0] != '\0') {
		return name;
	}
	if (thread != NULL && thread == cm_probe_thread_monitor()) {
		return "conn_mgr_monitor";
	}
	return cm_probe_hexadecimal(text, (uintptr_t)thread, 8);
}

/* The mutex on which @p thread waits; NULL for other things. */
static struct k_mutex *mutex_of(const struct k_thread *thread)
{
	const void *at = thread->base.pended_on;

	if ((thread->base.thread_state & _THREAD_PENDING) == 0) {
		return NULL;
	}
	STRUCT_SECTION_FOREACH(k_mutex, mutex) {
		if (&mutex->wait_q == at) {
			return mutex;
		}
	}
	STRUCT_SECTION_FOREACH(conn_mgr_conn_binding, binding) {
		if (&binding->mutex->wait_q == at) {
			return binding->mutex;
		}
	}
	STRUCT_SECTION_FOREACH(net_if, iface) {
		if (&iface->lock.wait_q == at) {
			return &iface->lock;
		}
	}
	return NULL;
}

static const char *kind_of(const void *at)
{
	STRUCT_SECTION_FOREACH(k_sem, sem) {
		if (&sem->wait_q == at) {
			return "semaphore";
		}
	}
	if (at == &k_sys_work_q.notifyq) {
		return "work";
	}
	STRUCT_SECTION_FOREACH(k_msgq, msgq) {
		if (&msgq->wait_q == at) {
			return "queue";
		}
	}
	return "object";
}

/* "NAME waits: KIND ADDRESS held by NAME", or what else it does. */
static void describe(struct k_thread *thread, char *text, size_t size)
{
	char label[CM_PROBE_HEX_MAX];
	char owner_label[CM_PROBE_HEX_MAX];
	const char *name = cm_probe_thread_label(thread, label);
	uint8_t state = thread->base.thread_state;
	struct k_mutex *mutex = mutex_of(thread);

	if (mutex != NULL) {
		snprintk(text, size, "%s waits: mutex %p held by %s", name, mutex,
			 cm_probe_thread_label(mutex->owner, owner_label));
	} else if ((state & _THREAD_SUSPENDED) != 0 && !cm_probe_thread_has_time(thread)) {
		snprintk(text, size, "%s suspended", name);
	} else if ((state & _THREAD_PENDING) != 0) {
		snprintk(text, size, "%s waits: %s %p%s", name, kind_of(thread->base.pended_on),
			 thread->base.pended_on,
			 cm_probe_thread_has_time(thread) ? " with a time limit" : "");
	} else if (cm_probe_thread_has_time(thread)) {
		snprintk(text, size, "%s sleeps", name);
	} else {
		snprintk(text, size, "%s %s", name, thread == k_current_get() ? "runs" : "ready");
	}
}

struct set {
	struct k_thread *threads[THREADS_MAX];
	size_t count;
};

static void add(struct set *set, struct k_thread *thread)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->threads[i] == thread) {
			return;
		}
	}
	if (thread != NULL && set->count < THREADS_MAX) {
		set->threads[set->count++] = thread;
	}
}

static void add_owners(struct set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		struct k_mutex *mutex = mutex_of(set->threads[i]);

		add(set, mutex != NULL ? mutex->owner : NULL);
	}
}

void cm_probe_thread_frame(struct cm_probe_frame *frame, struct k_thread *first,
			   struct k_thread *more)
{
	/* Used under a lock of interrupts. */
	static char text[THREADS_MAX * TEXT_MAX];
	struct set set = {0};
	size_t len = 0;

	add(&set, first);
	add_owners(&set);
	if (k_current_get()->base.prio < K_IDLE_PRIO) {
		add(&set, k_current_get());
	}
	add(&set, more);
	add_owners(&set);
	for (size_t i = 0; i < set.count; i++) {
		if (i > 0) {
			text[len++] = ';';
		}
		describe(set.threads[i], text + len, TEXT_MAX - 1);
		len += strlen(text + len);
	}
	text[len] = '\0';
	cm_probe_frame_text(frame, "thr", text);
}
