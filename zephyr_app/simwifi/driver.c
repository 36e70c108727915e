/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * A Wi-Fi driver without a radio: iface wlan0, and the command "ap", which says how its access
 * point fares. It reports its carrier as newer drivers do, off until it is associated.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/device.h>
#include <zephyr/net/ethernet.h>
#include <zephyr/net/net_pkt.h>
#include <zephyr/net/wifi_mgmt.h>

#include <cm_probe/command.h>
#include <cm_probe/compat.h>

#include "../src/wifi.h"
#include "access_point.h"

#define ASSOCIATION_TIME K_MSEC(300)
#define BEACON_TIME      K_MSEC(100)

enum station {
	APART,
	TRYING,
	ASSOCIATED,
};

enum access_point {
	AP_ON,
	AP_OFF,    /* out of reach: what was associated hears no beacons any more */
	AP_MUTE,   /* associates, but carries no packets */
	AP_LOCKED, /* its password was changed: it takes no new stations */
};

static const char *const ap_words[] = {
	[AP_ON] = "on", [AP_OFF] = "off", [AP_MUTE] = "mute", [AP_LOCKED] = "locked"};

static struct {
	struct net_if *iface;
	uint8_t mac[6];
	enum station station;
	enum access_point ap;
	bool known; /* the station has the right name and password */
	struct k_work_delayable association;
	struct k_work_delayable beacon;
	struct k_work left;
	uint8_t frame[ACCESS_POINT_FRAME_MAX];
} wifi = {.mac = {0x02, 0x00, 0x5e, 0x00, 0x53, 0x00}};

static K_MUTEX_DEFINE(lock);

static void part(void)
{
	wifi.station = APART;
	net_if_carrier_off(wifi.iface);
}

static void associate(struct k_work *work)
{
	bool tried;
	bool success;

	ARG_UNUSED(work);
	k_mutex_lock(&lock, K_FOREVER);
	tried = wifi.station == TRYING;
	success = tried && wifi.known && (wifi.ap == AP_ON || wifi.ap == AP_MUTE);
	if (success) {
		wifi.station = ASSOCIATED;
		net_if_carrier_on(wifi.iface);
	} else if (tried) {
		wifi.station = APART;
	}
	k_mutex_unlock(&lock);
	if (tried) {
		wifi_mgmt_raise_connect_result_event(wifi.iface, success ? 0 : -ETIMEDOUT);
	}
}

static void miss_beacon(struct k_work *work)
{
	bool lost;

	ARG_UNUSED(work);
	k_mutex_lock(&lock, K_FOREVER);
	lost = wifi.station == ASSOCIATED && wifi.ap == AP_OFF;
	if (lost) {
		part();
	}
	k_mutex_unlock(&lock);
	if (lost) {
		wifi_mgmt_raise_disconnect_result_event(wifi.iface, -ENETDOWN);
	}
}

static void tell_left(struct k_work *work)
{
	ARG_UNUSED(work);
	wifi_mgmt_raise_disconnect_result_event(wifi.iface, 0);
}

static bool is(const uint8_t *bytes, size_t len, const char *text)
{
	return len == strlen(text) && memcmp(bytes, text, len) == 0;
}

static int join(struct wifi_connect_req_params *params)
{
	int rc = 0;

	k_mutex_lock(&lock, K_FOREVER);
	if (wifi.station == APART) {
		wifi.station = TRYING;
		wifi.known = is(params->ssid, params->ssid_length, CONFIG_CM_APP_WIFI_SSID) &&
			     is(params->psk, params->psk_length, CONFIG_CM_APP_WIFI_PSK);
		k_work_reschedule(&wifi.association, ASSOCIATION_TIME);
	} else {
		rc = -EALREADY;
	}
	k_mutex_unlock(&lock);
	return rc;
}

static int leave(void)
{
	k_mutex_lock(&lock, K_FOREVER);
	if (wifi.station != APART) {
		k_work_cancel_delayable(&wifi.association);
		part();
		k_work_submit(&wifi.left);
	}
	k_mutex_unlock(&lock);
	return 0;
}

static int tell_status(struct wifi_iface_status *status)
{
	static const int states[] = {[APART] = WIFI_STATE_DISCONNECTED,
				     [TRYING] = WIFI_STATE_ASSOCIATING,
				     [ASSOCIATED] = WIFI_STATE_COMPLETED};

	*status = (struct wifi_iface_status){
		.state = states[wifi.station],
		.iface_mode = WIFI_MODE_INFRA,
		.band = WIFI_FREQ_BAND_2_4_GHZ,
		.security = WIFI_SECURITY_TYPE_PSK,
	};
	return 0;
}

/* Lets the access point answer a packet at once, as a loopback would. */
static int answered(struct net_pkt *pkt)
{
	size_t len = net_pkt_get_len(pkt);
	struct net_pkt *answer;

	if (wifi.station != ASSOCIATED || wifi.ap != AP_ON || len > sizeof(wifi.frame) ||
	    net_pkt_read(pkt, wifi.frame, len) < 0) {
		return 0;
	}
	len = access_point_answer(wifi.frame, len);
	if (len == 0) {
		return 0;
	}
	answer = net_pkt_rx_alloc_with_buffer(wifi.iface, len, NET_AF_UNSPEC, 0, K_NO_WAIT);
	if (answer == NULL) {
		return 0;
	}
	if (net_pkt_write(answer, wifi.frame, len) < 0 || net_recv_data(wifi.iface, answer) < 0) {
		net_pkt_unref(answer);
	}
	return 0;
}

CM_PROBE_DRIVER_FUNCTION_DEFINE(driver_join, int, join(params),
				struct wifi_connect_req_params *params)
CM_PROBE_DRIVER_FUNCTION_DEFINE(driver_leave, int, leave())
CM_PROBE_DRIVER_FUNCTION_DEFINE(driver_status, int, tell_status(status),
				struct wifi_iface_status *status)
CM_PROBE_DRIVER_FUNCTION_DEFINE(driver_send, int, answered(pkt), struct net_pkt *pkt)
CM_PROBE_DRIVER_FUNCTION_DEFINE(driver_capabilities, enum ethernet_hw_caps,
				ETHERNET_HW_TX_CHKSUM_OFFLOAD | ETHERNET_HW_RX_CHKSUM_OFFLOAD)

#define WIFI(_member, _name)     CM_PROBE_DRIVER_FUNCTION(struct wifi_mgmt_ops, _member, _name)
#define ETHERNET(_member, _name) CM_PROBE_DRIVER_FUNCTION(struct ethernet_api, _member, _name)

static void iface_init(struct net_if *iface)
{
	struct ethernet_context *context = net_if_l2_data(iface);

	wifi.iface = iface;
	k_work_init_delayable(&wifi.association, associate);
	k_work_init_delayable(&wifi.beacon, miss_beacon);
	k_work_init(&wifi.left, tell_left);
	net_if_set_link_addr(iface, wifi.mac, sizeof(wifi.mac), NET_LINK_ETHERNET);
	context->eth_if_type = L2_ETH_IF_TYPE_WIFI;
	ethernet_init(iface);
	net_if_carrier_off(iface);
}

static const struct wifi_mgmt_ops ops = {
	.connect = WIFI(connect, driver_join),
	.disconnect = WIFI(disconnect, driver_leave),
	.iface_status = WIFI(iface_status, driver_status),
};

static const struct net_wifi_mgmt_offload api = {
	.wifi_iface.iface_api.init = iface_init,
	.wifi_iface.get_capabilities = ETHERNET(get_capabilities, driver_capabilities),
	.wifi_iface.send = ETHERNET(send, driver_send),
	.wifi_mgmt_api = &ops,
};

/* The identifier sorts before those of the application's ifaces. */
NET_DEVICE_INIT(board_wlan0, "wlan0", NULL, NULL, NULL, NULL, CONFIG_WIFI_INIT_PRIORITY, &api,
		ETHERNET_L2, NET_L2_GET_CTX_TYPE(ETHERNET_L2), NET_ETH_MTU);
CONN_MGR_BIND_CONN(board_wlan0, CONNECTIVITY_WIFI_MGMT);

static void set_ap(enum access_point ap)
{
	k_mutex_lock(&lock, K_FOREVER);
	wifi.ap = ap;
	if (ap == AP_OFF) {
		k_work_schedule(&wifi.beacon, BEACON_TIME);
	}
	k_mutex_unlock(&lock);
}

static int cm_probe_cmd_ap(struct cm_probe_call *call)
{
	for (size_t i = 0; i < ARRAY_SIZE(ap_words); i++) {
		if (strcmp(call->argv[1], ap_words[i]) == 0) {
			set_ap(i);
			return 0;
		}
	}
	return cm_probe_command_bad(call, "value");
}
CM_PROBE_COMMAND_DEFINE(ap, "ap", 1, 1, "on|off|mute|locked: how the access point fares");

static void reset(void)
{
	set_ap(AP_ON);
}
CM_PROBE_RESET_DEFINE(reset);
