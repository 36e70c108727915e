/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Granted time on native targets.
 *
 * Simulated time moves only while every thread sleeps. This thread is the last to run. It waits in a
 * host call for the next command, so that the simulated CPU stands still.
 */

#include <errno.h>

#include <zephyr/init.h>
#include <zephyr/sys/printk.h>

#include "host.h"
#include "probe.h"

static K_THREAD_STACK_DEFINE(stack, CONFIG_CM_PROBE_GATE_STACK_SIZE);
static struct k_thread thread;

static void gate(void *fd, void *b, void *c)
{
	static uint8_t data[512];

	ARG_UNUSED(b);
	ARG_UNUSED(c);
	/* The shell's thread, which has run by now, switched its log on. */
	cm_probe_shell_log(cm_probe_mode_shell(), false);
	cm_probe_gate_feed(data, 0);
	while (true) {
		cm_probe_gate_feed(data,
				   cm_probe_host_read(POINTER_TO_INT(fd), data, sizeof(data)));
	}
}

static int gate_init(void)
{
	int fd = cm_probe_port_native_in();

	if (!cm_probe_host_granted()) {
		return 0;
	}
	if (fd < 0) {
		printk("CM_PROBE_GRANTED needs a UART on a pseudo terminal, or on stdin\n");
		return -ENODEV;
	}
	cm_probe_mode_start_granted();
	k_thread_create(&thread, stack, K_THREAD_STACK_SIZEOF(stack), gate, INT_TO_POINTER(fd),
			NULL, NULL, CM_PROBE_GATE_PRIORITY, 0, K_NO_WAIT);
	k_thread_name_set(&thread, "cm_gate");
	return 0;
}

SYS_INIT(gate_init, APPLICATION, 0);
