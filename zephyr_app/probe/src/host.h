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
bool cm_host_granted(void);

/** The UART's end of its pseudo terminal; -1 when it has none. */
int cm_host_pty(void);

/**
 * @brief Waits for bytes; the whole simulated CPU and its time stand still meanwhile.
 *
 * @return number of bytes read, at least 1
 */
int cm_host_read(int fd, uint8_t *data, size_t size);

/** Writes all bytes, or drops them when no client has the pseudo terminal open. */
void cm_host_write(int fd, const char *data, size_t len);

uint32_t cm_host_nonce(void);

#endif /* CM_PROBE_HOST_H_ */
