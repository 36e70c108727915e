/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * @file
 * @brief The other end of the simulated Wi-Fi: a host that answers ARP, ping, and DHCP.
 *
 * It is 198.51.100.1 and has one address to give, 198.51.100.2.
 */

#ifndef CM_SIMWIFI_ACCESS_POINT_H_
#define CM_SIMWIFI_ACCESS_POINT_H_

#include <stddef.h>
#include <stdint.h>

/** Longest frame that it sends or understands. */
#define ACCESS_POINT_FRAME_MAX 600

/**
 * @brief Turns a frame into the answer to it.
 *
 * @param frame an Ethernet frame in a buffer of ACCESS_POINT_FRAME_MAX bytes
 * @param len its length
 *
 * @return the answer's length, 0 for none
 */
size_t access_point_answer(uint8_t *frame, size_t len);

#endif /* CM_SIMWIFI_ACCESS_POINT_H_ */
