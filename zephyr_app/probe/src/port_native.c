/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Bytes to the native targets' pseudo terminal, past the shell and past the UART's driver, which
 * writes single bytes and loses them when the terminal is full.
 */

#include <zephyr/device.h>
#include <zephyr/drivers/uart.h>
#include <zephyr/init.h>

#include "posix_native_task.h"

#include "host.h"
#include "probe.h"

void cm_port_write(const char *data, size_t len)
{
	static int fd = -2;

	if (fd == -2) {
		fd = cm_host_pty();
	}
	if (fd >= 0) {
		cm_host_write(fd, data, len);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		uart_poll_out(DEVICE_DT_GET(DT_CHOSEN(zephyr_shell_uart)), data[i]);
	}
}

void cm_port_drain(void)
{
	cm_host_drain();
}

uint32_t cm_port_nonce(void)
{
	return cm_host_nonce();
}

static int watch_init(void)
{
	if (IS_ENABLED(CONFIG_CM_PROBE_FAULT)) {
		cm_host_on_death(cm_fault_tell);
	}
	/* No time passes while the simulated CPU is busy, so no timer of the kernel can watch it. */
	cm_host_watch(cm_watch_progress, cm_watch_loops, CONFIG_CM_PROBE_STUCK_MS);
	return 0;
}

SYS_INIT(watch_init, APPLICATION, 0);

/* What the kernel logs after a fatal error. */
static void drain_at_exit(void)
{
	if (cm_writer_is_panicking()) {
		cm_host_drain();
	}
}

NATIVE_TASK(drain_at_exit, ON_EXIT, 0);
