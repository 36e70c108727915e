/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The thread of low priority that writes frames: as frames for a program, as lines for a person.
 */

#include <stdlib.h>
#include <string.h>

#include "probe.h"

/* Above the thread that grants time, which may read on only when everything has been written. */
#define WRITER_PRIORITY (K_LOWEST_APPLICATION_THREAD_PRIO - 1)

static K_SEM_DEFINE(work, 0, 1);
static K_MUTEX_DEFINE(port_lock);
static atomic_t ran;
static bool writing;

void cm_writer_wake(void)
{
	/* In granted time the gate writes, which saves a switch of threads for each command. */
	if (!cm_mode_is_granted() || cm_history_is_pressed()) {
		k_sem_give(&work);
	}
}

static void write_frame(char *text, size_t len)
{
	memcpy(text + len, "\r\n", 2);
	k_mutex_lock(&port_lock, K_FOREVER);
	cm_port_write(text, len + 2);
	k_mutex_unlock(&port_lock);
}

void cm_writer_flush(void)
{
	static char text[CM_FRAME_MAX + 2];
	size_t len;

	atomic_set(&ran, 1);
	while ((len = cm_history_take(text)) > 0) {
		write_frame(text, len);
	}
}

bool cm_writer_again(uint32_t seq)
{
	static char text[CM_FRAME_MAX + 2];
	size_t len;

	if (cm_history_waits(seq)) {
		return true;
	}
	k_mutex_lock(&port_lock, K_FOREVER);
	len = cm_history_copy(seq, text);
	if (len > 0) {
		write_frame(text, len);
	}
	k_mutex_unlock(&port_lock);
	return len > 0;
}

/* Shows "@SEQ TIME KIND FIELDS*CRC" as "[seconds] KIND FIELDS". */
static void show_frame(const struct shell *sh, char *text, size_t len)
{
	char *fields;
	uint64_t micros;

	text[len - 9] = '\0';
	micros = strtoull(text + 10, &fields, 10);
	shell_print(sh, "[%5u.%06u]%s", (unsigned int)(micros / USEC_PER_SEC),
		    (unsigned int)(micros % USEC_PER_SEC), fields);
}

void cm_writer_show(const struct shell *sh)
{
	static char text[CM_FRAME_MAX + 2];
	size_t len;

	while ((len = cm_history_take(text)) > 0) {
		show_frame(sh, text, len);
	}
}

void cm_writer_drain(void)
{
	while (writing || cm_history_waits(cm_history_next() - 1)) {
		k_msleep(1);
	}
}

bool cm_writer_has_run(void)
{
	return atomic_set(&ran, 0) != 0;
}

static void writer(void *a, void *b, void *c)
{
	static char text[CM_FRAME_MAX + 2];

	ARG_UNUSED(a);
	ARG_UNUSED(b);
	ARG_UNUSED(c);

	while (true) {
		size_t len;

		k_sem_take(&work, K_FOREVER);
		writing = true;
		atomic_set(&ran, 1);
		while ((cm_mode_is_machine() || shell_ready(cm_mode_shell())) &&
		       (len = cm_history_take(text)) > 0) {
			if (cm_mode_is_machine()) {
				write_frame(text, len);
			} else {
				show_frame(cm_mode_shell(), text, len);
			}
			atomic_set(&ran, 1);
		}
		writing = false;
	}
}

K_THREAD_DEFINE(cm_writer, CONFIG_CM_PROBE_WRITER_STACK_SIZE, writer, NULL, NULL, NULL,
		WRITER_PRIORITY, 0, 0);
