/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * @file
 * @brief Frames: what the probe tells (PROTOCOL.md, section 2).
 */

#ifndef CM_PROBE_FRAME_H_
#define CM_PROBE_FRAME_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Longest frame, from '@' to the last digit of the CRC. */
#define CM_PROBE_FRAME_MAX 500

/** Longest kind and fields of a frame: what is left beside sequence number, time and CRC. */
#define CM_PROBE_FIELDS_MAX (CM_PROBE_FRAME_MAX - 40)

/** A frame that is being built. */
struct cm_probe_frame {
	char *text;    /**< kind and fields */
	uint16_t size; /**< of text */
	uint16_t len;
	bool cut; /**< something did not fit */
};

/** Sizes of a text for a number. */
#define CM_PROBE_DECIMAL_MAX 22
#define CM_PROBE_HEX_MAX     17

/** Writes a decimal number at the end of @p text (CM_PROBE_DECIMAL_MAX); returns its start. */
char *cm_probe_decimal(char *text, uint64_t value);

/** Writes a number of at least @p digits digits at the end of @p text (CM_PROBE_HEX_MAX). */
char *cm_probe_hexadecimal(char *text, uint64_t value, int digits);

/** Defines a frame @p name of kind @p kind with room for @p room characters of fields. */
#define CM_PROBE_FRAME_DEFINE(name, kind, room)                                                    \
	char name##_text[room];                                                                    \
	struct cm_probe_frame name;                                                                \
	cm_probe_frame_begin(&name, name##_text, sizeof(name##_text), kind)

/** Starts a frame in a buffer of the caller. */
void cm_probe_frame_begin(struct cm_probe_frame *frame, char *text, size_t size, const char *kind);

/** Adds a text field; characters that a value must not have are escaped. */
void cm_probe_frame_text(struct cm_probe_frame *frame, const char *key, const char *value);

/** Adds a decimal field. */
void cm_probe_frame_int(struct cm_probe_frame *frame, const char *key, int64_t value);

/** Adds a hexadecimal field of at least @p digits digits. */
void cm_probe_frame_hex(struct cm_probe_frame *frame, const char *key, uint64_t value, int digits);

/** Adds a field of bytes, each as two hexadecimal digits. */
void cm_probe_frame_bytes(struct cm_probe_frame *frame, const char *key, const uint8_t *data,
			  size_t len);

/**
 * @brief Gives the frame its number and time and leaves it to the writer.
 *
 * May be called from any thread and from interrupts.
 *
 * @return the frame's sequence number
 */
uint32_t cm_probe_frame_send(struct cm_probe_frame *frame);

#endif /* CM_PROBE_FRAME_H_ */
