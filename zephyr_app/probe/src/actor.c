/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Calls of the Connection Manager that the application makes by itself. The linker leads them here
 * (--wrap), on their way to the functions that they are meant for.
 */

#include <stdarg.h>
#include <stdio.h>

#include <zephyr/sys/util.h>

#include "probe.h"

#define OURS_MAX  4
#define WORDS_MAX 32

/* The threads that execute a command of the probe: what they call is told by its reply. */
static k_tid_t ours[OURS_MAX];

static bool replace(k_tid_t old, k_tid_t new)
{
	unsigned int key = irq_lock();
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(ours) && !found; i++) {
		found = ours[i] == old;
		if (found) {
			ours[i] = new;
		}
	}
	irq_unlock(key);
	return found;
}

static bool is_ours(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++) {
		if (ours[i] == k_current_get()) {
			return true;
		}
	}
	return false;
}

bool cm_probe_actor_enter(void)
{
	return !is_ours() && replace(NULL, k_current_get());
}

void cm_probe_actor_leave(bool entered)
{
	if (entered) {
		replace(k_current_get(), NULL);
	}
}

static int64_t now(void)
{
	return k_ticks_to_us_floor64(k_uptime_ticks());
}

static void tell(int64_t t0, int rc, const char *format, ...)
{
	CM_PROBE_FRAME_DEFINE(frame, "actor", 128);
	char words[WORDS_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	cm_probe_frame_text(&frame, "do", words);
	cm_probe_frame_int(&frame, "t0", t0);
	cm_probe_command_status(&frame, rc);
	cm_probe_frame_text(&frame, "thr", k_thread_name_get(k_current_get()));
	cm_probe_frame_send(&frame);
}

/* The call itself, as one of a command's: what the implementation calls in it is not told. */
#define CALL(_type, _name, _parameters, _arguments, ...)                                           \
	_type __real_##_name _parameters;                                                          \
	_type __wrap_##_name _parameters;                                                          \
	_type __wrap_##_name _parameters                                                           \
	{                                                                                          \
		bool told = cm_probe_actor_enter();                                                \
		int64_t t0 = now();                                                                \
		int rc = __real_##_name _arguments;                                                \
                                                                                                   \
		cm_probe_actor_leave(told);                                                        \
		if (told) {                                                                        \
			tell(t0, rc, __VA_ARGS__);                                                 \
		}                                                                                  \
		return rc;                                                                         \
	}

#define CALL_VOID(_name, _parameters, _arguments, ...)                                             \
	void __real_##_name _parameters;                                                           \
	void __wrap_##_name _parameters;                                                           \
	void __wrap_##_name _parameters                                                            \
	{                                                                                          \
		bool told = cm_probe_actor_enter();                                                \
		int64_t t0 = now();                                                                \
                                                                                                   \
		__real_##_name _arguments;                                                         \
		cm_probe_actor_leave(told);                                                        \
		if (told) {                                                                        \
			tell(t0, 0, __VA_ARGS__);                                                  \
		}                                                                                  \
	}

#define INDEX net_if_get_by_iface(iface)

CALL(int, net_if_up, (struct net_if *iface), (iface), "up %d", INDEX)
CALL(int, net_if_down, (struct net_if *iface), (iface), "down %d", INDEX)
CALL(int, conn_mgr_if_set_flag, (struct net_if *iface, enum conn_mgr_if_flag flag, bool value),
     (iface, flag, value), "flag %d %d %s", INDEX, flag, value ? "on" : "off")
CALL(int, conn_mgr_if_set_timeout, (struct net_if *iface, int seconds), (iface, seconds),
     "timeout %d %d", INDEX, seconds)
#if defined(NET_EVENT_CONN_IF_IDLE_TIMEOUT)
CALL(int, conn_mgr_if_set_idle_timeout, (struct net_if *iface, int seconds), (iface, seconds),
     "idle %d %d", INDEX, seconds)
#endif
CALL(int, conn_mgr_all_if_up, (bool skip), (skip), "all up %d", skip)
CALL(int, conn_mgr_all_if_down, (bool skip), (skip), "all down %d", skip)
CALL(int, conn_mgr_all_if_connect, (bool skip), (skip), "all connect %d", skip)
CALL(int, conn_mgr_all_if_disconnect, (bool skip), (skip), "all disconnect %d", skip)
CALL(int, conn_mgr_if_connect, (struct net_if *iface), (iface), "connect %d", INDEX)
CALL(int, conn_mgr_if_disconnect, (struct net_if *iface), (iface), "disconnect %d", INDEX)
CALL_VOID(conn_mgr_ignore_iface, (struct net_if *iface), (iface), "ignore %d", INDEX)
CALL_VOID(conn_mgr_watch_iface, (struct net_if *iface), (iface), "watch %d", INDEX)
CALL_VOID(conn_mgr_mon_resend_status, (void), (), "resend")
