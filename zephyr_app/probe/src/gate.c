/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Commands in granted time. The thread that reads them is the last to run, so that everything that
 * can happen without time passing has happened before it reads the next one. Time moves only while
 * a command is being executed and nothing can run: on native targets the simulator sees to that
 * (gate_native.c), elsewhere the idle thread (clock.c).
 */

#include "probe.h"

static bool executing;

void cm_probe_gate_feed(const uint8_t *data, size_t len)
{
	executing = true;
	cm_probe_machine_feed(data, len);
	/* Others of this priority, too, go first. */
	k_yield();
	if (cm_probe_mode_is_granted()) {
		cm_probe_writer_flush();
	}
	executing = false;
}

bool cm_probe_gate_is_executing(void)
{
	return executing;
}
