/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * @file
 * @brief The host's side of the native targets. Compiled for the host, so no Zephyr header here.
 */

#ifndef CM_PROBE_HOST_H_
#define CM_PROBE_HOST_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Whether the environment asks for granted time; if so, signals end the process at once. */
bool cm_probe_host_granted(void);

/**
 * @brief Waits for bytes; the whole simulated CPU and its time stand still meanwhile.
 *
 * @return number of bytes read, at least 1
 */
int cm_probe_host_read(int fd, uint8_t *data, size_t size);

/** Writes all bytes, or drops them when no client has the pseudo terminal open. */
void cm_probe_host_write(int fd, const char *data, size_t len);

uint32_t cm_probe_host_nonce(void);

/** Waits a little until the client has read what was written to @p fd; the end would throw it away. */
void cm_probe_host_drain(int fd);

/**
 * @brief Calls @p died when the program is about to die: by a signal of its own, or after a
 * sanitizer's report. Then it dies as it would have.
 */
void cm_probe_host_on_death(void (*died)(const char *reason, uintptr_t pc, const char *text));

/**
 * @brief Calls @p loops, from a thread of the host, when the program used @p ms of the host's CPU
 * without a change of what @p progress returns.
 */
void cm_probe_host_watch(uint64_t (*progress)(void), void (*loops)(void), int ms);

#endif /* CM_PROBE_HOST_H_ */
