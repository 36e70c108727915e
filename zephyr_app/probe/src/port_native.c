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

uint32_t cm_port_nonce(void)
{
	return cm_host_nonce();
}
