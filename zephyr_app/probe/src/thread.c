/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

#include <string.h>

#include <zephyr/kernel_structs.h>

#include <cm_probe/compat.h>
#include <cm_probe/thread.h>

static k_tid_t shell_thread;
static k_tid_t mgmt_thread;
static k_tid_t monitor_thread;

void cm_probe_thread_is_shell(void)
{
	shell_thread = k_current_get();
}

void cm_probe_thread_is_mgmt(void)
{
	mgmt_thread = k_current_get();
}

k_tid_t cm_probe_thread_mgmt(void)
{
	return mgmt_thread;
}

k_tid_t cm_probe_thread_monitor(void)
{
	return monitor_thread;
}

static void recognise(const struct k_thread *thread, void *unused)
{
	const char *name = k_thread_name_get((k_tid_t)thread);

	ARG_UNUSED(unused);
	if (mgmt_thread == NULL && name != NULL && strcmp(name, "net_mgmt") == 0) {
		mgmt_thread = (k_tid_t)thread;
	}
	/* It has no name in older releases. */
	if (monitor_thread == NULL && (thread->base.thread_state & _THREAD_PENDING) != 0 &&
	    thread->base.pended_on == cm_probe_monitor_rest()) {
		monitor_thread = (k_tid_t)thread;
	}
}

void cm_probe_thread_recognise(void)
{
	if (IS_ENABLED(CONFIG_NET_MGMT_EVENT_SYSTEM_WORKQUEUE)) {
		mgmt_thread = k_work_queue_thread_get(&k_sys_work_q);
	}
	if (mgmt_thread == NULL || monitor_thread == NULL) {
		k_thread_foreach(recognise, NULL);
	}
}

const char *cm_probe_thread_name(k_tid_t thread)
{
	if (thread == shell_thread) {
		return "shell";
	} else if (thread == mgmt_thread) {
		return "mgmt";
	} else if (thread == k_work_queue_thread_get(&k_sys_work_q)) {
		return "wq";
	}
	return "other";
}
