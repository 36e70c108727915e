/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * @file
 * @brief What the parts of the probe know of each other.
 */

#ifndef CM_PROBE_PROBE_H_
#define CM_PROBE_PROBE_H_

#include <cm_probe/command.h>
#include <cm_probe/compat.h>
#include <cm_probe/frame.h>
#include <cm_probe/thread.h>
#include <cm_probe/watch.h>

#define CM_PROBE_VERSION        "1.2.0"
#define CM_PROBE_PROTO_VERSION  1
#define CM_PROBE_LINE_MAX       500
#define CM_PROBE_WORDS_MAX      128
#define CM_PROBE_HOOK_LINE_MAX  256
#define CM_PROBE_HOOK_WORDS_MAX 24

/* history.c: the ring of frames. */

/** Lets the ring be used without its lock, which whoever died may hold; for good. */
void cm_probe_history_unguard(void);
/**
 * Makes a frame with the next number in @p text (CM_PROBE_FRAME_MAX), past the ring, which is empty
 * from then on; returns its length. Its time is that of the last frame where the clock stands
 * still.
 */
size_t cm_probe_history_pass(const char *fields, size_t len, char *text, uint32_t *seq,
			     bool clock_runs);
/** Stores a frame with the next number and the present time. */
uint32_t cm_probe_history_append(const char *fields, size_t len);
/** Copies frame @p seq into @p text (CM_PROBE_FRAME_MAX); 0 when the ring does not have it. */
size_t cm_probe_history_copy(uint32_t seq, char *text);
/** Copies the next frame that was not taken yet; 0 when there is none. */
size_t cm_probe_history_take(char *text);
/** Makes @p seq the next frame to be taken. */
void cm_probe_history_skip_to(uint32_t seq);
uint32_t cm_probe_history_first(void);
uint32_t cm_probe_history_next(void);
/** Whether frame @p seq waits for being taken. */
bool cm_probe_history_waits(uint32_t seq);
uint32_t cm_probe_history_lost(void);
/** XORs @p key to the CRC of every frame that is read from now on; 0: to none. */
void cm_probe_history_seal(uint32_t key);
/** Whether more than half of the ring waits for being taken. */
bool cm_probe_history_is_pressed(void);

/* writer.c: brings frames out. */

/** Wakes the writer: there is a new frame. */
void cm_probe_writer_wake(void);
/** Wakes the writer in granted time, too: the gate may not come. */
void cm_probe_writer_wake_always(void);
/** Writes every waiting frame now, by polling and without any lock; also from interrupts. */
void cm_probe_writer_poll_out(void);
/** From now on every frame is written by polling, by whoever sends it. Takes no lock. */
void cm_probe_writer_panic(void);
/** Whether frames are written by whoever sends them. */
bool cm_probe_writer_is_panicking(void);
/** Writes a frame past the ring, while panicking; returns its number. */
uint32_t cm_probe_writer_pass(const char *fields, size_t len, bool clock_runs);
/** Wakes the writer if a frame waits for it; false when none does. */
bool cm_probe_writer_wake_if_behind(void);
/** Writes every waiting frame now, in the present thread; for granted time. */
void cm_probe_writer_flush(void);
/** Writes frame @p seq again; false when the ring does not have it any more. */
bool cm_probe_writer_again(uint32_t seq);
/** Shows every waiting frame to the person at @p sh. */
void cm_probe_writer_show(const struct shell *sh);
/** Sleeps until every frame has been written. */
void cm_probe_writer_drain(void);
/** How many frames were written since boot; it wraps around. */
uint32_t cm_probe_writer_frames(void);
/** Whether the writer has run since the last call of this. */
bool cm_probe_writer_has_run(void);

/* fault.c: the device tells its end. */

/** Writes a fault frame of the present thread by polling, once; with any lock held. */
void cm_probe_fault_tell(const char *reason, uintptr_t pc, const char *text);

/* thread_text.c: what threads wait for. */

/** Whether @p thread waits, and not for a time. */
bool cm_probe_thread_is_blocked(const struct k_thread *thread);
/** Whether @p thread has a time at which it goes on. */
bool cm_probe_thread_has_time(const struct k_thread *thread);
/** The thread's name, or its address in @p text (CM_PROBE_HEX_MAX). */
const char *cm_probe_thread_label(struct k_thread *thread, char *text);
/**
 * Adds what @p first, the owners of the mutexes that it waits for, the present thread and @p more
 * do, as field thr.
 */
void cm_probe_thread_frame(struct cm_probe_frame *frame, struct k_thread *first,
			   struct k_thread *more);

/* watch.c: commands, the dispatcher and the monitor must go on. */

/** A command is under way. */
void cm_probe_watch_begin(uint32_t tag);
void cm_probe_watch_end(void);
/** What changes whenever something happened. */
uint64_t cm_probe_watch_progress(void);
/**
 * Tells of the command under way, from a thread of the host: the simulated CPU does nothing else and
 * time stands still. Takes no lock, as a lock of the kernel is of no use there.
 */
void cm_probe_watch_loops(void);

/* port_uart.c, port_native.c: bytes to the UART, past the shell. */
void cm_probe_port_write(const char *data, size_t len);
/** Waits until the other end has got what was written, where the port's end could throw it away. */
void cm_probe_port_drain(void);
/** The host's file from which a native target's UART reads; negative when it is not known. */
int cm_probe_port_native_in(void);
/** A number that differs from boot to boot, as well as the port can. */
uint32_t cm_probe_port_nonce(void);

/* mode.c */
bool cm_probe_mode_is_machine(void);
/** Enters machine mode; commands are read by @p sh. */
void cm_probe_mode_enter_machine(const struct shell *sh, const char *challenge);
/** Leaves machine mode as soon as the present command is answered. */
void cm_probe_mode_leave_machine(void);
/** Called after each answer. */
void cm_probe_mode_after_reply(void);
/** Whether time is granted. */
bool cm_probe_mode_is_granted(void);
/** Begins in machine mode with granted time, which never ends. */
void cm_probe_mode_start_granted(void);
/** The shell that the probe uses. */
const struct shell *cm_probe_mode_shell(void);

/* gate.c: commands in granted time. */

/** Priority of the thread that reads commands in granted time: no other has a lower one. */
#define CM_PROBE_GATE_PRIORITY K_LOWEST_APPLICATION_THREAD_PRIO

/** Executes what was read, lets all come to rest that can without time passing, and writes the frames. */
void cm_probe_gate_feed(const uint8_t *data, size_t len);
/** Whether a command is being executed in granted time: only meanwhile does time move. */
bool cm_probe_gate_is_executing(void);

/* clock.c: the kernel's clock in granted time, where there is no simulator that has it. */

/** Holds the clock: from now on time moves only during commands. */
void cm_probe_clock_hold(void);
/** Lets the hardware's clock go on. */
void cm_probe_clock_release(void);

/* cmd_basic.c */
void cm_probe_hello_send(const char *challenge);

/* machine.c: lines of the machine mode. */
void cm_probe_machine_feed(const uint8_t *data, size_t len);
uint32_t cm_probe_machine_naks(void);

/* command.c */
const struct cm_probe_command *cm_probe_command_find(const char *name);
/** Cuts the next word out of @p rest, in place; NULL when there is none. */
char *cm_probe_word_next(char **rest, char separator);
/** Splits @p line at its spaces, in place; -1 when there are more than @p max words. */
int cm_probe_words_split(char *line, char **words, size_t max);
/** Executes a command inside another one and reports it as a part. */
int cm_probe_command_part(size_t argc, char **argv, enum cm_probe_where where, bool hook,
			  int index);

/** Adds the fields that say how a call ended: rc and err. */
void cm_probe_command_status(struct cm_probe_frame *frame, int rc);

/* actor.c: what this thread calls until it leaves is the probe's own doing. */
#if defined(CONFIG_CM_PROBE_CALLS)
bool cm_probe_actor_enter(void);
void cm_probe_actor_leave(bool entered);
#else
static inline bool cm_probe_actor_enter(void)
{
	return false;
}

static inline void cm_probe_actor_leave(bool entered)
{
	ARG_UNUSED(entered);
}
#endif

/* schedule.c: who runs when two threads call at once. */

#if defined(CONFIG_CM_PROBE_SCHEDULES)
/**
 * From now on the first of two threads goes before the other, and at each of these points they change
 * places. Answers @p call and returns false where that cannot be.
 */
bool cm_probe_schedule_begin(struct cm_probe_call *call, char *points, k_tid_t first,
			     k_tid_t second);
/** Both have their own priorities again; returns how many points were passed. */
uint32_t cm_probe_schedule_end(void);
#else
static inline bool cm_probe_schedule_begin(struct cm_probe_call *call, char *points, k_tid_t first,
					   k_tid_t second)
{
	ARG_UNUSED(first);
	ARG_UNUSED(second);
	if (strcmp(points, "0") != 0) {
		cm_probe_command_bad(call, "unsupported");
		return false;
	}
	return true;
}

static inline uint32_t cm_probe_schedule_end(void)
{
	return 0;
}
#endif

/* event.c: event names. */
struct cm_probe_event_name {
	const char *name;
	cm_probe_event_t code;
};
extern const struct cm_probe_event_name cm_probe_event_names[];
extern const size_t cm_probe_event_name_count;
/** The event's name, or "-". */
const char *cm_probe_event_name(cm_probe_event_t code);
bool cm_probe_event_by_name(const char *name, cm_probe_event_t *code);

/* listener.c */
void cm_probe_early_remove(void);
void cm_probe_early_add(void);
bool cm_probe_early_present(void);
/** Registers late listener @p index (0 to 2) with @p mask. */
void cm_probe_late_add(int index, cm_probe_event_t mask);
void cm_probe_late_remove(int index);
void cm_probe_hook_clear(void);
int cm_probe_hook_set(cm_probe_event_t event, struct net_if *iface, uint32_t count, size_t argc,
		      char **argv);
/** Most events that waited at once; -ENOTSUP where the release does not tell. */
int cm_probe_event_queue_peak(void);
/** Events that the early listener got. */
uint32_t cm_probe_events_delivered(void);

/* cmd_where.c */
/** Waits until all events that are queued now, and what they cause, were delivered. */
void cm_probe_settle(void);

/* iface.c: what is known about an iface. */
const char *cm_probe_iface_name(struct net_if *iface);
const char *cm_probe_iface_l2(struct net_if *iface);
const struct cm_probe_impl_name *cm_probe_iface_impl(struct net_if *iface, const char **name);
bool cm_probe_l2_by_name(const char *name, const struct net_l2 **l2);
int cm_probe_iface_count(void);
/** The letters of the monitor's word; @p text needs 9 characters. */
const char *cm_probe_iface_word_text(struct net_if *iface, char *text);
void cm_probe_iface_send_state(struct net_if *iface);

/* address.c */
/** Number of preferred addresses that are not link-local. */
int cm_probe_address_count_ipv4(struct net_if *iface);
int cm_probe_address_count_ipv6(struct net_if *iface);
void cm_probe_address_frame_ipv4(struct cm_probe_frame *frame, struct net_if *iface);
void cm_probe_address_frame_ipv6(struct cm_probe_frame *frame, struct net_if *iface);
void cm_probe_address_remove(struct net_if *iface, const struct net_if_addr *addr);
/** Adds or deletes a manual address; -EBADMSG when @p text is none. */
int cm_probe_address_change(struct net_if *iface, net_sa_family_t family, const char *text,
			    bool add, uint32_t lifetime);

/* reset.c */
/** Notes the state after boot, once; before the first command. */
void cm_probe_reset_remember_boot(void);
/** Notes that a command changed an iface's carrier or dormant flag. */
void cm_probe_reset_touched(struct net_if *iface);

#endif /* CM_PROBE_PROBE_H_ */
