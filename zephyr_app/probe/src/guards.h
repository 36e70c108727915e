/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * @file
 * @brief Which lock guards which variable, learned from what threads do.
 */

#ifndef CM_PROBE_GUARDS_H_
#define CM_PROBE_GUARDS_H_

#include <zephyr/kernel.h>

/** The present thread has taken a lock, perhaps once more. */
void cm_probe_guards_locked(const struct k_mutex *mutex);
/** The present thread gives a lock back, perhaps for the last time. */
void cm_probe_guards_unlocked(const struct k_mutex *mutex);
/** The present thread accesses a variable, at @p pc; tells if no lock guards it. */
void cm_probe_guards_accessed(const void *address, bool writes, uintptr_t pc);

#endif /* CM_PROBE_GUARDS_H_ */
