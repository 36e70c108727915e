/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The ring of frames: what waits to be written, and behind it what was written before.
 * A record is a struct record and the fields of the frame. Whoever writes it out makes number, time
 * and CRC into text, so that nothing is formatted while interrupts are off.
 */

#include <string.h>

#include <zephyr/sys/crc.h>

#include "probe.h"

#define RING_SIZE   CONFIG_CM_PROBE_RING_SIZE
/* "@SEQ TIME " and "*CRC" at their longest */
#define HEAD_MAX    (1 + 8 + 1 + 20 + 1)
#define TAIL_LEN    9

BUILD_ASSERT(HEAD_MAX + CM_PROBE_FIELDS_MAX + TAIL_LEN <= CM_PROBE_FRAME_MAX,
	     "a frame fits into its buffer");

struct record {
	int64_t ticks; /* when it was made */
	uint32_t len;  /* of its fields, which follow */
};

BUILD_ASSERT(2 * (sizeof(struct record) + CM_PROBE_FIELDS_MAX) <= RING_SIZE,
	     "two frames fit into the ring");

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
static int64_t now; /* when the last frame was made */
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

static struct record record_at(const struct cursor *cursor)
{
	struct record record;

	ring_read(cursor->at, &record, sizeof(record));
	return record;
}

static void step(struct cursor *cursor)
{
	uint32_t len = record_at(cursor).len;

	/* Nothing is called in between, where a stack could overflow. */
	cursor->at = (cursor->at + sizeof(struct record) + len) % RING_SIZE;
	cursor->seq++;
}

static void drop_oldest(void)
{
	if (unsent.seq == oldest.seq) {
		lost++;
		step(&unsent);
	}
	used -= sizeof(struct record) + record_at(&oldest).len;
	step(&oldest);
}

/* Returns the record, with its fields in @p text behind the room for the longest head. */
static struct record read_record(const struct cursor *cursor, char *text)
{
	struct record record = record_at(cursor);

	ring_read((cursor->at + sizeof(record)) % RING_SIZE, text + HEAD_MAX, record.len);
	return record;
}

/* "@SEQ TIME " */
static size_t compose_head(char *head, uint32_t seq, int64_t ticks)
{
	char text[MAX(CM_PROBE_HEX_MAX, CM_PROBE_DECIMAL_MAX)];
	const char *part = cm_probe_hexadecimal(text, seq, 1);
	size_t len = 0;

	head[len++] = '@';
	strcpy(head + len, part);
	len += strlen(part);
	head[len++] = ' ';
	part = cm_probe_decimal(text, k_ticks_to_us_floor64(ticks));
	strcpy(head + len, part);
	len += strlen(part);
	head[len++] = ' ';
	return len;
}

/* Makes a frame of the fields that stand behind the room for the longest head. */
static size_t compose(char *text, uint32_t seq, const struct record *record)
{
	char digits[CM_PROBE_HEX_MAX];
	size_t len = compose_head(text, seq, record->ticks);
	uint32_t crc;

	memmove(text + len, text + HEAD_MAX, record->len);
	len += record->len;
	/* The seal is XORed to the CRC. */
	crc = crc32_ieee_update(0, (const uint8_t *)text + 1, len - 1) ^ seal;
	text[len] = '*';
	memcpy(text + len + 1, cm_probe_hexadecimal(digits, crc, 8), 8);
	return len + TAIL_LEN;
}

size_t cm_probe_history_pass(const char *fields, size_t len, char *text, uint32_t *seq,
			     bool clock_runs)
{
	struct record record = {.len = len};

	if (clock_runs) {
		now = k_uptime_ticks();
	}
	record.ticks = now;
	memcpy(text + HEAD_MAX, fields, len);
	*seq = end.seq++;
	/* The ring is not written to any more, so it has nothing any more. */
	oldest = end;
	unsent = end;
	used = 0;
	return compose(text, *seq, &record);
}

void cm_probe_history_unguard(void)
{
	unguarded = true;
}

void cm_probe_history_seal(uint32_t key)
{
	seal = key;
}

uint32_t cm_probe_history_append(const char *fields, size_t len)
{
	k_spinlock_key_t key = guard();
	uint32_t seq = end.seq;
	struct record record = {.len = len};
	uint32_t total = sizeof(record) + len;

	now = k_uptime_ticks();
	record.ticks = now;
	while (used + total > RING_SIZE) {
		drop_oldest();
	}
	ring_write(end.at, &record, sizeof(record));
	ring_write((end.at + sizeof(record)) % RING_SIZE, fields, len);
	end.at = (end.at + total) % RING_SIZE;
	end.seq++;
	used += total;
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

size_t cm_probe_history_copy(uint32_t seq, char *text)
{
	k_spinlock_key_t key = guard();
	struct cursor cursor;
	struct record record;
	bool found = find(seq, &cursor);

	if (found) {
		record = read_record(&cursor, text);
	}
	unguard(key);
	return found ? compose(text, seq, &record) : 0;
}

size_t cm_probe_history_take(char *text)
{
	k_spinlock_key_t key = guard();
	struct record record;
	uint32_t seq = unsent.seq;
	bool waits = seq != end.seq;

	if (waits) {
		record = read_record(&unsent, text);
		step(&unsent);
	}
	unguard(key);
	return waits ? compose(text, seq, &record) : 0;
}

void cm_probe_history_skip_to(uint32_t seq)
{
	k_spinlock_key_t key = guard();

	if (!find(seq, &unsent)) {
		unsent = end;
	}
	unguard(key);
}

uint32_t cm_probe_history_first(void)
{
	return oldest.seq;
}

uint32_t cm_probe_history_next(void)
{
	return end.seq;
}

bool cm_probe_history_waits(uint32_t seq)
{
	k_spinlock_key_t key = guard();
	bool waits = seq - unsent.seq < end.seq - unsent.seq;

	unguard(key);
	return waits;
}

bool cm_probe_history_is_pressed(void)
{
	k_spinlock_key_t key = guard();
	/* Equal offsets: nothing waits, or all of a full ring. */
	uint32_t waiting = (end.at + RING_SIZE - unsent.at) % RING_SIZE;
	bool pressed = waiting > RING_SIZE / 2 || (waiting == 0 && unsent.seq != end.seq);

	unguard(key);
	return pressed;
}

uint32_t cm_probe_history_lost(void)
{
	return lost;
}
