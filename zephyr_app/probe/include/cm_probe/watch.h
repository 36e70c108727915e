/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * @file
 * @brief Time that is meant to be spent, so that nobody is called stuck for it.
 */

#ifndef CM_PROBE_WATCH_H_
#define CM_PROBE_WATCH_H_

#include <stdint.h>

/** The command under way may take @p ms from now; 0: it has just gone on. */
void cm_probe_watch_allow_command(int64_t ms);

/** Whoever calls this may block for @p ms, and with it everybody who waits for it. */
void cm_probe_watch_allow(int64_t ms);

#endif /* CM_PROBE_WATCH_H_ */
