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

/*
 * Deadly defects: the device ends, hangs, or corrupts its memory. Which requirement each breaks
 * (REQ-LIFE), and the command that shows it:
 *
 * life_null_connect      001  `connect I`, or `up I` that connects
 * life_null_callback     001  what takes a connected iface oper-down: `lose I`, `disconnect I`, `down I`
 * life_null_work         001  `advance` over the end of an attempt (delay_ms)
 * life_panic             001  `disconnect I`
 * life_oops              001  `opt-set I NAME HEX`
 * life_assert            001  `fatal I`
 * life_divide            001  `advance` over a timeout
 * life_illegal           001  `lose I` of a connected iface
 * life_exit              001  `disconnect I`; elsewhere nothing happens
 * life_reboot            003  `disconnect I`; nothing happens without CONFIG_REBOOT
 * life_lock_kept         002  what takes that lock after `advance`: `state`, `disconnect I`
 * life_iface_lock_kept   002  `advance` over a timeout, `down I`, `state`
 * life_lock_twice        002  `disconnect I`
 * life_loop_connect      002  `connect I`, or `up I` that connects
 * life_loop_locked       002  `disconnect I`; only the host can tell
 * life_loop_callback     002  `up I`
 * life_loop_work         002  `advance` over the end of an attempt
 * life_callback_blocked  004  `up I` returns; no event after it, then `advance`
 * life_monitor_blocked   004  `connect I` returns; nothing ready any more, then `advance`
 * life_stack_overflow    005  `connect I`, or `up I` that connects
 * life_stack_overrun     005  `opt-set I NAME HEX`
 * life_use_after_free    005  `disconnect I`
 * life_double_free       005  `lose I` of a connected iface; may go unseen without assertions
 * life_out_of_bounds     005  `opt-get I NAME LEN`
 *
 * 005 needs something that looks: a guard, canaries, assertions, or a sanitizer (the variants asan,
 * ubsan and stack_guard). Without, what follows is 001, or nothing that could be seen.
 */
#define SIMCONN_LIFE_DEFECTS(L)                                                                    \
	L(life_null_connect, "connect calls through a null pointer")                               \
	L(life_null_callback, "an event callback for IF_DOWN calls through a null pointer")        \
	L(life_null_work, "the work item that ends an attempt calls through a null pointer")       \
	L(life_panic, "disconnect calls k_panic")                                                  \
	L(life_oops, "set_opt calls k_oops")                                                       \
	L(life_assert, "an assertion fails in a fatal error")                                      \
	L(life_divide, "the work item of the timeout divides by zero")                             \
	L(life_illegal, "a loss executes an illegal instruction")                                  \
	L(life_exit, "disconnect ends the program with status 0 (native)")                         \
	L(life_reboot, "disconnect restarts the device (where it can)")                            \
	L(life_lock_kept, "the work item that ends an attempt keeps the binding's lock")           \
	L(life_iface_lock_kept, "the work item of the timeout keeps the iface's lock")             \
	L(life_lock_twice, "disconnect takes a semaphore twice")                                   \
	L(life_loop_connect, "connect never ends its loop")                                        \
	L(life_loop_locked, "disconnect never ends its loop, with interrupts locked")              \
	L(life_loop_callback, "an event callback for IF_ADMIN_UP never ends its loop")             \
	L(life_loop_work, "the work item that ends an attempt never ends its loop")                \
	L(life_callback_blocked, "an event callback for IF_ADMIN_UP waits for ever")               \
	L(life_monitor_blocked, "connect suspends the monitor's thread for ever")                  \
	L(life_stack_overflow, "connect calls itself until the stack is used up")                  \
	L(life_stack_overrun, "set_opt writes past a buffer on the stack")                         \
	L(life_use_after_free, "disconnect calls a function of an object that was freed")          \
	L(life_double_free, "a loss frees an object twice")                                        \
	L(life_out_of_bounds, "get_opt writes to a table with an index that is too large")

#define SIMCONN_DEFECT_ENUM(_id, _description) SIMCONN_DEFECT_##_id,

enum simconn_defect {
	SIMCONN_DEFECTS(SIMCONN_DEFECT_ENUM)
	SIMCONN_LIFE_DEFECTS(SIMCONN_DEFECT_ENUM)
	SIMCONN_DEFECT_COUNT
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

/** To be called after a change of defects: registers the event callback that some need. */
void simconn_life_update(void);

#endif /* CM_SIMCONN_DEFECTS_H_ */
