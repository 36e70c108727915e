/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * @file
 * @brief Names of the threads in which things happen.
 */

#ifndef CM_PROBE_THREAD_H_
#define CM_PROBE_THREAD_H_

#include <zephyr/kernel.h>

/** shell (the thread that reads commands), wq, mgmt, or other. */
const char *cm_probe_thread_name(k_tid_t thread);

/** Notes that the present thread reads commands. */
void cm_probe_thread_is_shell(void);

/** Notes that the present thread runs net_mgmt callbacks. */
void cm_probe_thread_is_mgmt(void);

/** The thread that runs net_mgmt callbacks; NULL while it is not known. */
k_tid_t cm_probe_thread_mgmt(void);

/** The monitor's thread; NULL while it is not known. */
k_tid_t cm_probe_thread_monitor(void);

/** Looks for the dispatcher, by its name, and for the monitor's thread, where it waits for work. */
void cm_probe_thread_recognise(void);

#endif /* CM_PROBE_THREAD_H_ */
