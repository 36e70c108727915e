/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Granted time on emulators and boards.
 *
 * The linker puts these functions between the kernel and the board's own timer driver, and between
 * the idle thread and the CPU. In human mode and while booting they only pass on what they get, so
 * that time goes as the hardware says. While the clock is held the driver's ticks are dropped, and
 * time moves in the idle thread alone, while a command is being executed. It runs when nothing else
 * can, so everything that can happen without time passing has happened by then. Only where something
 * never comes to rest, such as a loop without end, do the driver's ticks count, so that the watch sees it.
 */

#include <zephyr/drivers/timer/system_timer.h>
#include <zephyr/kernel.h>

#include "probe.h"

BUILD_ASSERT(IS_ENABLED(CONFIG_PREEMPT_ENABLED), "the idle thread must give way to the others");

void __real_sys_clock_announce(int32_t ticks);
void __real_sys_clock_set_timeout(int32_t ticks, bool idle);
uint32_t __real_sys_clock_elapsed(void);
void __real_arch_cpu_idle(void);

void __wrap_sys_clock_announce(int32_t ticks);
void __wrap_sys_clock_set_timeout(int32_t ticks, bool idle);
uint32_t __wrap_sys_clock_elapsed(void);
void __wrap_arch_cpu_idle(void);

/* The driver is asked for its ticks in slices; more at once are those of an emulator on a busy host. */
#define SLICE_TICKS    MAX(CONFIG_SYS_CLOCK_TICKS_PER_SEC / 20, 1)
#define RESTLESS_TICKS MAX(CONFIG_SYS_CLOCK_TICKS_PER_SEC, 1)

#define POLLS_AT_ONCE 300

static enum {
	GOES,    /* as the hardware says */
	HELD,    /* only as we say */
	RESUMES, /* from the driver's next announcement on it goes */
} state;

/* Ticks from the last announcement to the next timer; INT32_MAX or negative: there is none. */
static int32_t ticks_left;
/* Of the driver, since something last came to rest or a frame was written. */
static int32_t restless_ticks;
static uint32_t frames_written;

/* Since the last frame was written. */
static int polls;
static uint32_t frames_before_polls;

static unsigned int interrupts_on;
static k_tid_t reader; /* of commands */

/* Whether the driver's ticks count though the clock is held. */
static bool is_restless(int32_t ticks)
{
	if (frames_written != cm_probe_writer_frames()) {
		frames_written = cm_probe_writer_frames();
		restless_ticks = 0;
	}
	restless_ticks = MIN(restless_ticks + ticks, RESTLESS_TICKS);
	return restless_ticks == RESTLESS_TICKS;
}

void __wrap_sys_clock_announce(int32_t ticks)
{
	switch (state) {
	case GOES:
		__real_sys_clock_announce(ticks);
		break;
	case HELD:
		ticks = MIN(ticks, SLICE_TICKS);
		if (is_restless(ticks)) {
			__real_sys_clock_announce(ticks);
		}
		__real_sys_clock_set_timeout(SLICE_TICKS, false);
		break;
	case RESUMES:
		/* What it counted until now is not ours. */
		state = GOES;
		__real_sys_clock_set_timeout(ticks_left, false);
		break;
	}
}

void __wrap_sys_clock_set_timeout(int32_t ticks, bool idle)
{
	ticks_left = ticks;
	if (state == GOES) {
		__real_sys_clock_set_timeout(ticks, idle);
	}
}

uint32_t __wrap_sys_clock_elapsed(void)
{
	return state == GOES ? __real_sys_clock_elapsed() : 0;
}

static bool in_idle_thread(void)
{
	return k_thread_priority_get(k_current_get()) == K_IDLE_PRIO;
}

/*
 * A shell that polls does so by a timer, for which there is no time now. It is polled here: at first without a pause, as
 * the next command mostly comes soon, and then once a tick of the driver.
 */
static void wait_for_bytes(void)
{
	if (cm_probe_poll_shell(cm_probe_mode_shell())) {
		if (frames_before_polls != cm_probe_writer_frames()) {
			frames_before_polls = cm_probe_writer_frames();
			polls = 0;
		}
		if (polls < POLLS_AT_ONCE) {
			polls++;
			return;
		}
		__real_sys_clock_set_timeout(1, false);
	}
	__real_arch_cpu_idle();
}

/* The idle thread calls this with interrupts locked; they are on when it returns. */
void __wrap_arch_cpu_idle(void)
{
	if (state != HELD || !in_idle_thread()) {
		__real_arch_cpu_idle();
		return;
	}
	restless_ticks = 0;
	k_sched_lock();
	/* The shell, too, sleeps at times before it reads on. */
	if (!cm_probe_gate_is_executing() && !cm_probe_thread_has_time(reader)) {
		wait_for_bytes();
	} else if (cm_probe_writer_wake_if_behind()) {
		/* Frames go out before time moves. */
	} else if (ticks_left >= 0 && ticks_left < INT32_MAX) {
		__real_sys_clock_announce(ticks_left);
	} else {
		/* Only an interrupt can end this command. */
		__real_arch_cpu_idle();
	}
	irq_unlock(interrupts_on);
	/* Outside of an interrupt nothing else switches to the threads that are ready now. */
	k_sched_unlock();
}

void cm_probe_clock_hold(void)
{
	k_sched_lock();
	interrupts_on = irq_lock();
	if (state != HELD) {
		uint32_t passed = __wrap_sys_clock_elapsed();

		state = HELD;
		reader = k_current_get();
		__real_sys_clock_announce(passed);
		__real_sys_clock_set_timeout(SLICE_TICKS, false);
	}
	irq_unlock(interrupts_on);
	k_sched_unlock();
}

void cm_probe_clock_release(void)
{
	unsigned int key = irq_lock();

	if (state == HELD) {
		state = RESUMES;
		__real_sys_clock_set_timeout(1, false);
	}
	irq_unlock(key);
}
