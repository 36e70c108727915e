/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The ring of frames: what waits to be written, and behind it what was written before.
 * A record is a length of two bytes and the frame from '@' to the last digit of its CRC.
 */

#include <string.h>

#include <zephyr/sys/crc.h>

#include "probe.h"

#define RING_SIZE   CONFIG_CM_PROBE_RING_SIZE
#define RECORD_HEAD 2
#define HEAD_MAX    40
#define TAIL_LEN    9

struct cursor {
	uint32_t seq;
	uint32_t at; /* offset in the ring */
};

static uint8_t ring[RING_SIZE];
static uint32_t used;
static struct cursor oldest;
static struct cursor unsent;
static struct cursor end;
static uint32_t lost;
static uint32_t seal;
static struct k_spinlock lock;

/* For good, once the device is about to end: whoever holds the lock may never return. */
static bool unguarded;

static k_spinlock_key_t guard(void)
{
	return unguarded ? (k_spinlock_key_t){0} : k_spin_lock(&lock);
}

static void unguard(k_spinlock_key_t key)
{
	if (!unguarded) {
		k_spin_unlock(&lock, key);
	}
}

static void ring_write(uint32_t at, const void *data, size_t len)
{
	size_t first = MIN(len, RING_SIZE - at);

	memcpy(ring + at, data, first);
	memcpy(ring, (const uint8_t *)data + first, len - first);
}

static void ring_read(uint32_t at, void *data, size_t len)
{
	size_t first = MIN(len, RING_SIZE - at);

	memcpy(data, ring + at, first);
	memcpy((uint8_t *)data + first, ring, len - first);
}

static uint16_t record_len(const struct cursor *cursor)
{
	uint16_t len;

	ring_read(cursor->at, &len, sizeof(len));
	return len;
}

static void step(struct cursor *cursor)
{
	uint16_t len = record_len(cursor);

	/* Nothing is called in between, where a stack could overflow. */
	cursor->at = (cursor->at + RECORD_HEAD + len) % RING_SIZE;
	cursor->seq++;
}

static void drop_oldest(void)
{
	if (unsent.seq == oldest.seq) {
		lost++;
		step(&unsent);
	}
	used -= RECORD_HEAD + record_len(&oldest);
	step(&oldest);
}

/* XORs the seal to the CRC, the last eight digits of a frame. */
static void apply_seal(char *text, size_t len)
{
	char *digit = text + len - 8;

	for (int shift = 28; shift >= 0; shift -= 4, digit++) {
		uint8_t value = 0;

		char2hex(*digit, &value);
		hex2char(value ^ ((seal >> shift) & 0xf), digit);
	}
}

static size_t read_record(const struct cursor *cursor, char *text)
{
	uint16_t len = record_len(cursor);

	ring_read((cursor->at + RECORD_HEAD) % RING_SIZE, text, len);
	if (seal != 0) {
		apply_seal(text, len);
	}
	return len;
}

/* "@SEQ TIME " */
static size_t compose_head(char *head, uint32_t seq, bool clock_runs)
{
	static uint64_t now;
	char text[MAX(CM_HEX_MAX, CM_DECIMAL_MAX)];
	const char *time;
	size_t len;

	head[0] = '@';
	memcpy(head + 1, cm_hexadecimal(text, seq, 8), 8);
	head[9] = ' ';
	if (clock_runs) {
		now = k_ticks_to_us_floor64(k_uptime_ticks());
	}
	time = cm_decimal(text, now);
	len = strlen(time);
	memcpy(head + 10, time, len);
	head[10 + len] = ' ';
	return 11 + len;
}

/* "*CRC" */
static void compose_tail(char *tail, const char *head, size_t head_len, const char *fields,
			 size_t len)
{
	char text[CM_HEX_MAX];
	uint32_t crc = crc32_ieee_update(0, (const uint8_t *)head + 1, head_len - 1);

	crc = crc32_ieee_update(crc, (const uint8_t *)fields, len);
	tail[0] = '*';
	memcpy(tail + 1, cm_hexadecimal(text, crc, 8), 8);
}

size_t cm_history_pass(const char *fields, size_t len, char *text, uint32_t *seq, bool clock_runs)
{
	size_t head_len = compose_head(text, end.seq, clock_runs);

	memcpy(text + head_len, fields, len);
	compose_tail(text + head_len + len, text, head_len, fields, len);
	*seq = end.seq++;
	/* The ring is not written to any more, so it has nothing any more. */
	oldest = end;
	unsent = end;
	used = 0;
	if (seal != 0) {
		apply_seal(text, head_len + len + TAIL_LEN);
	}
	return head_len + len + TAIL_LEN;
}

void cm_history_unguard(void)
{
	unguarded = true;
}

void cm_history_seal(uint32_t key)
{
	seal = key;
}

uint32_t cm_history_append(const char *fields, size_t len)
{
	k_spinlock_key_t key = guard();
	uint32_t seq = end.seq;
	char head[HEAD_MAX];
	char tail[TAIL_LEN];
	uint32_t at = end.at;
	uint16_t head_len = compose_head(head, seq, true);
	uint16_t total = head_len + len + TAIL_LEN;

	compose_tail(tail, head, head_len, fields, len);

	while (used + RECORD_HEAD + total > RING_SIZE) {
		drop_oldest();
	}
	ring_write(at, &total, RECORD_HEAD);
	at = (at + RECORD_HEAD) % RING_SIZE;
	ring_write(at, head, head_len);
	at = (at + head_len) % RING_SIZE;
	ring_write(at, fields, len);
	at = (at + len) % RING_SIZE;
	ring_write(at, tail, TAIL_LEN);
	end.at = (at + TAIL_LEN) % RING_SIZE;
	end.seq++;
	used += RECORD_HEAD + total;
	unguard(key);
	return seq;
}

/* The sequence number wraps, so numbers are compared by their distance from the oldest. */
static bool find(uint32_t seq, struct cursor *found)
{
	if (seq - oldest.seq >= end.seq - oldest.seq) {
		return false;
	}
	*found = seq - oldest.seq < unsent.seq - oldest.seq ? oldest : unsent;
	while (found->seq != seq) {
		step(found);
	}
	return true;
}

size_t cm_history_copy(uint32_t seq, char *text)
{
	k_spinlock_key_t key = guard();
	struct cursor cursor;
	size_t len = 0;

	if (find(seq, &cursor)) {
		len = read_record(&cursor, text);
	}
	unguard(key);
	return len;
}

size_t cm_history_take(char *text)
{
	k_spinlock_key_t key = guard();
	size_t len = 0;

	if (unsent.seq != end.seq) {
		len = read_record(&unsent, text);
		step(&unsent);
	}
	unguard(key);
	return len;
}

void cm_history_skip_to(uint32_t seq)
{
	k_spinlock_key_t key = guard();

	if (!find(seq, &unsent)) {
		unsent = end;
	}
	unguard(key);
}

uint32_t cm_history_first(void)
{
	return oldest.seq;
}

uint32_t cm_history_next(void)
{
	return end.seq;
}

bool cm_history_waits(uint32_t seq)
{
	k_spinlock_key_t key = guard();
	bool waits = seq - unsent.seq < end.seq - unsent.seq;

	unguard(key);
	return waits;
}

bool cm_history_is_pressed(void)
{
	k_spinlock_key_t key = guard();
	/* Equal offsets: nothing waits, or all of a full ring. */
	uint32_t waiting = (end.at + RING_SIZE - unsent.at) % RING_SIZE;
	bool pressed = waiting > RING_SIZE / 2 || (waiting == 0 && unsent.seq != end.seq);

	unguard(key);
	return pressed;
}

uint32_t cm_history_lost(void)
{
	return lost;
}
