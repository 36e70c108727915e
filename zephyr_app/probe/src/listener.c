/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Listeners: they report each net_mgmt event as it is delivered.
 *
 * The early listener is registered before the monitor is, so that no event is missed; it also
 * fires the hook and breaks event storms.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/init.h>

#include "probe.h"

#define EARLY_LAYERS    5
#define LATE_LISTENERS  3
#define STORM_EVENTS    200
#define STORM_REST_MS   1
#define STORM_CALM_MS   20
#define PRESSED_REST_MS 200

BUILD_ASSERT(CM_PROBE_HOOK_LINE_MAX <= CM_PROBE_LINE_MAX &&
		     CM_PROBE_HOOK_WORDS_MAX <= CM_PROBE_WORDS_MAX,
	     "a hook's command is a part of a line");

struct listener {
	struct net_mgmt_event_callback callback;
	const char *name;
	bool present;
};

static struct net_mgmt_event_callback early[EARLY_LAYERS];
static size_t early_layers;
static bool early_present;
static struct listener late[LATE_LISTENERS] = {
	{.name = "late1"}, {.name = "late2"}, {.name = "late3"}};
static int queue_peak;
static uint32_t delivered;

static struct {
	cm_probe_event_t event;
	struct net_if *iface; /* NULL: any */
	uint32_t count;
	size_t argc;
	size_t len;
	char line[CM_PROBE_HOOK_LINE_MAX]; /* words, each with its end */
} hook;

static void add_count(struct cm_probe_frame *frame, const char *key, int count)
{
	if (count != 0) {
		cm_probe_frame_int(frame, key, count);
	}
}

/* The early listener, to which nearly all is delivered, has no name here. */
static void report(const char *listener, struct net_mgmt_event_callback *cb, cm_probe_event_t event,
		   struct net_if *iface)
{
	char letters[CM_PROBE_WORD_MAX];

	CM_PROBE_FRAME_DEFINE(frame, "event", 200);

	if (listener != NULL) {
		cm_probe_frame_text(&frame, "l", listener);
	}
	cm_probe_frame_text(&frame, "n", cm_probe_event_name(event));
	cm_probe_frame_hex(&frame, "code", event, 8);
	cm_probe_frame_int(&frame, "if", iface != NULL ? net_if_get_by_iface(iface) : 0);
	if (iface != NULL) {
		cm_probe_frame_int(&frame, "a", net_if_is_admin_up(iface));
		cm_probe_frame_int(&frame, "o", net_if_is_up(iface));
		cm_probe_frame_text(&frame, "m", cm_probe_iface_word_text(iface, letters));
		add_count(&frame, "v4", cm_probe_address_count_ipv4(iface));
		add_count(&frame, "v6", cm_probe_address_count_ipv6(iface));
	}
	if (event == NET_EVENT_CONN_IF_FATAL_ERROR) {
		if (cb->info != NULL && cb->info_length >= sizeof(int)) {
			int info;

			memcpy(&info, cb->info, sizeof(info));
			cm_probe_frame_int(&frame, "info", info);
		} else {
			cm_probe_frame_text(&frame, "info", "-");
		}
	}
	cm_probe_frame_send(&frame);
}

/* No frame may be lost because the writer had no chance to run. */
static void wait_for_writer(void)
{
	if (cm_probe_history_is_pressed()) {
		for (int i = 0; i < PRESSED_REST_MS && cm_probe_history_is_pressed(); i++) {
			k_msleep(1);
		}
		/* It would not have run by itself. */
		cm_probe_writer_has_run();
	}
}

/*
 * The Connection Manager can fall into an endless loop of events in which no thread of low priority
 * ever runs. Resting a little at each event lets them run, so that it can be reported and ended.
 */
static void break_storm(void)
{
	static uint32_t count;
	static int64_t last;
	static bool storm;
	int64_t now = k_uptime_get();

	if (storm && now - last >= STORM_CALM_MS) {
		storm = false;
	}
	if (!storm && (cm_probe_writer_has_run() || (cm_probe_mode_is_granted() && now != last))) {
		count = 0;
	}
	last = now;
	count++;
	if (!storm && count > STORM_EVENTS) {
		CM_PROBE_FRAME_DEFINE(frame, "storm", 32);

		storm = true;
		cm_probe_frame_int(&frame, "n", count);
		cm_probe_frame_send(&frame);
	}
	if (storm) {
		k_msleep(STORM_REST_MS);
		last = k_uptime_get();
	}
}

/* From a copy: commands change their words, and the command may set another hook. */
static void run_hook(void)
{
	char line[CM_PROBE_HOOK_LINE_MAX];
	char *argv[CM_PROBE_HOOK_WORDS_MAX];
	size_t argc = hook.argc;
	char *word = memcpy(line, hook.line, hook.len);

	for (size_t i = 0; i < argc; i++) {
		argv[i] = word;
		word += strlen(word) + 1;
	}
	cm_probe_command_part(argc, argv, CM_PROBE_WHERE_CB, true, 0);
}

static void fire_hook(cm_probe_event_t event, struct net_if *iface)
{
	if (hook.count > 0 && hook.event == event &&
	    (hook.iface == NULL || hook.iface == iface)) {
		hook.count--;
		run_hook();
	}
}

int cm_probe_event_queue_peak(void)
{
	int used = cm_probe_event_queue_used();

	queue_peak = MAX(queue_peak, used);
	return used < 0 ? used : queue_peak;
}

uint32_t cm_probe_events_delivered(void)
{
	return delivered;
}

static void early_handler(struct net_mgmt_event_callback *cb, cm_probe_event_t event,
			  struct net_if *iface)
{
	/* The event that is being delivered has left the queue already. */
	queue_peak = MAX(queue_peak, cm_probe_event_queue_used() + 1);
	cm_probe_thread_is_mgmt();
	delivered++;
	fire_hook(event, iface);
	report(NULL, cb, event, iface);
	break_storm();
	wait_for_writer();
}

static void late_handler(struct net_mgmt_event_callback *cb, cm_probe_event_t event,
			 struct net_if *iface)
{
	report(CONTAINER_OF(cb, struct listener, callback)->name, cb, event, iface);
}

void cm_probe_early_add(void)
{
	if (!early_present) {
		for (size_t i = 0; i < early_layers; i++) {
			net_mgmt_add_event_callback(&early[i]);
		}
		early_present = true;
	}
}

void cm_probe_early_remove(void)
{
	if (early_present) {
		for (size_t i = 0; i < early_layers; i++) {
			net_mgmt_del_event_callback(&early[i]);
		}
		early_present = false;
	}
}

bool cm_probe_early_present(void)
{
	return early_present;
}

void cm_probe_late_add(int index, cm_probe_event_t mask)
{
	cm_probe_late_remove(index);
	net_mgmt_init_event_callback(&late[index].callback, late_handler, mask);
	net_mgmt_add_event_callback(&late[index].callback);
	late[index].present = true;
}

void cm_probe_late_remove(int index)
{
	if (late[index].present) {
		net_mgmt_del_event_callback(&late[index].callback);
		late[index].present = false;
	}
}

void cm_probe_hook_clear(void)
{
	hook.count = 0;
}

int cm_probe_hook_set(cm_probe_event_t event, struct net_if *iface, uint32_t count, size_t argc,
		      char **argv)
{
	size_t used = 0;

	hook.count = 0;
	if (argc > CM_PROBE_HOOK_WORDS_MAX) {
		return -E2BIG;
	}
	for (size_t i = 0; i < argc; i++) {
		size_t size = strlen(argv[i]) + 1;

		if (used + size > sizeof(hook.line)) {
			return -E2BIG;
		}
		memcpy(hook.line + used, argv[i], size);
		used += size;
	}
	hook.argc = argc;
	hook.len = used;
	hook.event = event;
	hook.iface = iface;
	hook.count = count;
	return 0;
}

/* One callback for each layer: a mask that mixes layers matches nothing. */
static int early_init(void)
{
	cm_probe_event_t masks[EARLY_LAYERS] = {0};

	for (size_t i = 0; i < cm_probe_event_name_count; i++) {
		cm_probe_event_t code = cm_probe_event_names[i].code;
		size_t layer = 0;

		while (layer < early_layers &&
		       cm_probe_event_family(masks[layer]) != cm_probe_event_family(code)) {
			layer++;
		}
		__ASSERT_NO_MSG(layer < EARLY_LAYERS);
		masks[layer] |= code;
		early_layers = MAX(early_layers, layer + 1);
	}
	for (size_t i = 0; i < early_layers; i++) {
		net_mgmt_init_event_callback(&early[i], early_handler, masks[i]);
	}
	cm_probe_early_add();
	return 0;
}

SYS_INIT(early_init, APPLICATION, 0);
