/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Espressif's QEMU leaves out two registers of the ESP32-C3, those that tell which sources of
 * interrupts are active: they read as zero. Zephyr asks nothing else, and takes each interrupt
 * for a spurious one. Here the source is known by the line at which the CPU was interrupted.
 */

#include <soc/interrupt_reg.h>
#include <soc/periph_defs.h>
#include <soc/soc.h>

#include <zephyr/arch/riscv/csr.h>
#include <zephyr/drivers/interrupt_controller/intc_esp32c3.h>
#include <zephyr/kernel.h>

#define SOURCES_PER_MASK 32
#define LINES_MASK       0x1f

uint32_t __wrap_soc_intr_get_next_source(void);

uint32_t __wrap_soc_intr_get_next_source(void)
{
	uint32_t line = csr_read(mcause) & LINES_MASK;

	for (uint32_t source = 0; source < ETS_MAX_INTR_SOURCE; source++) {
		uint32_t enabled = esp_intr_get_enabled_intmask(source / SOURCES_PER_MASK);
		uint32_t its_line = DR_REG_INTERRUPT_CORE0_BASE + source * sizeof(uint32_t);

		if ((enabled & BIT(source % SOURCES_PER_MASK)) != 0 && REG_READ(its_line) == line) {
			return source;
		}
	}
	return ETS_MAX_INTR_SOURCE;
}
