/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The ring of frames: what waits to be written, and behind it what was written before.
 * A record is a length of two bytes and the frame from '@' to the last digit of its CRC.
 */

#include <stdio.h>
#include <string.h>

#include <zephyr/sys/crc.h>

#include "probe.h"

#define RING_SIZE   CONFIG_CM_PROBE_RING_SIZE
#define RECORD_HEAD 2

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
static struct k_spinlock lock;

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
	cursor->at = (cursor->at + RECORD_HEAD + record_len(cursor)) % RING_SIZE;
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

static size_t read_record(const struct cursor *cursor, char *text)
{
	uint16_t len = record_len(cursor);

	ring_read((cursor->at + RECORD_HEAD) % RING_SIZE, text, len);
	return len;
}

uint32_t cm_history_append(const char *fields, size_t len)
{
	k_spinlock_key_t key = k_spin_lock(&lock);
	uint32_t seq = end.seq;
	uint64_t now = k_ticks_to_us_floor64(k_uptime_ticks());
	char head[40];
	char tail[10];
	uint32_t at = end.at;
	uint32_t crc;
	uint16_t head_len;
	uint16_t total;

	head_len = snprintf(head, sizeof(head), "@%08x %llu ", seq, (unsigned long long)now);
	crc = crc32_ieee_update(0, (const uint8_t *)head + 1, head_len - 1);
	crc = crc32_ieee_update(crc, (const uint8_t *)fields, len);
	snprintf(tail, sizeof(tail), "*%08x", crc);
	total = head_len + len + sizeof(tail) - 1;

	while (used + RECORD_HEAD + total > RING_SIZE) {
		drop_oldest();
	}
	ring_write(at, &total, RECORD_HEAD);
	at = (at + RECORD_HEAD) % RING_SIZE;
	ring_write(at, head, head_len);
	at = (at + head_len) % RING_SIZE;
	ring_write(at, fields, len);
	at = (at + len) % RING_SIZE;
	ring_write(at, tail, sizeof(tail) - 1);
	end.at = (at + sizeof(tail) - 1) % RING_SIZE;
	end.seq++;
	used += RECORD_HEAD + total;
	k_spin_unlock(&lock, key);
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
	k_spinlock_key_t key = k_spin_lock(&lock);
	struct cursor cursor;
	size_t len = 0;

	if (find(seq, &cursor)) {
		len = read_record(&cursor, text);
	}
	k_spin_unlock(&lock, key);
	return len;
}

size_t cm_history_take(char *text)
{
	k_spinlock_key_t key = k_spin_lock(&lock);
	size_t len = 0;

	if (unsent.seq != end.seq) {
		len = read_record(&unsent, text);
		step(&unsent);
	}
	k_spin_unlock(&lock, key);
	return len;
}

void cm_history_skip_to(uint32_t seq)
{
	k_spinlock_key_t key = k_spin_lock(&lock);

	if (!find(seq, &unsent)) {
		unsent = end;
	}
	k_spin_unlock(&lock, key);
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
	k_spinlock_key_t key = k_spin_lock(&lock);
	bool waits = seq - unsent.seq < end.seq - unsent.seq;

	k_spin_unlock(&lock, key);
	return waits;
}

bool cm_history_is_pressed(void)
{
	k_spinlock_key_t key = k_spin_lock(&lock);
	/* Equal offsets: nothing waits, or all of a full ring. */
	uint32_t waiting = (end.at + RING_SIZE - unsent.at) % RING_SIZE;
	bool pressed = waiting > RING_SIZE / 2 || (waiting == 0 && unsent.seq != end.seq);

	k_spin_unlock(&lock, key);
	return pressed;
}

uint32_t cm_history_lost(void)
{
	return lost;
}
