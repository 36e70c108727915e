/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Log messages as frames, in machine mode.
 */

#include <zephyr/logging/log_backend.h>
#include <zephyr/logging/log_ctrl.h>
#include <zephyr/logging/log_msg.h>
#include <zephyr/sys/cbprintf.h>

#include "probe.h"

#define MESSAGE_MAX 160

BUILD_ASSERT(MESSAGE_MAX + 60 <= CM_PROBE_FIELDS_MAX, "a message fits into a frame");

struct text {
	char *chars;
	size_t len;
};

static int put_char(int c, void *ctx)
{
	struct text *text = ctx;

	if (text->len < MESSAGE_MAX - 1) {
		text->chars[text->len++] = c;
	}
	return c;
}

static const char *source_name(struct log_msg *msg)
{
	void *source = (void *)log_msg_get_source(msg);
	int id = -1;

	if (source != NULL) {
		id = IS_ENABLED(CONFIG_LOG_RUNTIME_FILTERING) ? log_dynamic_source_id(source)
							      : log_const_source_id(source);
	}
	return id >= 0 ? log_source_name_get(log_msg_get_domain(msg), id) : "-";
}

static const char *level_name(uint8_t level)
{
	static const char *const names[] = {"-", "err", "wrn", "inf", "dbg"};

	return level < ARRAY_SIZE(names) ? names[level] : "-";
}

static void process(const struct log_backend *const backend, union log_msg_generic *generic)
{
	struct log_msg *msg = &generic->log;
	char chars[MESSAGE_MAX];
	struct text text = {.chars = chars};
	size_t len;
	uint8_t *package = log_msg_get_package(msg, &len);

	ARG_UNUSED(backend);
	if (!cm_probe_mode_is_machine()) {
		return;
	}
	if (len > 0) {
		cbpprintf(put_char, &text, package);
	}
	chars[text.len] = '\0';

	CM_PROBE_FRAME_DEFINE(frame, "log", MESSAGE_MAX + 60);

	cm_probe_frame_text(&frame, "lvl", level_name(log_msg_get_level(msg)));
	cm_probe_frame_text(&frame, "mod", source_name(msg));
	cm_probe_frame_text(&frame, "msg", chars);
	cm_probe_frame_send(&frame);
}

static void panic(const struct log_backend *const backend)
{
	unsigned int key = irq_lock();

	ARG_UNUSED(backend);
	cm_probe_writer_panic();
	irq_unlock(key);
}

static const struct log_backend_api api = {
	.process = process,
	.panic = panic,
};

LOG_BACKEND_DEFINE(cm_probe_log, api, true);
