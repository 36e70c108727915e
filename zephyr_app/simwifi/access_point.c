/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Answers are made in place. Checksums are left out: the driver says that it has checked them.
 */

#include <string.h>

#include <zephyr/sys/byteorder.h>
#include <zephyr/sys/util.h>

#include "access_point.h"

/* Where things are in a frame. */
#define ETH_SOURCE    6
#define ETH_TYPE      12
#define ETH_DATA      14
#define ARP_OPERATION (ETH_DATA + 6)
#define ARP_SENDER    (ETH_DATA + 8)
#define ARP_TARGET    (ETH_DATA + 18)
#define ARP_END       (ETH_DATA + 28)
#define IP_LENGTH     (ETH_DATA + 2)
#define IP_PROTOCOL   (ETH_DATA + 9)
#define IP_SOURCE     (ETH_DATA + 12)
#define IP_TARGET     (ETH_DATA + 16)
#define IP_DATA       (ETH_DATA + 20)
#define UDP_SOURCE    IP_DATA
#define UDP_TARGET    (IP_DATA + 2)
#define UDP_LENGTH    (IP_DATA + 4)
#define DHCP          (IP_DATA + 8)
#define DHCP_YOURS    (DHCP + 16)
#define DHCP_OPTIONS  (DHCP + 240)

#define TYPE_ARP  0x0806
#define TYPE_IPV4 0x0800

#define PROTOCOL_ICMP 1
#define PROTOCOL_UDP  17

#define DHCP_SERVER 67
#define DHCP_CLIENT 68

enum {
	DHCP_DISCOVER = 1,
	DHCP_OFFER = 2,
	DHCP_REQUEST = 3,
	DHCP_ACK = 5,
};

#define OPTION_TYPE 53
#define OPTION_END  255

static const uint8_t our_mac[] = {0x02, 0x00, 0x5e, 0x00, 0x53, 0xa0};
static const uint8_t our_ip[] = {198, 51, 100, 1};
static const uint8_t lease[] = {198, 51, 100, 2};
static const uint8_t everybody[] = {255, 255, 255, 255};

static bool is_for_us(const uint8_t *ip)
{
	return memcmp(ip, our_ip, sizeof(our_ip)) == 0;
}

static size_t answer_arp(uint8_t *frame, size_t len)
{
	if (len < ARP_END || sys_get_be16(frame + ARP_OPERATION) != 1 ||
	    !is_for_us(frame + ARP_TARGET + 6)) {
		return 0;
	}
	sys_put_be16(2, frame + ARP_OPERATION);
	memcpy(frame + ARP_TARGET, frame + ARP_SENDER, 10);
	memcpy(frame + ARP_SENDER, our_mac, 6);
	memcpy(frame + ARP_SENDER + 6, our_ip, 4);
	return len;
}

static size_t answer_ping(uint8_t *frame, size_t len)
{
	if (len < IP_DATA + 8 || frame[IP_DATA] != 8 || !is_for_us(frame + IP_TARGET)) {
		return 0;
	}
	frame[IP_DATA] = 0;
	memcpy(frame + IP_TARGET, frame + IP_SOURCE, 4);
	memcpy(frame + IP_SOURCE, our_ip, 4);
	return len;
}

/* The value of the DHCP message type; 0 when there is none. */
static uint8_t dhcp_type(const uint8_t *frame, size_t len)
{
	size_t at = DHCP_OPTIONS;

	while (at + 2 < len && frame[at] != OPTION_END) {
		if (frame[at] == OPTION_TYPE) {
			return frame[at + 2];
		}
		at += frame[at] == 0 ? 1 : 2 + frame[at + 1];
	}
	return 0;
}

static size_t answer_dhcp(uint8_t *frame, size_t len)
{
	const uint8_t type = dhcp_type(frame, len);
	const uint8_t options[] = {
		OPTION_TYPE, 1, type == DHCP_DISCOVER ? DHCP_OFFER : DHCP_ACK,
		54, 4, 198, 51, 100, 1, /* server */
		51, 4, 0, 0, 14, 16,    /* lease time: an hour */
		1, 4, 255, 255, 255, 0, /* subnet mask */
		3, 4, 198, 51, 100, 1,  /* router */
		OPTION_END,
	};

	if (type != DHCP_DISCOVER && type != DHCP_REQUEST) {
		return 0;
	}
	frame[DHCP] = 2; /* a reply */
	memcpy(frame + DHCP_YOURS, lease, sizeof(lease));
	memcpy(frame + DHCP_OPTIONS, options, sizeof(options));
	len = DHCP_OPTIONS + sizeof(options);
	sys_put_be16(len - ETH_DATA, frame + IP_LENGTH);
	sys_put_be16(len - IP_DATA, frame + UDP_LENGTH);
	sys_put_be16(DHCP_SERVER, frame + UDP_SOURCE);
	sys_put_be16(DHCP_CLIENT, frame + UDP_TARGET);
	memcpy(frame + IP_SOURCE, our_ip, 4);
	memcpy(frame + IP_TARGET, everybody, 4);
	return len;
}

static size_t answer_ipv4(uint8_t *frame, size_t len)
{
	if (len < IP_DATA || frame[ETH_DATA] != 0x45) {
		return 0;
	}
	if (frame[IP_PROTOCOL] == PROTOCOL_ICMP) {
		return answer_ping(frame, len);
	}
	if (frame[IP_PROTOCOL] == PROTOCOL_UDP && len > DHCP_OPTIONS &&
	    sys_get_be16(frame + UDP_TARGET) == DHCP_SERVER) {
		return answer_dhcp(frame, len);
	}
	return 0;
}

size_t access_point_answer(uint8_t *frame, size_t len)
{
	size_t answer = 0;

	if (len < ETH_DATA) {
		return 0;
	}
	if (sys_get_be16(frame + ETH_TYPE) == TYPE_ARP) {
		answer = answer_arp(frame, len);
	} else if (sys_get_be16(frame + ETH_TYPE) == TYPE_IPV4) {
		answer = answer_ipv4(frame, len);
	}
	memcpy(frame, frame + ETH_SOURCE, sizeof(our_mac));
	memcpy(frame + ETH_SOURCE, our_mac, sizeof(our_mac));
	return answer;
}
