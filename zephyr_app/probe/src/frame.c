/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

#include <string.h>

#include "probe.h"

/* What " cut=1" needs, which is kept free in every buffer. */
#define CUT_ROOM 6

static bool put(struct cm_probe_frame *frame, const char *text, size_t len)
{
	if (frame->len + len + CUT_ROOM >= frame->size) {
		frame->cut = true;
		return false;
	}
	memcpy(frame->text + frame->len, text, len);
	frame->len += len;
	return true;
}

static bool put_key(struct cm_probe_frame *frame, const char *key)
{
	size_t len = strlen(key);

	/* A key without any of its value would say something wrong. */
	if (frame->len + len + 3 + CUT_ROOM >= frame->size) {
		frame->cut = true;
		return false;
	}
	return put(frame, " ", 1) && put(frame, key, len) && put(frame, "=", 1);
}

void cm_probe_frame_begin(struct cm_probe_frame *frame, char *text, size_t size, const char *kind)
{
	*frame = (struct cm_probe_frame){.text = text, .size = MIN(size, CM_PROBE_FIELDS_MAX)};
	put(frame, kind, strlen(kind));
}

void cm_probe_frame_text(struct cm_probe_frame *frame, const char *key, const char *value)
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

char *cm_probe_decimal(char *text, uint64_t value)
{
	char *c = text + CM_PROBE_DECIMAL_MAX - 1;

	*c = '\0';
	do {
		*--c = '0' + value % 10;
		value /= 10;
	} while (value != 0);
	return c;
}

char *cm_probe_hexadecimal(char *text, uint64_t value, int digits)
{
	char *c = text + CM_PROBE_HEX_MAX - 1;

	*c = '\0';
	do {
		*--c = "0123456789abcdef"[value & 0xf];
		value >>= 4;
		digits--;
	} while (value != 0 || digits > 0);
	return c;
}

void cm_probe_frame_int(struct cm_probe_frame *frame, const char *key, int64_t value)
{
	char text[CM_PROBE_DECIMAL_MAX];
	uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
	char *c = cm_probe_decimal(text, size);

	if (value < 0) {
		*--c = '-';
	}
	cm_probe_frame_text(frame, key, c);
}

void cm_probe_frame_hex(struct cm_probe_frame *frame, const char *key, uint64_t value, int digits)
{
	char text[CM_PROBE_HEX_MAX];

	cm_probe_frame_text(frame, key, cm_probe_hexadecimal(text, value, digits));
}

void cm_probe_frame_bytes(struct cm_probe_frame *frame, const char *key, const uint8_t *data,
			  size_t len)
{
	if (!put_key(frame, key)) {
		return;
	}
	for (size_t i = 0; i < len; i++) {
		char text[CM_PROBE_HEX_MAX];

		put(frame, cm_probe_hexadecimal(text, data[i], 2), 2);
	}
}

uint32_t cm_probe_frame_send(struct cm_probe_frame *frame)
{
	uint32_t seq;

	if (frame->cut) {
		memcpy(frame->text + frame->len, " cut=1", CUT_ROOM);
		frame->len += CUT_ROOM;
	}
	if (cm_probe_writer_is_panicking()) {
		unsigned int key = irq_lock();

		seq = cm_probe_writer_pass(frame->text, frame->len, true);
		irq_unlock(key);
		return seq;
	}
	seq = cm_probe_history_append(frame->text, frame->len);
	cm_probe_writer_wake();
	return seq;
}
