/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The command table: finding, reading arguments, executing, answering.
 */

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe.h"

const struct cm_probe_command *cm_probe_command_find(const char *name)
{
	STRUCT_SECTION_FOREACH(cm_probe_command, command) {
		if (strcmp(command->name, name) == 0) {
			return command;
		}
	}
	return NULL;
}

char *cm_probe_word_next(char **rest, char separator)
{
	char *word = *rest;

	while (*word == separator) {
		word++;
	}
	if (*word == '\0') {
		return NULL;
	}
	*rest = strchr(word, separator);
	if (*rest == NULL) {
		*rest = word + strlen(word);
	} else {
		*(*rest)++ = '\0';
	}
	return word;
}

int cm_probe_words_split(char *line, char **words, size_t max)
{
	size_t count = 0;
	char *rest = line;
	char *word;

	while ((word = cm_probe_word_next(&rest, ' ')) != NULL) {
		if (count == max) {
			return -1;
		}
		words[count++] = word;
	}
	return count;
}

/* Numbers differ between C libraries, so the symbol is what counts. */
static const char *errno_symbol(int number)
{
#define SYMBOL(name)                                                                               \
	case name:                                                                                 \
		return #name

	switch (number) {
	SYMBOL(EPERM);
	SYMBOL(ENOENT);
	SYMBOL(EIO);
	SYMBOL(ENXIO);
	SYMBOL(EAGAIN);
	SYMBOL(ENOMEM);
	SYMBOL(EACCES);
	SYMBOL(EFAULT);
	SYMBOL(EBUSY);
	SYMBOL(EEXIST);
	SYMBOL(ENODEV);
	SYMBOL(EINVAL);
	SYMBOL(ENOSPC);
	SYMBOL(ERANGE);
	SYMBOL(ENOSYS);
	SYMBOL(EBADF);
	SYMBOL(EPROTO);
	SYMBOL(EMSGSIZE);
	SYMBOL(ENOPROTOOPT);
	SYMBOL(EPROTONOSUPPORT);
	SYMBOL(ENOTSUP);
#if ENOTSUP != EOPNOTSUPP
	SYMBOL(EOPNOTSUPP);
#endif
	SYMBOL(EAFNOSUPPORT);
	SYMBOL(EADDRINUSE);
	SYMBOL(EADDRNOTAVAIL);
	SYMBOL(ENETDOWN);
	SYMBOL(ENETUNREACH);
	SYMBOL(ECONNABORTED);
	SYMBOL(ECONNRESET);
	SYMBOL(ENOBUFS);
	SYMBOL(EISCONN);
	SYMBOL(ENOTCONN);
	SYMBOL(ESHUTDOWN);
	SYMBOL(ETIMEDOUT);
	SYMBOL(ECONNREFUSED);
	SYMBOL(EHOSTDOWN);
	SYMBOL(EHOSTUNREACH);
	SYMBOL(EALREADY);
	SYMBOL(EINPROGRESS);
	SYMBOL(ECANCELED);
	default:
		return NULL;
	}
#undef SYMBOL
}

int cm_probe_command_bad(struct cm_probe_call *call, const char *what)
{
	cm_probe_frame_text(call->reply, "bad", what);
	return -EINVAL;
}

static int run(struct cm_probe_call *call)
{
	const struct cm_probe_command *command = cm_probe_command_find(call->argv[0]);
	size_t args = call->argc - 1;

	if (command == NULL) {
		return cm_probe_command_bad(call, "command");
	}
	if (args < command->min || (command->max != CM_PROBE_ARGS_ANY && args > command->max)) {
		return cm_probe_command_bad(call, "args");
	}
	return command->handler(call);
}

void cm_probe_command_status(struct cm_probe_frame *frame, int rc)
{
	const char *symbol = rc < 0 ? errno_symbol(-rc) : NULL;

	cm_probe_frame_int(frame, "rc", rc);
	if (symbol != NULL) {
		cm_probe_frame_text(frame, "err", symbol);
	}
}

int cm_probe_command_execute(struct cm_probe_call *call)
{
	bool entered = cm_probe_actor_enter();
	int64_t begun = k_uptime_ticks();
	int rc;

	cm_probe_reset_remember_boot();
	if (call->where == CM_PROBE_WHERE_SHELL) {
		cm_probe_thread_is_shell();
	}
	rc = run(call);
	/* Granted time does not move before the frame has its own. */
	if (!cm_probe_mode_is_granted() || k_uptime_ticks() != begun) {
		cm_probe_frame_int(call->reply, "t0", k_ticks_to_us_floor64(begun));
	}
	cm_probe_command_status(call->reply, rc);
	cm_probe_actor_leave(entered);
	return rc;
}

int cm_probe_command_part(size_t argc, char **argv, enum cm_probe_where where, bool hook, int index)
{
	CM_PROBE_FRAME_DEFINE(part, "part", 192);
	struct cm_probe_call call = {.argc = argc,
				     .argv = argv,
				     .reply = &part,
				     .where = where,
				     .nested = true,
				     .hook = hook};
	int rc;

	if (hook) {
		cm_probe_frame_int(&part, "hook", 1);
	}
	cm_probe_frame_int(&part, "i", index);
	rc = cm_probe_command_execute(&call);
	cm_probe_frame_send(&part);
	return rc;
}

bool cm_probe_arg_int(struct cm_probe_call *call, size_t arg, int64_t min, int64_t max,
		      int64_t *value)
{
	const char *text = call->argv[arg];
	char *end;

	*value = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || isspace((int)text[0]) || *value < min || *value > max) {
		cm_probe_command_bad(call, "value");
		return false;
	}
	return true;
}

bool cm_probe_arg_iface(struct cm_probe_call *call, size_t arg, struct net_if **iface)
{
	const char *text = call->argv[arg];
	char *end;
	long index = strtol(text, &end, 10);

	*iface = end != text && *end == '\0' && index >= 1 && index <= INT8_MAX
			 ? net_if_get_by_index(index)
			 : NULL;
	if (*iface == NULL) {
		cm_probe_command_bad(call, "iface");
		return false;
	}
	return true;
}

bool cm_probe_arg_choice(struct cm_probe_call *call, size_t arg, const char *yes, const char *no,
			 bool *value)
{
	const char *text = call->argv[arg];

	*value = strcmp(text, yes) == 0;
	if (!*value && strcmp(text, no) != 0) {
		cm_probe_command_bad(call, "value");
		return false;
	}
	return true;
}

bool cm_probe_arg_info(struct cm_probe_call *call, size_t arg, struct cm_probe_info *info)
{
	static const uint8_t zeros[CM_PROBE_INFO_MAX];
	int64_t number;

	*info = (struct cm_probe_info){0};
	if (arg >= call->argc) {
		return true;
	}
	if (strncmp(call->argv[arg], "len=", 4) == 0) {
		call->argv[arg] += 4;
		if (!cm_probe_arg_int(call, arg, 0, CM_PROBE_INFO_MAX, &number)) {
			return false;
		}
		info->data = zeros;
		info->len = number;
	} else {
		if (!cm_probe_arg_int(call, arg, INT32_MIN, INT32_MAX, &number)) {
			return false;
		}
		info->number = number;
		info->data = &info->number;
		info->len = sizeof(info->number);
	}
	return true;
}
