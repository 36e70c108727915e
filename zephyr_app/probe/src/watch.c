/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Commands return, the dispatcher delivers, the monitor passes; a frame tells when one does not.
 *
 * A timer looks while a command is under way, as no thread need be able to run. What does not go on
 * for CONFIG_CM_PROBE_STUCK_MS, beside the time that it may take, is told once.
 */

#include "probe.h"

#define STUCK_MS CONFIG_CM_PROBE_STUCK_MS
#define LOOK_MS  (STUCK_MS / 4)

/* Whoever waits with a time limit, or sleeps, goes on by itself: it is told later. */
#define WITH_TIME_FACTOR 5

/*
 * The clock of an emulator jumps when its host was busy, and then the timer expires many times
 * before any thread runs. Looks of the timer count that have a time of their own; one from a thread
 * is enough, as all threads that matter go before those that read commands. Granted time does not jump.
 */
#define LOOKS_NEEDED 3

/* Something that has to go on. */
struct watched {
	const char *what;
	uint64_t progress; /* as it was when it was last seen to go on */
	int64_t since;     /* ms */
	int looks;
	bool told;
};

static struct watched command = {.what = "command"};
static struct watched dispatcher = {.what = "dispatcher"};
static struct watched monitor = {.what = "monitor"};

static uint32_t command_tag; /* 0: none is under way */
static k_tid_t command_thread;
static int64_t command_until; /* ms; what the command may take by itself */
static int64_t allowed_until; /* ms; what anybody may take by itself */

static const void *dispatcher_rest; /* NULL: not known */

/* The frame that was sent last, until it has been written. */
static uint32_t told_seq;
static bool told;

static void look(struct k_timer *timer);
static K_TIMER_DEFINE(timer, look, NULL);

static char text[CM_PROBE_FIELDS_MAX];

static struct cm_probe_frame compose(const struct watched *watched, int64_t ms,
				     struct k_thread *first, struct k_thread *more)
{
	struct cm_probe_frame frame;

	cm_probe_frame_begin(&frame, text, sizeof(text), "stuck");
	cm_probe_frame_text(&frame, "what", watched->what);
	cm_probe_frame_int(&frame, "tag", watched == &command ? command_tag : 0);
	cm_probe_frame_int(&frame, "ms", ms);
	cm_probe_thread_frame(&frame, first, more);
	return frame;
}

/* Tells when @p watched has not gone on for too long. */
static void judge(struct watched *watched, uint64_t progress, struct k_thread *thread,
		  struct k_thread *more, int64_t may_until, int looks)
{
	int64_t now = k_uptime_get();
	int64_t ms = now - MAX(watched->since, MAX(may_until, allowed_until));
	int64_t limit = cm_probe_thread_has_time(thread) ? STUCK_MS * WITH_TIME_FACTOR : STUCK_MS;

	if (progress != watched->progress) {
		watched->progress = progress;
		watched->since = now;
		watched->looks = 0;
		watched->told = false;
		return;
	}
	watched->looks = MIN(watched->looks + looks, LOOKS_NEEDED);
	if (!watched->told && ms >= limit && watched->looks >= LOOKS_NEEDED) {
		struct cm_probe_frame frame = compose(watched, now - watched->since, thread, more);

		watched->told = true;
		told_seq = cm_probe_frame_send(&frame);
		told = true;
		cm_probe_writer_wake_always();
	}
}

/* Neither at rest nor waiting for its turn, which is another's fault. */
static bool is_hung(const struct k_thread *thread, const void *rest)
{
	return thread == k_current_get() || cm_probe_thread_has_time(thread) ||
	       (cm_probe_thread_is_blocked(thread) && thread->base.pended_on != rest);
}

static void at_rest(struct watched *watched)
{
	watched->since = k_uptime_get();
	watched->looks = 0;
	watched->told = false;
}

/* Where they wait when there is nothing to do is learned while there is nothing to do. */
static void learn_rest(void)
{
	struct k_thread *thread;

	cm_probe_thread_recognise();
	thread = cm_probe_thread_mgmt();
	if (dispatcher_rest == NULL && CM_PROBE_EVENT_QUEUE_SIZE > 0 && thread != NULL &&
	    cm_probe_thread_is_blocked(thread) && cm_probe_event_queue_used() == 0) {
		dispatcher_rest = thread->base.pended_on;
	}
}

static void look_at_dispatcher(int looks)
{
	struct k_thread *thread = cm_probe_thread_mgmt();

	if (dispatcher_rest != NULL && is_hung(thread, dispatcher_rest)) {
		judge(&dispatcher, cm_probe_events_delivered(), thread, NULL, 0, looks);
	} else {
		at_rest(&dispatcher);
	}
}

static void look_at_monitor(int looks)
{
	struct k_thread *thread = cm_probe_thread_monitor();

	if (thread != NULL && (is_hung(thread, cm_probe_monitor_rest()) ||
			       (thread->base.thread_state & _THREAD_SUSPENDED) != 0)) {
		judge(&monitor, (uintptr_t)thread->base.pended_on, thread, NULL, 0, looks);
	} else {
		at_rest(&monitor);
	}
}

static void look_at_all(int looks)
{
	if (command_tag != 0) {
		struct k_thread *thread = cm_probe_thread_mgmt();

		judge(&command, command_tag, command_thread,
		      thread != NULL && is_hung(thread, dispatcher_rest) ? thread : NULL,
		      command_until, looks);
	}
	look_at_dispatcher(looks);
	look_at_monitor(looks);
}

static void look(struct k_timer *expired)
{
	static uint32_t last;
	unsigned int key;

	ARG_UNUSED(expired);
	if (!cm_probe_mode_is_granted() &&
	    k_cyc_to_ms_floor32(k_cycle_get_32() - last) < LOOK_MS / 2) {
		return;
	}
	last = k_cycle_get_32();
	key = irq_lock();
	/* No thread has written it since the last look. */
	if (told && cm_probe_history_waits(told_seq)) {
		cm_probe_writer_poll_out();
	}
	told = false;
	look_at_all(1);
	irq_unlock(key);
}

void cm_probe_watch_begin(uint32_t tag)
{
	unsigned int key = irq_lock();

	learn_rest();
	look_at_all(LOOKS_NEEDED);
	command_tag = tag;
	command_thread = k_current_get();
	command_until = 0;
	command.progress = tag;
	at_rest(&command);
	irq_unlock(key);
	k_timer_start(&timer, K_MSEC(LOOK_MS), K_MSEC(LOOK_MS));
}

void cm_probe_watch_end(void)
{
	unsigned int key = irq_lock();

	command_tag = 0;
	look_at_all(LOOKS_NEEDED);
	irq_unlock(key);
	k_timer_stop(&timer);
}

static void allow(int64_t *until, int64_t ms)
{
	unsigned int key = irq_lock();

	*until = MAX(*until, k_uptime_get()) + ms;
	irq_unlock(key);
}

void cm_probe_watch_allow_command(int64_t ms)
{
	allow(&command_until, ms);
}

void cm_probe_watch_allow(int64_t ms)
{
	allow(&allowed_until, ms);
}

uint64_t cm_probe_watch_progress(void)
{
	/* No command, no progress to be made. */
	static uint64_t idle;

	if (command_tag == 0) {
		return --idle;
	}
	return ((uint64_t)k_cycle_get_32() << 32) ^ cm_probe_history_next() ^ command_tag;
}

void cm_probe_watch_loops(void)
{
	if (command_tag != 0 && !command.told) {
		struct cm_probe_frame frame = compose(&command, STUCK_MS, command_thread, NULL);

		command.told = true;
		cm_probe_writer_panic();
		cm_probe_writer_pass(frame.text, frame.len, false);
	}
}
