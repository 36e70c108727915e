/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * @file
 * @brief Seeded defects: each makes the implementation break one promise.
 */

#ifndef CM_SIMCONN_DEFECTS_H_
#define CM_SIMCONN_DEFECTS_H_

#include <stdbool.h>
#include <stddef.h>

/** X(identifier, description), in the order of the table. */
#define SIMCONN_DEFECTS(X)                                                                         \
	X(timeout_after_success, "the timeout is not cancelled by success and ends the connection")  \
	X(timeout_after_disconnect, "the timeout is not cancelled by disconnect")                    \
	X(timeout_in_ms, "seconds of the timeout are taken for milliseconds")                        \
	X(timeout_early, "the timeout comes after half of its time")                                 \
	X(timeout_late, "the timeout comes after twice its time")                                    \
	X(timeout_remaining_reused, "the attempt after a loss has the time left by the first one")   \
	X(timeout_first_only, "only the first attempt since reset has a timeout")                    \
	X(timeout_zero_is_now, "no timeout is taken for a timeout at once when persistent")          \
	X(timeout_not_raised, "an attempt that timed out ends without an event")                     \
	X(timeout_raised_twice, "the timeout event is raised twice")                                 \
	X(timeout_wrong_iface, "the timeout event names another iface")                              \
	X(timeout_keeps_trying, "the timeout event is raised but the attempt goes on")               \
	X(timeout_retried, "a new attempt starts after a timeout when persistent")                   \
	X(persistent_not_retried, "no new attempt after a loss although persistent")                 \
	X(loss_retried, "a new attempt after a loss although not persistent")                        \
	X(loss_keeps_oper_up, "the iface stays oper-up when the network is lost")                    \
	X(loss_is_fatal, "a loss raises a fatal error")                                              \
	X(gives_up_early, "the attempt is given up silently when a sub-attempt fails")               \
	X(connect_oper_up, "the iface is oper-up as soon as the attempt starts")                     \
	X(connect_positive, "connect returns 1")                                                     \
	X(connect_blocks, "connect blocks for 300 ms")                                               \
	X(connect_error_lost, "connect returns 0 although it failed")                                \
	X(connect_refused_busy, "connect while connecting or connected is an error")                 \
	X(connect_restarts_timeout, "connect while connecting starts the timeout anew")              \
	X(connect_restarts_attempt, "connect while connecting starts the attempt anew")              \
	X(connect_ends_connection, "connect while connected starts the timeout, which disconnects")  \
	X(disconnect_ignored, "disconnect does nothing")                                             \
	X(disconnect_keeps_attempt, "disconnect does not cancel the attempt")                        \
	X(disconnect_retried, "a new attempt after disconnect when persistent")                      \
	X(disconnect_idle_error, "disconnect is an error when not connected")                        \
	X(fatal_not_raised, "a fatal error ends without an event")                                   \
	X(fatal_wrong_iface, "the fatal error event names another iface")                            \
	X(fatal_retried, "a new attempt starts after a fatal error when persistent")                 \
	X(shared_state, "all ifaces share one state")                                                \
	X(option_shared, "all ifaces share one option value")                                        \
	X(option_stored_rejected, "an option value that is rejected is stored")                      \
	X(option_short_accepted, "an option value that is too short is accepted")                    \
	X(option_unknown_accepted, "an unknown option is accepted")                                  \
	X(option_wrong_length, "get_opt leaves the buffer's length as the value's length")

#define SIMCONN_DEFECT_ENUM(_id, _description) SIMCONN_DEFECT_##_id,

enum simconn_defect {
	SIMCONN_DEFECTS(SIMCONN_DEFECT_ENUM) SIMCONN_DEFECT_COUNT
};

struct simconn_defect_info {
	const char *name;
	const char *description;
};

/** Names and descriptions, in the order of the enumeration. */
extern const struct simconn_defect_info simconn_defects[SIMCONN_DEFECT_COUNT];

/** Whether the implementation has this defect now. */
bool simconn_has(enum simconn_defect defect);

void simconn_set_defect(enum simconn_defect defect, bool on);

/** Switches a defect by its name; false when there is none. */
bool simconn_set_defect_by_name(const char *name, bool on);

void simconn_clear_defects(void);

#endif /* CM_SIMCONN_DEFECTS_H_ */
