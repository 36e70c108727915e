/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Human and machine mode.
 */

#include <zephyr/init.h>

#include "probe.h"

#define ECHO_MS 100

static bool machine;
static bool granted;
static bool leaving;
#if defined(CONFIG_CM_PROBE_CLOCK)
static int priority; /* of the shell's thread for people */
#endif

bool cm_probe_mode_is_machine(void)
{
	return machine;
}

bool cm_probe_mode_is_granted(void)
{
	return granted;
}

const struct shell *cm_probe_mode_shell(void)
{
	return shell_backend_uart_get_ptr();
}

CM_PROBE_BYPASS_DEFINE(read_bytes)
{
	ARG_UNUSED(sh);
	if (granted) {
		cm_probe_gate_feed(data, len);
	} else {
		cm_probe_machine_feed(data, len);
	}
}

CM_PROBE_BYPASS_DEFINE(ignore_bytes)
{
	ARG_UNUSED(sh);
	ARG_UNUSED(data);
	ARG_UNUSED(len);
}

/* The shell's thread becomes the last to run: when it reads a command all else has come to rest. */
static void grant(void)
{
#if defined(CONFIG_CM_PROBE_CLOCK)
	priority = k_thread_priority_get(k_current_get());
	k_thread_priority_set(k_current_get(), CM_PROBE_GATE_PRIORITY);
	cm_probe_stop_shell_poll(cm_probe_mode_shell());
	granted = true;
	cm_probe_clock_hold();
#endif
}

static void stop_granting(void)
{
#if defined(CONFIG_CM_PROBE_CLOCK)
	granted = false;
	cm_probe_clock_release();
	cm_probe_start_shell_poll(cm_probe_mode_shell());
	k_thread_priority_set(k_current_get(), priority);
#endif
}

/* The shell's echo may still be on its way out. */
static void wait_for_echo(const struct shell *sh)
{
	for (int waited = 0; waited < ECHO_MS && cm_probe_shell_is_writing(sh); waited++) {
		k_msleep(1);
	}
}

void cm_probe_mode_enter_machine(const struct shell *sh, const char *challenge)
{
	uint32_t next = cm_probe_history_next();

	if (!machine) {
		cm_probe_set_bypass(sh, read_bytes);
		cm_probe_shell_log(sh, false);
		cm_probe_shell_forget_log(sh);
		wait_for_echo(sh);
		/* Not before the writer's next turn, which comes with the shell's lower priority. */
		cm_probe_history_skip_to(next);
		machine = true;
		grant();
	}
	cm_probe_hello_send(challenge);
}

void cm_probe_mode_leave_machine(void)
{
	leaving = true;
}

void cm_probe_mode_after_reply(void)
{
	if (leaving) {
		leaving = false;
		cm_probe_writer_drain();
		machine = false;
		cm_probe_history_seal(0);
		stop_granting();
		cm_probe_shell_log(cm_probe_mode_shell(), true);
		cm_probe_set_bypass(cm_probe_mode_shell(), NULL);
	}
}

void cm_probe_mode_start_granted(void)
{
	cm_probe_set_bypass(cm_probe_mode_shell(), ignore_bytes);
	cm_probe_stop_shell_poll(cm_probe_mode_shell());
	granted = true;
	machine = true;
}
