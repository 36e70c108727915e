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
#define WRITER_PRIORITY (CM_PROBE_GATE_PRIORITY - 1)

static K_SEM_DEFINE(work, 0, 1);
static K_MUTEX_DEFINE(port_lock);
static atomic_t ran;
static bool writing;
static bool panicking;
static uint32_t frames;

/* The frame that is on its way to the port, with its line end. */
static struct {
	const char *volatile text; /* NULL: none */
	volatile size_t len;
} under_way;

void cm_probe_writer_wake_always(void)
{
	k_sem_give(&work);
}

void cm_probe_writer_wake(void)
{
	/* During a command in granted time the gate writes, which saves a switch of threads. */
	if (!cm_probe_gate_is_executing() || cm_probe_history_is_pressed()) {
		cm_probe_writer_wake_always();
	}
}

bool cm_probe_writer_wake_if_behind(void)
{
	bool behind = cm_probe_history_waits(cm_probe_history_next() - 1);

	if (behind) {
		cm_probe_writer_wake_always();
	}
	return behind;
}

static void write_frame(char *text, size_t len)
{
	memcpy(text + len, "\r\n", 2);
	under_way.len = len + 2;
	under_way.text = text;
	cm_probe_port_write(text, len + 2);
	under_way.text = NULL;
	frames++;
}

uint32_t cm_probe_writer_frames(void)
{
	return frames;
}

/* Under the lock, so that no other thread's frame comes between. */
static bool write_next(char *text)
{
	size_t len;

	k_mutex_lock(&port_lock, K_FOREVER);
	len = cm_probe_history_take(text);
	if (len > 0) {
		write_frame(text, len);
	}
	k_mutex_unlock(&port_lock);
	return len > 0;
}

void cm_probe_writer_flush(void)
{
	/* Only the gate comes here. */
	static char text[CM_PROBE_FRAME_MAX + 2];

	atomic_set(&ran, 1);
	while (write_next(text)) {
	}
}

bool cm_probe_writer_again(uint32_t seq)
{
	/* Guarded by the lock. */
	static char text[CM_PROBE_FRAME_MAX + 2];
	size_t len;

	if (cm_probe_history_waits(seq)) {
		return true;
	}
	k_mutex_lock(&port_lock, K_FOREVER);
	len = cm_probe_history_copy(seq, text);
	if (len > 0) {
		write_frame(text, len);
	}
	k_mutex_unlock(&port_lock);
	return len > 0;
}

/* Guarded by the interrupt lock, or by the fact that nobody else runs any more. */
static char poll_text[CM_PROBE_FRAME_MAX + 2];

static void poll_out(void)
{
	size_t len;

	if (under_way.text != NULL) {
		/* What follows of it, if anything does, is noise. */
		cm_probe_port_write("\r\n", 2);
		cm_probe_port_write(under_way.text, under_way.len);
	}
	while ((len = cm_probe_history_take(poll_text)) > 0) {
		write_frame(poll_text, len);
	}
}

void cm_probe_writer_poll_out(void)
{
	unsigned int key = irq_lock();

	poll_out();
	irq_unlock(key);
}

void cm_probe_writer_panic(void)
{
	if (panicking) {
		return;
	}
	panicking = true;
	cm_probe_history_unguard();
	/* For a person the shell's log says what happened. */
	if (cm_probe_mode_is_machine()) {
		poll_out();
	}
}

bool cm_probe_writer_is_panicking(void)
{
	return panicking;
}

uint32_t cm_probe_writer_pass(const char *fields, size_t len, bool clock_runs)
{
	uint32_t seq;

	len = cm_probe_history_pass(fields, len, poll_text, &seq, clock_runs);
	write_frame(poll_text, len);
	return seq;
}

/* Shows "@SEQ TIME KIND FIELDS*CRC" as "[seconds] KIND FIELDS". */
static void show_frame(const struct shell *sh, char *text, size_t len)
{
	char *fields;
	uint64_t micros;

	text[len - 9] = '\0';
	micros = strtoull(strchr(text, ' '), &fields, 10);
	shell_print(sh, "[%5u.%06u]%s", (unsigned int)(micros / USEC_PER_SEC),
		    (unsigned int)(micros % USEC_PER_SEC), fields);
}

void cm_probe_writer_show(const struct shell *sh)
{
	/* Guarded by the lock of the shell's command. */
	static char text[CM_PROBE_FRAME_MAX + 2];
	size_t len;

	while ((len = cm_probe_history_take(text)) > 0) {
		show_frame(sh, text, len);
	}
}

void cm_probe_writer_drain(void)
{
	while (writing || cm_probe_history_waits(cm_probe_history_next() - 1)) {
		k_msleep(1);
	}
}

bool cm_probe_writer_has_run(void)
{
	return atomic_set(&ran, 0) != 0;
}

static bool write_or_show(char *text)
{
	size_t len;

	if (cm_probe_mode_is_machine()) {
		return write_next(text);
	}
	len = shell_ready(cm_probe_mode_shell()) ? cm_probe_history_take(text) : 0;
	if (len > 0) {
		show_frame(cm_probe_mode_shell(), text, len);
	}
	return len > 0;
}

static void writer(void *a, void *b, void *c)
{
	static char text[CM_PROBE_FRAME_MAX + 2];

	ARG_UNUSED(a);
	ARG_UNUSED(b);
	ARG_UNUSED(c);

	while (true) {
		k_sem_take(&work, K_FOREVER);
		writing = true;
		atomic_set(&ran, 1);
		while (write_or_show(text)) {
			atomic_set(&ran, 1);
		}
		writing = false;
	}
}

K_THREAD_DEFINE(cm_probe_writer, CONFIG_CM_PROBE_WRITER_STACK_SIZE, writer, NULL, NULL, NULL,
		WRITER_PRIORITY, 0, 0);
