/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * @file
 * @brief Commands: one table for programs and for people.
 */

#ifndef CM_PROBE_COMMAND_H_
#define CM_PROBE_COMMAND_H_

#include <zephyr/net/net_if.h>
#include <zephyr/sys/iterable_sections.h>

#include <cm_probe/frame.h>

/** Where a command is executed. */
enum cm_probe_where {
	CM_PROBE_WHERE_SHELL,  /**< in the thread that reads commands */
	CM_PROBE_WHERE_WQ,     /**< in a work item of the system work queue */
	CM_PROBE_WHERE_CB,     /**< inside a net_mgmt callback */
	CM_PROBE_WHERE_HELPER, /**< in a thread of the command both */
};

/** One execution of a command. */
struct cm_probe_call {
	size_t argc;            /**< words, with the command's name */
	char **argv;            /**< words; argv[argc] need not be NULL */
	struct cm_probe_frame *reply; /**< takes the fields of the answer */
	enum cm_probe_where where;
	bool nested; /**< part of a burst or of a hook */
	bool hook;   /**< the command of a fired hook, or part of it */
};

/** Executes a command; the return value becomes the reply's rc. */
typedef int (*cm_probe_command_handler_t)(struct cm_probe_call *call);

/** A command of the table. */
struct cm_probe_command {
	const char *name;
	const char *help;
	cm_probe_command_handler_t handler;
	uint8_t min; /**< least number of arguments */
	uint8_t max; /**< greatest number of arguments */
};

/** As cm_probe_command.max: any number of arguments. */
#define CM_PROBE_ARGS_ANY UINT8_MAX

/**
 * @brief Adds a command to the table, from any source file.
 *
 * @param _id the command's name as an identifier ('_' for '-'); the handler is cm_probe_cmd_<_id>
 * @param _name the command's name
 * @param _min least number of arguments
 * @param _max greatest number of arguments, or CM_PROBE_ARGS_ANY
 * @param _help arguments and what they do, one line
 */
#define CM_PROBE_COMMAND_DEFINE(_id, _name, _min, _max, _help)                                     \
	static const STRUCT_SECTION_ITERABLE(cm_probe_command, cm_probe_command_##_id) = {         \
		.name = _name,                                                                     \
		.help = _help,                                                                     \
		.handler = cm_probe_cmd_##_id,                                                     \
		.min = _min,                                                                       \
		.max = _max,                                                                       \
	}

/** Executes the command that @p call names and adds t0, rc, err and bad to its reply. */
int cm_probe_command_execute(struct cm_probe_call *call);

/** Answers that the command was not understood; @p what is args, iface, value or unsupported. */
int cm_probe_command_bad(struct cm_probe_call *call, const char *what);

/** Reads argument @p arg as an iface index; false (and answered) when there is no such iface. */
bool cm_probe_arg_iface(struct cm_probe_call *call, size_t arg, struct net_if **iface);

/** Reads argument @p arg as a whole decimal number from @p min to @p max. */
bool cm_probe_arg_int(struct cm_probe_call *call, size_t arg, int64_t min, int64_t max,
		      int64_t *value);

/** Reads argument @p arg as one of two words; @p yes gives true. */
bool cm_probe_arg_choice(struct cm_probe_call *call, size_t arg, const char *yes, const char *no,
			 bool *value);

/** Event info as a command gives it: nothing, an int, or a number of zero bytes. */
struct cm_probe_info {
	const void *data;
	size_t len;
	int number;
};

/** Longest event info that can be asked for. */
#define CM_PROBE_INFO_MAX 256

/** Reads argument @p arg, which may be absent, as event info. */
bool cm_probe_arg_info(struct cm_probe_call *call, size_t arg, struct cm_probe_info *info);

/** A step of the command "reset". */
struct cm_probe_reset_step {
	/** Called while every iface is admin-down and nothing is connected automatically. */
	void (*run)(void);
};

/** Adds a step to the command "reset", from any source file. */
#define CM_PROBE_RESET_DEFINE(_run)                                                                \
	static const STRUCT_SECTION_ITERABLE(cm_probe_reset_step,                                  \
					     cm_probe_reset_step_##_run) = {.run = _run}

struct conn_mgr_conn_impl;

/** Tells the probe the name of a connectivity implementation. */
struct cm_probe_impl_name {
	const char *name;
	const struct conn_mgr_conn_impl *impl;
	bool sim; /**< has the knobs of the simulated implementation */
};

/** Names the connectivity implementation @p _id. */
#define CM_PROBE_IMPL_DEFINE(_id, _sim)                                                            \
	extern const struct conn_mgr_conn_impl CONN_MGR_CONN_IMPL_GET_NAME(_id);                   \
	static const STRUCT_SECTION_ITERABLE(cm_probe_impl_name, cm_probe_impl_name_##_id) = {     \
		.name = #_id,                                                                      \
		.impl = &CONN_MGR_CONN_IMPL_GET_NAME(_id),                                         \
		.sim = _sim,                                                                       \
	}

/** Tells the probe the name of an L2. */
struct cm_probe_l2_name {
	const char *name;
	const struct net_l2 *l2;
};

/** Names the L2 @p _id. */
#define CM_PROBE_L2_DEFINE(_id)                                                                    \
	static const STRUCT_SECTION_ITERABLE(cm_probe_l2_name, cm_probe_l2_name_##_id) = {         \
		.name = STRINGIFY(_id), .l2 = &NET_L2_GET_NAME(_id),                               \
		}

#endif /* CM_PROBE_COMMAND_H_ */
