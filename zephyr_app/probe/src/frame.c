/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

#include <string.h>
#include <stdio.h>

#include "probe.h"

/* What " cut=1" needs, which is kept free in every buffer. */
#define CUT_ROOM 6

static bool put(struct cm_frame *frame, const char *text, size_t len)
{
	if (frame->len + len + CUT_ROOM >= frame->size) {
		frame->cut = true;
		return false;
	}
	memcpy(frame->text + frame->len, text, len);
	frame->len += len;
	return true;
}

static bool put_key(struct cm_frame *frame, const char *key)
{
	size_t len = strlen(key);

	/* A key without any of its value would say something wrong. */
	if (frame->len + len + 3 + CUT_ROOM >= frame->size) {
		frame->cut = true;
		return false;
	}
	return put(frame, " ", 1) && put(frame, key, len) && put(frame, "=", 1);
}

void cm_frame_begin(struct cm_frame *frame, char *text, size_t size, const char *kind)
{
	*frame = (struct cm_frame){.text = text, .size = MIN(size, CM_FIELDS_MAX)};
	put(frame, kind, strlen(kind));
}

void cm_frame_text(struct cm_frame *frame, const char *key, const char *value)
{
	static const char digits[] = "0123456789ABCDEF";

	if (!put_key(frame, key)) {
		return;
	}
	for (const char *c = value; *c != '\0'; c++) {
		uint8_t byte = *c;
		char escaped[] = {'%', digits[byte >> 4], digits[byte & 0xf]};
		bool plain = byte > 0x20 && byte < 0x7f && strchr("%*@$", byte) == NULL;

		if (!put(frame, plain ? c : escaped, plain ? 1 : sizeof(escaped))) {
			return;
		}
	}
}

void cm_frame_int(struct cm_frame *frame, const char *key, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	cm_frame_text(frame, key, text);
}

void cm_frame_hex(struct cm_frame *frame, const char *key, uint64_t value, int digits)
{
	char text[17];
	char *c = text + sizeof(text) - 1;

	*c = '\0';
	do {
		*--c = "0123456789abcdef"[value & 0xf];
		value >>= 4;
		digits--;
	} while (value != 0 || digits > 0);
	cm_frame_text(frame, key, c);
}

void cm_frame_bytes(struct cm_frame *frame, const char *key, const uint8_t *data, size_t len)
{
	if (!put_key(frame, key)) {
		return;
	}
	for (size_t i = 0; i < len; i++) {
		char text[3];

		snprintf(text, sizeof(text), "%02x", data[i]);
		put(frame, text, 2);
	}
}

uint32_t cm_frame_send(struct cm_frame *frame)
{
	uint32_t seq;

	if (frame->cut) {
		memcpy(frame->text + frame->len, " cut=1", CUT_ROOM);
		frame->len += CUT_ROOM;
	}
	seq = cm_history_append(frame->text, frame->len);
	cm_writer_wake();
	return seq;
}
