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
 * time moves in one place alone: in the idle thread, while a command is being executed. It runs when
 * nothing else can, so everything that can happen without time passing has happened by then.
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

static enum {
	GOES,    /* as the hardware says */
	HELD,    /* only as we say */
	RESUMES, /* from the driver's next announcement on it goes */
} state;

/* Ticks from the last announcement to the next timer; INT32_MAX or negative: there is none. */
static int32_t ticks_left;
static unsigned int interrupts_on;
static k_tid_t reader; /* of commands */

void __wrap_sys_clock_announce(int32_t ticks)
{
	switch (state) {
	case GOES:
		__real_sys_clock_announce(ticks);
		break;
	case HELD:
		/* The less the hardware interrupts the better. */
		__real_sys_clock_set_timeout(INT32_MAX, false);
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

static void wait_for_bytes(void)
{
	/* A shell that polls does so by a timer, for which there is no time now. */
	if (!cm_poll_shell(cm_mode_shell())) {
		__real_arch_cpu_idle();
	}
}

/* The idle thread calls this with interrupts locked; they are on when it returns. */
void __wrap_arch_cpu_idle(void)
{
	if (state != HELD || !in_idle_thread()) {
		__real_arch_cpu_idle();
		return;
	}
	k_sched_lock();
	/* The shell, too, sleeps at times before it reads on. */
	if (!cm_gate_is_executing() && !cm_thread_has_time(reader)) {
		wait_for_bytes();
	} else if (cm_writer_wake_if_behind()) {
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

void cm_clock_hold(void)
{
	k_sched_lock();
	interrupts_on = irq_lock();
	if (state != HELD) {
		uint32_t passed = __wrap_sys_clock_elapsed();

		state = HELD;
		reader = k_current_get();
		__real_sys_clock_announce(passed);
		__real_sys_clock_set_timeout(INT32_MAX, false);
	}
	irq_unlock(interrupts_on);
	k_sched_unlock();
}

void cm_clock_release(void)
{
	unsigned int key = irq_lock();

	if (state == HELD) {
		state = RESUMES;
		__real_sys_clock_set_timeout(1, false);
	}
	irq_unlock(key);
}
