/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Bytes to the native targets' pseudo terminal or stdout, past the shell and past the UART's driver,
 * which writes single bytes and loses them when the terminal is full.
 */

#include <zephyr/device.h>
#include <zephyr/drivers/uart.h>
#include <zephyr/init.h>

#include "posix_native_task.h"

#include "host.h"
#include "probe.h"

#define UART DT_CHOSEN(zephyr_shell_uart)

/* What the data of the UART's driver begins with, in all releases. */
struct files {
	int out;
	int in;
};

/* The files behind the shell's UART; NULL where a driver has it that is not known. */
static const struct files *files(void)
{
	if (DT_NODE_HAS_COMPAT(UART, zephyr_native_pty_uart) ||
	    DT_NODE_HAS_COMPAT(UART, zephyr_native_posix_uart)) {
		return DEVICE_DT_GET(UART)->data;
	}
	return NULL;
}

int cm_probe_port_native_in(void)
{
	return files() != NULL ? files()->in : -1;
}

void cm_probe_port_write(const char *data, size_t len)
{
	if (files() != NULL) {
		cm_probe_host_write(files()->out, data, len);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		uart_poll_out(DEVICE_DT_GET(UART), data[i]);
	}
}

void cm_probe_port_drain(void)
{
	if (files() != NULL) {
		cm_probe_host_drain(files()->out);
	}
}

uint32_t cm_probe_port_nonce(void)
{
	return cm_probe_host_nonce();
}

static int watch_init(void)
{
	if (IS_ENABLED(CONFIG_CM_PROBE_FAULT)) {
		cm_probe_host_on_death(cm_probe_fault_tell);
	}
	/* No time passes while the simulated CPU is busy, so no timer of the kernel can watch it. */
	cm_probe_host_watch(cm_probe_watch_progress, cm_probe_watch_loops,
			    CONFIG_CM_PROBE_STUCK_MS);
	return 0;
}

SYS_INIT(watch_init, APPLICATION, 0);

/* What the kernel logs after a fatal error. */
static void drain_at_exit(void)
{
	if (cm_probe_writer_is_panicking()) {
		cm_probe_port_drain();
	}
}

NATIVE_TASK(drain_at_exit, ON_EXIT, 0);
