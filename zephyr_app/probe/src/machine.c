/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Lines of the machine mode: "$tag crc words" (PROTOCOL.md, section 3).
 */

#include <stdlib.h>
#include <string.h>

#include <zephyr/sys/crc.h>

#include "probe.h"

#define TAGS_KEPT 16

/* ESTALE, which not every C library has; the number is part of the protocol. */
#define REPLY_LOST 116

struct answered {
	uint32_t tag; /* 0: none */
	uint32_t seq; /* of the reply */
};

static struct answered answered[TAGS_KEPT];
static size_t newest;
static char line[CM_PROBE_LINE_MAX + 1];
static size_t line_len;
static bool line_started;
static uint32_t naks;

uint32_t cm_probe_machine_naks(void)
{
	return naks;
}

static void refuse(const char *why)
{
	CM_PROBE_FRAME_DEFINE(frame, "nak", 32);

	naks++;
	cm_probe_frame_text(&frame, "why", why);
	cm_probe_frame_send(&frame);
}

static struct answered *find_answered(uint32_t tag)
{
	for (size_t i = 0; i < TAGS_KEPT; i++) {
		if (answered[i].tag == tag) {
			return &answered[i];
		}
	}
	return NULL;
}

static void send_stored_reply(const struct answered *answer)
{
	if (!cm_probe_writer_again(answer->seq)) {
		CM_PROBE_FRAME_DEFINE(frame, "reply", 64);

		cm_probe_frame_int(&frame, "tag", answer->tag);
		cm_probe_frame_int(&frame, "rc", -REPLY_LOST);
		cm_probe_frame_text(&frame, "err", "ESTALE");
		cm_probe_frame_send(&frame);
	}
}

static void execute(uint32_t tag, char *words)
{
	/* Only the thread that reads lines comes here, and no command leads here again. */
	static char *argv[CM_PROBE_WORDS_MAX];
	static char text[CM_PROBE_FIELDS_MAX];
	struct cm_probe_frame reply;
	struct cm_probe_call call = {.argv = argv, .reply = &reply, .where = CM_PROBE_WHERE_SHELL};
	int argc = cm_probe_words_split(words, argv, CM_PROBE_WORDS_MAX);

	if (cm_probe_mode_is_granted()) {
		/* What the command before it caused, in threads of this priority, too, goes first. */
		k_yield();
	}
	cm_probe_frame_begin(&reply, text, sizeof(text), "reply");
	cm_probe_frame_int(&reply, "tag", tag);
	if (argc < 1) {
		cm_probe_frame_int(&reply, "rc",
				   cm_probe_command_bad(&call, argc == 0 ? "command" : "args"));
	} else {
		call.argc = argc;
		cm_probe_watch_begin(tag);
		cm_probe_command_execute(&call);
		cm_probe_watch_end();
	}
	newest = (newest + 1) % TAGS_KEPT;
	answered[newest] = (struct answered){.tag = tag, .seq = cm_probe_frame_send(&reply)};
	cm_probe_mode_after_reply();
}

/* The line without '$': tag, CRC, words. */
static void take_line(void)
{
	char *tag_end;
	char *crc_end;
	char *crc_text;
	uint32_t tag;
	uint32_t crc;
	uint64_t number;
	const struct answered *answer;

	line[line_len] = '\0';
	for (size_t i = 0; i < line_len; i++) {
		if (line[i] < 0x20 || line[i] > 0x7e) {
			refuse("form");
			return;
		}
	}
	number = strtoull(line, &tag_end, 10);
	tag = number;
	if (line[0] < '0' || line[0] > '9' || tag_end > line + 10 || number == 0 ||
	    number > UINT32_MAX || *tag_end != ' ') {
		refuse("form");
		return;
	}
	crc_text = tag_end + 1;
	crc = strtoul(crc_text, &crc_end, 16);
	if (crc_end != crc_text + 8 || strspn(crc_text, "0123456789abcdef") != 8 ||
	    crc_end[0] != ' ' || crc_end[1] == '\0') {
		refuse("form");
		return;
	}
	if (crc != crc32_ieee_update(crc32_ieee((uint8_t *)line, crc_text - line),
				     (uint8_t *)crc_end + 1, strlen(crc_end + 1))) {
		refuse("crc");
		return;
	}
	answer = find_answered(tag);
	if (answer != NULL) {
		send_stored_reply(answer);
	} else {
		execute(tag, crc_end + 1);
	}
}

static void end_line(void)
{
	if (!line_started) {
		if (line_len > 0) {
			refuse("form");
		}
	} else if (line_len > CM_PROBE_LINE_MAX - 1) {
		refuse("long");
	} else {
		take_line();
	}
	line_started = false;
	line_len = 0;
}

void cm_probe_machine_feed(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = data[i];

		if (c == '\r' || c == '\n') {
			end_line();
		} else if (c == '$') {
			line_started = true;
			line_len = 0;
		} else if (line_len < CM_PROBE_LINE_MAX) {
			line[line_len++] = c;
		}
	}
}
