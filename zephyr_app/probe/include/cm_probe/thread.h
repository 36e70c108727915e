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
const char *cm_thread_name(k_tid_t thread);

/** Notes that the present thread reads commands. */
void cm_thread_is_shell(void);

/** Notes that the present thread runs net_mgmt callbacks. */
void cm_thread_is_mgmt(void);

#endif /* CM_PROBE_THREAD_H_ */
