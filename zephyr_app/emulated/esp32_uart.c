/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Before Zephyr changes the clock of an ESP32 it calls a function of the ROM that waits until the UART has
 * sent all. In Espressif's QEMU 8 it never returns: it waits for the end of TX_DONE, which is set there
 * whenever nothing is left to send. ESP-IDF replaces the function, too, since it has a bug on the chip.
 */

#include <esp_rom_uart.h>
#include <hal/uart_ll.h>

#include <zephyr/toolchain.h>

/* The linker takes the ROM's only where there is no other; Zephyr's own, if it has one, comes first. */
__weak void esp_rom_uart_tx_wait_idle(uint8_t number)
{
	while (!uart_ll_is_tx_idle(UART_LL_GET_HW(number))) {
	}
}
