/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * @file
 * @brief What differs between Zephyr releases, for all of the probe.
 *
 * Written for 3.4.99 to 4.3, and for what is known of 4.4 and 4.5; nothing else in the probe looks
 * at the kernel's version.
 */

#ifndef CM_PROBE_COMPAT_H_
#define CM_PROBE_COMPAT_H_

#include <errno.h>

#include <zephyr/kernel.h>
#include <zephyr/logging/log_backend.h>
#include <zephyr/logging/log_ctrl.h>
#include <zephyr/net/conn_mgr_connectivity.h>
#include <zephyr/net/conn_mgr_connectivity_impl.h>
#include <zephyr/net/conn_mgr_monitor.h>
#include <zephyr/net/net_event.h>
#include <zephyr/net/net_if.h>
#include <zephyr/net/net_ip.h>
#include <zephyr/net/net_mgmt.h>
#include <zephyr/shell/shell.h>
#include <zephyr/shell/shell_uart.h>

#if __has_include(<zephyr/random/random.h>)
#include <zephyr/random/random.h>
#else
#include <zephyr/random/rand32.h>
#endif

#if __has_include(<zephyr/version.h>)
#include <zephyr/version.h>
#else
#include <version.h>
#endif

/** Whether this Zephyr is release @p major.@p minor or newer. */
#define CM_PROBE_ZEPHYR(major, minor) (KERNEL_VERSION_NUMBER >= (((major) << 16) | ((minor) << 8)))

/*
 * Network names have prefixes since 4.4, and the ones without only in a compatibility mode. These
 * are the ones that we use.
 */
#if !defined(NET_AF_INET) && !CM_PROBE_ZEPHYR(4, 4)
#define NET_AF_UNSPEC   AF_UNSPEC
#define NET_AF_INET     AF_INET
#define NET_AF_INET6    AF_INET6
#define net_in_addr     in_addr
#define net_in6_addr    in6_addr
#define net_sockaddr    sockaddr
#define net_sockaddr_in sockaddr_in
#define net_sa_family_t sa_family_t
#endif

/*
 * CM_PROBE_DRIVER_FUNCTION_DEFINE(name, result, call, ...) - a driver's functions name() and
 * name_of_iface(), which is given the iface behind the device, too: APIs want that since 4.5, and
 * trees on the way to it have either. The rest are the parameters behind these.
 */
#define CM_PROBE_DRIVER_FUNCTION_DEFINE(_name, _result, _call, ...)                                \
	static __maybe_unused _result _name(const struct device *dev, ##__VA_ARGS__)               \
	{                                                                                          \
		ARG_UNUSED(dev);                                                                   \
		return _call;                                                                      \
	}                                                                                          \
	static __maybe_unused _result _name##_of_iface(const struct device *dev,                   \
						       struct net_if *iface, ##__VA_ARGS__)        \
	{                                                                                          \
		ARG_UNUSED(dev);                                                                   \
		ARG_UNUSED(iface);                                                                 \
		return _call;                                                                      \
	}

/** Of these two the one that fits a member of an API. */
#define CM_PROBE_DRIVER_FUNCTION(_api, _member, _name)                                             \
	_Generic(((_api *)NULL)->_member, __typeof__(&_name): _name, default: _name##_of_iface)

/* Event codes: 32 bits with numbered commands, since 4.2 64 bits with a bit for each command. */
#if NET_MGMT_EVENT_BIT > 0xffffffff
#define CM_PROBE_EVENT_64BIT 1
typedef uint64_t cm_probe_event_t;
#define CM_PROBE_EVENT_PRIVATE_CODE 0x7e
#else
typedef uint32_t cm_probe_event_t;
#define CM_PROBE_EVENT_PRIVATE_CODE 0x7e0
#endif

/*
 * The release whose Connection Manager is built in. One that is newer than its kernel (a back-port,
 * or a tree under development) is known by its events; a build may also define the release.
 */
#if defined(CM_PROBE_CONNMGR_RELEASE)
#elif defined(NET_EVENT_CONN_IF_NO_CONFIGURATION) && !CM_PROBE_ZEPHYR(4, 5)
#define CM_PROBE_CONNMGR_RELEASE "4.5"
#elif defined(NET_EVENT_CONN_IF_IDLE_TIMEOUT) && !CM_PROBE_ZEPHYR(4, 3)
#define CM_PROBE_CONNMGR_RELEASE "4.3"
#elif defined(CM_PROBE_EVENT_64BIT) && !CM_PROBE_ZEPHYR(4, 2)
#define CM_PROBE_CONNMGR_RELEASE "4.2"
#elif defined(NET_EVENT_L4_IPV4_CONNECTED) && !CM_PROBE_ZEPHYR(3, 7)
#define CM_PROBE_CONNMGR_RELEASE "3.7"
#else
#define CM_PROBE_CONNMGR_RELEASE STRINGIFY(KERNEL_VERSION_MAJOR) "." STRINGIFY(KERNEL_VERSION_MINOR)
#endif

/** An event that nobody else knows, to get a function called by the dispatcher. */
#define CM_PROBE_EVENT_PRIVATE                                                                     \
	(NET_MGMT_EVENT_BIT | NET_MGMT_LAYER(NET_MGMT_LAYER_L4) |                                  \
	 NET_MGMT_LAYER_CODE(CM_PROBE_EVENT_PRIVATE_CODE) | 1)

/** The event's layer and layer code, without the command. */
static inline cm_probe_event_t cm_probe_event_family(cm_probe_event_t event)
{
	return event & ~(cm_probe_event_t)NET_MGMT_COMMAND_MASK;
}

/** Who delivers events. */
#if defined(CONFIG_NET_MGMT_EVENT_DIRECT)
#define CM_PROBE_EVENT_DELIVERY "direct"
#elif defined(CONFIG_NET_MGMT_EVENT_SYSTEM_WORKQUEUE)
#define CM_PROBE_EVENT_DELIVERY "queue"
#else
#define CM_PROBE_EVENT_DELIVERY "thread"
#endif

/*
 * The monitor's words. Where events are delivered by whoever raises them, its lock must not be waited
 * for: its owner may wait for the lock of the iface that the event is about.
 */
#if CM_PROBE_ZEPHYR(4, 0) && !defined(CONFIG_NET_MGMT_EVENT_DIRECT)
#define CM_PROBE_MONITOR_HAS_ACCESSOR 1
extern uint16_t conn_mgr_if_state(struct net_if *iface);
#else
extern uint16_t iface_states[];
#endif

#if defined(CONFIG_NET_IPV6) && defined(CONFIG_NET_IPV4)
#define CM_PROBE_TRACKED MAX(CONFIG_NET_IF_MAX_IPV6_COUNT, CONFIG_NET_IF_MAX_IPV4_COUNT)
#elif defined(CONFIG_NET_IPV6)
#define CM_PROBE_TRACKED CONFIG_NET_IF_MAX_IPV6_COUNT
#else
#define CM_PROBE_TRACKED CONFIG_NET_IF_MAX_IPV4_COUNT
#endif

/** A bit of the monitor's word and its letter in the protocol. */
struct cm_probe_word_bit {
	uint8_t bit;
	char letter;
};

/** Letters in the order of the protocol; ended by letter 0. */
static const struct cm_probe_word_bit cm_probe_word_bits[] = {
	{0, 'u'},  {2, '4'},  {1, '6'},  {7, 'i'},
#if defined(NET_EVENT_L4_IPV4_CONNECTED)
	{13, 'r'}, {14, 'x'}, {15, 'y'},
#else
	{14, 'r'}, {15, 'c'},
#endif
	{0, 0},
};

/** Longest text of a word: each letter once, and its end. */
#define CM_PROBE_WORD_MAX ARRAY_SIZE(cm_probe_word_bits)

/** Reads the monitor's word of @p iface; false when the monitor has none. */
static inline bool cm_probe_monitor_word(struct net_if *iface, uint16_t *word)
{
	int index = net_if_get_by_iface(iface);

	if (index < 1 || index > CM_PROBE_TRACKED) {
		return false;
	}
#if defined(CM_PROBE_MONITOR_HAS_ACCESSOR)
	*word = conn_mgr_if_state(iface);
#else
	*word = iface_states[index - 1];
#endif
	return true;
}

/* The net_mgmt event queue; newer releases can do without. */
#if defined(CONFIG_NET_MGMT_EVENT_QUEUE) || !CM_PROBE_ZEPHYR(3, 7)
#define CM_PROBE_EVENT_QUEUE_SIZE CONFIG_NET_MGMT_EVENT_QUEUE_SIZE
/* Local to its file since 4.5: then nobody defines it here. */
extern struct k_msgq event_msgq __weak;
#else
#define CM_PROBE_EVENT_QUEUE_SIZE 0
#endif

/** How many events wait; -ENOTSUP where the release does not tell. */
static inline int cm_probe_event_queue_used(void)
{
#if CM_PROBE_EVENT_QUEUE_SIZE > 0
	struct k_msgq *queue = &event_msgq;

	return queue != NULL ? (int)k_msgq_num_used_get(queue) : -ENOTSUP;
#else
	return 0;
#endif
}

/* What the monitor's thread waits for at rest; no part of the API. */
extern struct k_sem conn_mgr_mon_updated __attribute__((weak));

/** Where the monitor's thread waits when there is nothing to do; NULL when that is not known. */
static inline const void *cm_probe_monitor_rest(void)
{
	return &conn_mgr_mon_updated != NULL ? &conn_mgr_mon_updated.wait_q : NULL;
}

/* What an exception leaves on the stack, and the program counter therein. */
#if CM_PROBE_ZEPHYR(3, 7)
typedef struct arch_esf cm_probe_esf_t;
#else
typedef z_arch_esf_t cm_probe_esf_t;
#endif

/** The program counter of an exception; 0 where it is not known. */
static inline uintptr_t cm_probe_esf_pc(const cm_probe_esf_t *esf)
{
	if (esf == NULL) {
		return 0;
	}
#if defined(CONFIG_ARM64)
	return esf->elr;
#elif defined(CONFIG_ARM)
	return esf->basic.pc;
#elif defined(CONFIG_RISCV)
	return esf->mepc;
#elif defined(CONFIG_X86_64)
	return esf->rip;
#elif defined(CONFIG_X86)
	return esf->eip;
#else
	return 0;
#endif
}

/** Whether an exception came in the midst of an interrupt. */
static inline bool cm_probe_esf_in_interrupt(const cm_probe_esf_t *esf)
{
#if defined(CONFIG_CPU_CORTEX_M)
	/* The handler itself runs as one. */
	return esf != NULL && (esf->basic.xpsr & 0x1ff) != 0;
#else
	ARG_UNUSED(esf);
	return k_is_in_isr();
#endif
}

/* Idle timeouts exist since 4.3. */
#if defined(NET_EVENT_CONN_IF_IDLE_TIMEOUT)
#define CM_PROBE_HAS_IDLE_TIMEOUT 1
#endif

/** Sets the idle timeout to none; the API alone would leave a running timer alone. */
static inline void cm_probe_idle_stop(struct net_if *iface)
{
#if defined(CM_PROBE_HAS_IDLE_TIMEOUT)
	struct conn_mgr_conn_binding *binding = conn_mgr_if_get_binding(iface);

	conn_mgr_if_set_idle_timeout(iface, CONN_MGR_IF_NO_TIMEOUT);
	if (binding != NULL) {
		k_work_cancel_delayable(&binding->idle_worker);
	}
#else
	ARG_UNUSED(iface);
#endif
}

/* Address slots of an iface. */
#if defined(CONFIG_NET_IPV4)
#define CM_PROBE_SLOTS_IPV4 NET_IF_MAX_IPV4_ADDR
#else
#define CM_PROBE_SLOTS_IPV4 0
#endif
#if defined(CONFIG_NET_IPV6)
#define CM_PROBE_SLOTS_IPV6 NET_IF_MAX_IPV6_ADDR
#else
#define CM_PROBE_SLOTS_IPV6 0
#endif

/** Slot @p slot of the iface's IPv4 addresses; NULL when it is free. */
static inline struct net_if_addr *cm_probe_slot_ipv4(struct net_if *iface, int slot)
{
#if defined(CONFIG_NET_IPV4)
	struct net_if_ipv4 *ipv4 = iface->config.ip.ipv4;

	if (ipv4 != NULL && slot < NET_IF_MAX_IPV4_ADDR) {
#if CM_PROBE_ZEPHYR(3, 7)
		struct net_if_addr *addr = &ipv4->unicast[slot].ipv4;
#else
		struct net_if_addr *addr = &ipv4->unicast[slot];
#endif
		return addr->is_used ? addr : NULL;
	}
#endif
	return NULL;
}

/** Slot @p slot of the iface's IPv6 addresses; NULL when it is free. */
static inline struct net_if_addr *cm_probe_slot_ipv6(struct net_if *iface, int slot)
{
#if defined(CONFIG_NET_IPV6)
	struct net_if_ipv6 *ipv6 = iface->config.ip.ipv6;

	if (ipv6 != NULL && slot < NET_IF_MAX_IPV6_ADDR && ipv6->unicast[slot].is_used) {
		return &ipv6->unicast[slot];
	}
#endif
	return NULL;
}

/* The shell's bypass has an argument for the callback's own data since 4.3. */
#if CM_PROBE_ZEPHYR(4, 3)
#define CM_PROBE_BYPASS_DEFINE(name)                                                               \
	static void name(const struct shell *sh, uint8_t *data, size_t len, void *user_data)
#define cm_probe_set_bypass(sh, callback) shell_set_bypass(sh, callback, NULL)
#else
#define CM_PROBE_BYPASS_DEFINE(name)                                                               \
	static void name(const struct shell *sh, uint8_t *data, size_t len)
#define cm_probe_set_bypass(sh, callback) shell_set_bypass(sh, callback)
#endif

/** The timer with which the UART shell polls for input; NULL where interrupts tell of it. */
static inline struct k_timer *cm_probe_shell_poll_timer(const struct shell *sh)
{
#if defined(CONFIG_SHELL_BACKEND_SERIAL_API_POLLING)
	return &((struct shell_uart_polling *)sh->iface->ctx)->rx_timer;
#elif defined(CONFIG_SHELL_BACKEND_SERIAL_RX_POLL_PERIOD)
	return ((const struct shell_uart *)sh->iface->ctx)->timer;
#else
	ARG_UNUSED(sh);
	return NULL;
#endif
}

/** Stops polling for the shell's input. */
static inline void cm_probe_stop_shell_poll(const struct shell *sh)
{
	struct k_timer *timer = cm_probe_shell_poll_timer(sh);

	if (timer != NULL) {
		k_timer_stop(timer);
	}
}

/** Goes on polling for the shell's input. */
static inline void cm_probe_start_shell_poll(const struct shell *sh)
{
#if defined(CONFIG_SHELL_BACKEND_SERIAL_RX_POLL_PERIOD)
	k_timeout_t period = K_MSEC(CONFIG_SHELL_BACKEND_SERIAL_RX_POLL_PERIOD);

	k_timer_start(cm_probe_shell_poll_timer(sh), period, period);
#else
	ARG_UNUSED(sh);
#endif
}

/** Polls for the shell's input once, as its timer does; false where interrupts tell of it. */
static inline bool cm_probe_poll_shell(const struct shell *sh)
{
	struct k_timer *timer = cm_probe_shell_poll_timer(sh);

	if (timer == NULL) {
		return false;
	}
	timer->expiry_fn(timer);
	return true;
}

/** Whether bytes of the shell still wait for the UART's interrupt. */
static inline bool cm_probe_shell_is_writing(const struct shell *sh)
{
#if defined(CONFIG_SHELL_BACKEND_SERIAL_API_INTERRUPT_DRIVEN)
	return atomic_get(&((struct shell_uart_int_driven *)sh->iface->ctx)->tx_busy) != 0;
#elif defined(CONFIG_SHELL_BACKEND_SERIAL_INTERRUPT_DRIVEN)
	return atomic_get(&((const struct shell_uart *)sh->iface->ctx)->ctrl_blk->tx_busy) != 0;
#else
	ARG_UNUSED(sh);
	return false;
#endif
}

/** Lets the shell's thread forget that log messages wait for it. */
static inline void cm_probe_shell_forget_log(const struct shell *sh)
{
#if defined(CONFIG_SHELL_LOG_BACKEND) && CM_PROBE_ZEPHYR(4, 3)
	k_event_clear(&sh->ctx->signal_event, SHELL_SIGNAL_LOG_MSG);
#elif defined(CONFIG_SHELL_LOG_BACKEND)
	k_poll_signal_reset(&sh->ctx->signals[SHELL_SIGNAL_LOG_MSG]);
#else
	ARG_UNUSED(sh);
#endif
}

/** Switches the shell's own log backend off or on. */
static inline void cm_probe_shell_log(const struct shell *sh, bool on)
{
#if defined(CONFIG_SHELL_LOG_BACKEND)
	const struct log_backend *backend = sh->log_backend->backend;

	if (on) {
		log_backend_enable(backend, (void *)sh, CONFIG_LOG_MAX_LEVEL);
	} else {
		log_backend_disable(backend);
	}
#else
	ARG_UNUSED(sh);
	ARG_UNUSED(on);
#endif
}

#endif /* CM_PROBE_COMPAT_H_ */
