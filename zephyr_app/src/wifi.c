/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * A connectivity implementation for every driver that offers wifi_mgmt.
 *
 * The dormant flag says whether the iface is associated, whatever its driver does with the carrier.
 * Drivers may block, so they are asked from a work queue of our own. One that gives up is asked
 * again until the attempt ends; one that cannot be asked ends it. State is guarded by the binding's
 * lock.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/init.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/wifi_mgmt.h>

#include <cm_probe/command.h>
#include <cm_probe/compat.h>

#include "wifi.h"

LOG_MODULE_REGISTER(cm_wifi, CONFIG_NET_CONNECTION_MANAGER_LOG_LEVEL);

#define ASK_AGAIN K_MSEC(1000)

enum state {
	IDLE,
	CONNECTING,
	CONNECTED,
};

struct text {
	uint8_t len;
	uint8_t bytes[MAX(WIFI_SSID_MAX_LEN, WIFI_PSK_MAX_LEN)];
};

struct wifi_conn {
	struct conn_mgr_conn_binding *binding; /* NULL: not in use */
	enum state state;
	bool held;  /* the driver may have an attempt or an association of ours */
	bool stale; /* and has to end it before it is asked for another */
	int64_t timeout_at; /* ticks; a timeout that is early belongs to an attempt before */
	struct k_work_delayable ask;
	struct k_work_delayable timeout;
	struct text ssid;
	struct text psk;
};

/* A binding's context is but a pointer, because the name's context type is void *. */
static struct wifi_conn conns[CONFIG_CM_APP_WIFI_IFACES];

static struct net_mgmt_event_callback wifi_callback;
static struct net_mgmt_event_callback iface_callback;

static struct k_work_q queue;
static K_KERNEL_STACK_DEFINE(queue_stack, CONFIG_CM_APP_WIFI_STACK_SIZE);

static struct wifi_conn *conn_of(const struct conn_mgr_conn_binding *binding)
{
	return *(struct wifi_conn **)binding->ctx;
}

static void set_text(struct text *text, const void *bytes, size_t len)
{
	memcpy(text->bytes, bytes, len);
	text->len = len;
}

static void begin(struct wifi_conn *conn)
{
	int seconds = conn->binding->timeout;

	conn->state = CONNECTING;
	if (seconds > CONN_MGR_IF_NO_TIMEOUT) {
		conn->timeout_at = k_uptime_ticks() + k_ms_to_ticks_ceil64(seconds * 1000LL);
		k_work_reschedule_for_queue(&queue, &conn->timeout, K_SECONDS(seconds));
	}
	k_work_reschedule_for_queue(&queue, &conn->ask, K_NO_WAIT);
}

static void end(struct wifi_conn *conn)
{
	conn->state = IDLE;
	conn->stale |= conn->held;
	k_work_cancel_delayable(&conn->timeout);
	k_work_reschedule_for_queue(&queue, &conn->ask, K_NO_WAIT);
	net_if_dormant_on(conn->binding->iface);
}

static int ask_to_connect(struct net_if *iface, struct text *ssid, struct text *psk)
{
	struct wifi_connect_req_params params = {
		.ssid = ssid->bytes,
		.ssid_length = ssid->len,
		.psk = psk->bytes,
		.psk_length = psk->len,
		.channel = WIFI_CHANNEL_ANY,
		.security = psk->len > 0 ? WIFI_SECURITY_TYPE_PSK : WIFI_SECURITY_TYPE_NONE,
		.mfp = WIFI_MFP_OPTIONAL,
		.timeout = SYS_FOREVER_MS,
	};

	return net_mgmt(NET_REQUEST_WIFI_CONNECT, iface, &params, sizeof(params));
}

/* Tells the driver what is wanted of it. */
static void ask(struct k_work *work)
{
	struct wifi_conn *conn =
		CONTAINER_OF(k_work_delayable_from_work(work), struct wifi_conn, ask);
	struct net_if *iface = conn->binding->iface;
	struct text ssid;
	struct text psk;
	bool stop;
	bool start;
	int rc = 0;

	conn_mgr_binding_lock(conn->binding);
	stop = conn->stale;
	start = conn->state == CONNECTING;
	conn->stale = false;
	conn->held = start;
	ssid = conn->ssid;
	psk = conn->psk;
	conn_mgr_binding_unlock(conn->binding);

	/* Newer releases refuse it while the iface is admin-down; it is asked for when that is over. */
	if (stop && net_mgmt(NET_REQUEST_WIFI_DISCONNECT, iface, NULL, 0) == -ENETDOWN) {
		conn_mgr_binding_lock(conn->binding);
		conn->stale = true;
		if (net_if_is_admin_up(iface)) {
			k_work_reschedule_for_queue(&queue, &conn->ask, K_NO_WAIT);
		}
		conn_mgr_binding_unlock(conn->binding);
		return;
	}
	if (!start) {
		return;
	}
	/* Without a name there is nothing to ask for yet: the attempt waits for it. */
	if (ssid.len > 0) {
		rc = ask_to_connect(iface, &ssid, &psk);
	}
	if (rc == -ENOTSUP) {
		LOG_ERR("The driver cannot connect");
		conn_mgr_binding_lock(conn->binding);
		conn->held = false;
		end(conn);
		conn_mgr_binding_unlock(conn->binding);
		net_mgmt_event_notify(NET_EVENT_CONN_IF_FATAL_ERROR, iface);
	} else if (rc < 0 || ssid.len == 0) {
		k_work_schedule_for_queue(&queue, &conn->ask, ASK_AGAIN);
	}
}

static void timed_out(struct k_work *work)
{
	struct wifi_conn *conn =
		CONTAINER_OF(k_work_delayable_from_work(work), struct wifi_conn, timeout);
	bool ended;

	conn_mgr_binding_lock(conn->binding);
	ended = conn->state == CONNECTING && k_uptime_ticks() >= conn->timeout_at;
	if (ended) {
		end(conn);
	}
	conn_mgr_binding_unlock(conn->binding);
	if (ended) {
		net_mgmt_event_notify(NET_EVENT_CONN_IF_TIMEOUT, conn->binding->iface);
	}
}

static void associated(struct wifi_conn *conn)
{
	if (conn->state != CONNECTING || conn->stale) {
		return;
	}
	conn->state = CONNECTED;
	k_work_cancel_delayable(&conn->timeout);
	k_work_cancel_delayable(&conn->ask);
	net_if_dormant_off(conn->binding->iface);
}

/* The association is lost, or one that was tried for failed: some drivers tell both this way. */
static void not_associated(struct wifi_conn *conn)
{
	if (conn->state == CONNECTING) {
		k_work_schedule_for_queue(&queue, &conn->ask, ASK_AGAIN);
	} else if (conn->state == CONNECTED) {
		conn->state = IDLE;
		conn->held = false;
		net_if_dormant_on(conn->binding->iface);
		if (conn_mgr_binding_get_flag(conn->binding, CONN_MGR_IF_PERSISTENT)) {
			begin(conn);
		}
	}
}

static struct wifi_conn *locked_conn(struct net_if *iface)
{
	for (size_t i = 0; i < ARRAY_SIZE(conns); i++) {
		if (conns[i].binding != NULL && conns[i].binding->iface == iface) {
			conn_mgr_binding_lock(conns[i].binding);
			return &conns[i];
		}
	}
	return NULL;
}

static void wifi_event(struct net_mgmt_event_callback *cb, cm_probe_event_t event,
		       struct net_if *iface)
{
	const struct wifi_status *status = cb->info;
	struct wifi_conn *conn;

	if (event != NET_EVENT_WIFI_CONNECT_RESULT && event != NET_EVENT_WIFI_DISCONNECT_RESULT) {
		return;
	}
	conn = locked_conn(iface);
	if (conn == NULL) {
		return;
	}
	if (event == NET_EVENT_WIFI_CONNECT_RESULT && status->status == 0) {
		associated(conn);
	} else if (event == NET_EVENT_WIFI_DISCONNECT_RESULT || conn->state == CONNECTING) {
		not_associated(conn);
	}
	conn_mgr_binding_unlock(conn->binding);
}

/*
 * An iface that is taken admin-down has to associate anew. When it is up again, its driver can be
 * asked to end what it was not allowed to end before.
 */
static void iface_event(struct net_mgmt_event_callback *cb, cm_probe_event_t event,
			struct net_if *iface)
{
	bool told = event == NET_EVENT_IF_ADMIN_DOWN || event == NET_EVENT_IF_ADMIN_UP;
	struct wifi_conn *conn = told ? locked_conn(iface) : NULL;

	ARG_UNUSED(cb);
	if (conn == NULL) {
		return;
	}
	/* By the time that this is told it may be otherwise again. */
	if (net_if_is_admin_up(iface)) {
		if (conn->stale) {
			k_work_reschedule_for_queue(&queue, &conn->ask, K_NO_WAIT);
		}
	} else if (conn->state != IDLE) {
		end(conn);
	}
	conn_mgr_binding_unlock(conn->binding);
}

static int wifi_connect(struct conn_mgr_conn_binding *const binding)
{
	struct wifi_conn *conn = conn_of(binding);

	if (conn == NULL) {
		return -ENOMEM;
	}
	if (conn->state == IDLE) {
		begin(conn);
	}
	return 0;
}

static int wifi_disconnect(struct conn_mgr_conn_binding *const binding)
{
	struct wifi_conn *conn = conn_of(binding);

	if (conn != NULL && conn->state != IDLE) {
		end(conn);
	}
	return 0;
}

static int wifi_set_opt(struct conn_mgr_conn_binding *const binding, int name, const void *value,
			size_t len)
{
	struct wifi_conn *conn = conn_of(binding);

	if (conn == NULL) {
		return -ENOMEM;
	}
	switch (name) {
	case CM_WIFI_SSID:
		if (len > WIFI_SSID_MAX_LEN) {
			return -ENOBUFS;
		}
		set_text(&conn->ssid, value, len);
		return 0;
	case CM_WIFI_PSK:
		if (len > WIFI_PSK_MAX_LEN) {
			return -ENOBUFS;
		}
		/* None at all is for an open network. */
		if (len > 0 && len < WIFI_PSK_MIN_LEN) {
			return -EINVAL;
		}
		set_text(&conn->psk, value, len);
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

static int wifi_get_opt(struct conn_mgr_conn_binding *const binding, int name, void *value,
			size_t *len)
{
	struct wifi_conn *conn = conn_of(binding);
	size_t room = *len;

	*len = 0;
	if (conn == NULL) {
		return -ENOMEM;
	}
	switch (name) {
	case CM_WIFI_SSID:
		if (room < conn->ssid.len) {
			return -ENOBUFS;
		}
		memcpy(value, conn->ssid.bytes, conn->ssid.len);
		*len = conn->ssid.len;
		return 0;
	case CM_WIFI_PSK:
		return -EACCES;
	default:
		return -ENOPROTOOPT;
	}
}

static struct wifi_conn *unused_conn(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(conns); i++) {
		if (conns[i].binding == NULL) {
			return &conns[i];
		}
	}
	return NULL;
}

static void wifi_init(struct conn_mgr_conn_binding *const binding)
{
	struct wifi_conn *conn = unused_conn();

	*(struct wifi_conn **)binding->ctx = conn;
	/*
	 * Drivers cannot do this in the iface's own init, as they do not know of us. They hold
	 * their carrier back at start, so that the iface was not oper-up before.
	 */
	net_if_dormant_on(binding->iface);
	if (conn == NULL) {
		LOG_ERR("More bindings than CONFIG_CM_APP_WIFI_IFACES");
		return;
	}
	k_work_init_delayable(&conn->ask, ask);
	k_work_init_delayable(&conn->timeout, timed_out);
	set_text(&conn->ssid, CONFIG_CM_APP_WIFI_SSID, sizeof(CONFIG_CM_APP_WIFI_SSID) - 1);
	set_text(&conn->psk, CONFIG_CM_APP_WIFI_PSK, sizeof(CONFIG_CM_APP_WIFI_PSK) - 1);
	conn->binding = binding;
}

BUILD_ASSERT(sizeof(CONFIG_CM_APP_WIFI_SSID) - 1 <= WIFI_SSID_MAX_LEN, "The SSID is too long");
BUILD_ASSERT(sizeof(CONFIG_CM_APP_WIFI_PSK) - 1 <= WIFI_PSK_MAX_LEN, "The password is too long");

static struct conn_mgr_conn_api wifi_api = {
	.connect = wifi_connect,
	.disconnect = wifi_disconnect,
	.init = wifi_init,
	.set_opt = wifi_set_opt,
	.get_opt = wifi_get_opt,
};

CONN_MGR_CONN_DEFINE(CONNECTIVITY_WIFI_MGMT, &wifi_api);
CM_PROBE_IMPL_DEFINE(CONNECTIVITY_WIFI_MGMT, false);

/* Everything as after boot, but idle; ifaces are admin-down by now. */
static void reset(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(conns); i++) {
		struct wifi_conn *conn = &conns[i];

		if (conn->binding == NULL) {
			continue;
		}
		conn_mgr_binding_lock(conn->binding);
		end(conn);
		set_text(&conn->ssid, CONFIG_CM_APP_WIFI_SSID, sizeof(CONFIG_CM_APP_WIFI_SSID) - 1);
		set_text(&conn->psk, CONFIG_CM_APP_WIFI_PSK, sizeof(CONFIG_CM_APP_WIFI_PSK) - 1);
		conn_mgr_binding_unlock(conn->binding);
	}
}
CM_PROBE_RESET_DEFINE(reset);

static int start(void)
{
	k_work_queue_start(&queue, queue_stack, K_KERNEL_STACK_SIZEOF(queue_stack),
			   K_PRIO_PREEMPT(CONFIG_CM_APP_WIFI_PRIORITY), NULL);
	k_thread_name_set(k_work_queue_thread_get(&queue), "cm_wifi");
	net_mgmt_init_event_callback(&wifi_callback, wifi_event,
				     NET_EVENT_WIFI_CONNECT_RESULT |
					     NET_EVENT_WIFI_DISCONNECT_RESULT);
	net_mgmt_add_event_callback(&wifi_callback);
	net_mgmt_init_event_callback(&iface_callback, iface_event,
				     NET_EVENT_IF_ADMIN_DOWN | NET_EVENT_IF_ADMIN_UP);
	net_mgmt_add_event_callback(&iface_callback);
	return 0;
}

SYS_INIT(start, APPLICATION, 0);
