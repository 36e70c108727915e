/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

#include <cm_probe/thread.h>

static k_tid_t shell_thread;
static k_tid_t mgmt_thread;

void cm_thread_is_shell(void)
{
	shell_thread = k_current_get();
}

void cm_thread_is_mgmt(void)
{
	mgmt_thread = k_current_get();
}

const char *cm_thread_name(k_tid_t thread)
{
	if (thread == shell_thread) {
		return "shell";
	} else if (thread == mgmt_thread) {
		return "mgmt";
	} else if (thread == &k_sys_work_q.thread) {
		return "wq";
	}
	return "other";
}
