/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Bytes to the shell's UART, past the shell.
 */

#include <zephyr/device.h>
#include <zephyr/drivers/uart.h>

#include "probe.h"

void cm_probe_port_write(const char *data, size_t len)
{
	const struct device *uart = DEVICE_DT_GET(DT_CHOSEN(zephyr_shell_uart));

	for (size_t i = 0; i < len; i++) {
		uart_poll_out(uart, data[i]);
	}
}

void cm_probe_port_drain(void)
{
}

uint32_t cm_probe_port_nonce(void)
{
	return 0;
}
