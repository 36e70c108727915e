/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Options: 1 is a value of four bytes, 2 is a constant, others are unknown.
 */

#include <errno.h>
#include <string.h>

#include "internal.h"

#define OPTION_VALUE    1
#define OPTION_CONSTANT 2

static const uint8_t constant[] = {0xc0, 0xde};
static uint8_t shared_option[SIMCONN_OPTION_LEN];

static uint8_t *option_of(struct simconn_ctx *ctx)
{
	return HAS(option_shared) ? shared_option : ctx->option;
}

int simconn_set_opt(struct conn_mgr_conn_binding *const binding, int name, const void *value,
		    size_t len)
{
	struct simconn_ctx *ctx = binding->ctx;

	simconn_entered(ctx, &ctx->counters.set_opt, "set_opt");
	simconn_die(SIMCONN_IN_SET_OPT);
	switch (name) {
	case OPTION_VALUE:
		if (len == SIMCONN_OPTION_LEN || HAS(option_stored_rejected) ||
		    (len < SIMCONN_OPTION_LEN && HAS(option_short_accepted))) {
			memcpy(option_of(ctx), value, MIN(len, SIMCONN_OPTION_LEN));
		}
		if (len > SIMCONN_OPTION_LEN) {
			return -ENOBUFS;
		}
		return len < SIMCONN_OPTION_LEN && !HAS(option_short_accepted) ? -EINVAL : 0;
	case OPTION_CONSTANT:
		return -EACCES;
	default:
		return HAS(option_unknown_accepted) ? 0 : -ENOPROTOOPT;
	}
}

static int give(const void *from, size_t from_len, void *value, size_t *len)
{
	if (*len < from_len) {
		if (!HAS(option_wrong_length)) {
			*len = 0;
		}
		return -ENOBUFS;
	}
	memcpy(value, from, from_len);
	if (!HAS(option_wrong_length)) {
		*len = from_len;
	}
	return 0;
}

int simconn_get_opt(struct conn_mgr_conn_binding *const binding, int name, void *value,
		    size_t *len)
{
	struct simconn_ctx *ctx = binding->ctx;

	simconn_entered(ctx, &ctx->counters.get_opt, "get_opt");
	simconn_die(SIMCONN_IN_GET_OPT);
	switch (name) {
	case OPTION_VALUE:
		return give(option_of(ctx), SIMCONN_OPTION_LEN, value, len);
	case OPTION_CONSTANT:
		return give(constant, sizeof(constant), value, len);
	default:
		if (HAS(option_unknown_accepted)) {
			return give("", 0, value, len);
		}
		if (!HAS(option_wrong_length)) {
			*len = 0;
		}
		return -ENOPROTOOPT;
	}
}
