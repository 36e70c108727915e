/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The deadly defects: mistakes as firmware makes them. Volatile variables keep the compiler from
 * seeing through them, and from warning.
 */

#include <stdlib.h>
#include <string.h>

#include <zephyr/net/net_mgmt.h>
#include <zephyr/sys/printk.h>
#include <zephyr/sys/reboot.h>

#include "internal.h"

#if defined(CONFIG_ARCH_POSIX)
#include "posix_board_if.h"
#endif

#define GARBAGE 0xa5

struct operations {
	void (*run)(void);
	uint8_t more[24];
};

static struct operations *volatile operations;
static volatile int zero;
static volatile uint32_t count;
static K_SEM_DEFINE(once, 1, 1);
static K_SEM_DEFINE(never, 0, 1);

static void nothing(void)
{
}

static void loop(void)
{
	while (true) {
		count++;
	}
}

static void fail_assertion(void)
{
#if defined(CONFIG_ASSERT)
	__ASSERT(zero != 0, "a fatal error that is not expected");
#else
	printk("ASSERTION FAIL [a fatal error that is not expected] @ %s:%d\n", __FILE__, __LINE__);
	k_panic();
#endif
}

static void end_program(void)
{
#if defined(CONFIG_ARCH_POSIX)
	posix_exit(0);
#endif
}

static void restart(void)
{
#if defined(CONFIG_REBOOT)
	sys_reboot(SYS_REBOOT_COLD);
#endif
}

/* Where the stack's bounds are known, not further than a little past its end. */
static bool goes_deeper(const volatile uint8_t *top)
{
#if defined(CONFIG_THREAD_STACK_INFO) && !defined(CONFIG_ARCH_POSIX)
	return (uintptr_t)top + 256 > k_current_get()->stack_info.start;
#else
	return top != NULL;
#endif
}

static __attribute__((noinline)) int recurse(int depth)
{
	volatile uint8_t frame[64];

	for (size_t i = 0; i < sizeof(frame); i++) {
		frame[i] = GARBAGE;
	}
	if (goes_deeper(frame)) {
		depth = recurse(depth + 1);
	}
	return depth + frame[0];
}

static __attribute__((noinline)) void overrun(volatile size_t len)
{
	volatile uint8_t value[8];

	for (size_t i = 0; i < len; i++) {
		value[i] = GARBAGE;
	}
}

static void write_far(void)
{
	static uint8_t table[SIMCONN_OPTION_LEN];
	volatile size_t index = 0x40000000;

	table[index] = GARBAGE;
	count += table[0];
}

/* A sanitizer knows the host's heap, not the kernel's. */
#if defined(CONFIG_ARCH_POSIX)
static __attribute__((noinline)) void *take(size_t size)
{
	return malloc(size);
}

static __attribute__((noinline)) void give(void *object)
{
	free(object);
}
#else
static K_HEAP_DEFINE(heap, 512);

static void *take(size_t size)
{
	return k_heap_alloc(&heap, size, K_NO_WAIT);
}

static void give(void *object)
{
	k_heap_free(&heap, object);
}
#endif

static void use_after_free(void)
{
	struct operations *volatile freed = take(sizeof(struct operations));
	struct operations *volatile other;

	freed->run = nothing;
	give(freed);
	/* The place is used again, as it would be sooner or later. */
	other = take(sizeof(struct operations));
	memset(other, GARBAGE, sizeof(*other));
	freed->run();
	give(other);
}

static void free_twice(void)
{
	struct operations *volatile object = take(sizeof(struct operations));

	give(object);
	give(object);
}

void simconn_die(enum simconn_place place)
{
	switch (place) {
	case SIMCONN_IN_CONNECT:
		if (HAS(life_null_connect)) {
			operations->run();
		} else if (HAS(life_loop_connect)) {
			loop();
		} else if (HAS(life_stack_overflow)) {
			count += recurse(0);
		} else if (HAS(life_monitor_blocked)) {
			k_thread_suspend(simconn_monitor_thread());
		}
		break;
	case SIMCONN_IN_DISCONNECT:
		if (HAS(life_panic)) {
			k_panic();
		} else if (HAS(life_exit)) {
			end_program();
		} else if (HAS(life_reboot)) {
			restart();
		} else if (HAS(life_lock_twice)) {
			k_sem_take(&once, K_FOREVER);
			k_sem_take(&once, K_FOREVER);
		} else if (HAS(life_loop_locked)) {
			(void)irq_lock();
			loop();
		} else if (HAS(life_use_after_free)) {
			use_after_free();
		}
		break;
	case SIMCONN_IN_SET_OPT:
		if (HAS(life_oops)) {
			k_oops();
		} else if (HAS(life_stack_overrun)) {
			overrun(96);
		}
		break;
	case SIMCONN_IN_GET_OPT:
		if (HAS(life_out_of_bounds)) {
			write_far();
		}
		break;
	case SIMCONN_IN_ASSOCIATION:
		if (HAS(life_null_work)) {
			operations->run();
		} else if (HAS(life_loop_work)) {
			loop();
		}
		break;
	case SIMCONN_IN_TIMEOUT:
		if (HAS(life_divide)) {
			count = 1000 / zero;
		}
		break;
	case SIMCONN_IN_LOSS:
		if (HAS(life_illegal)) {
			__builtin_trap();
		} else if (HAS(life_double_free)) {
			free_twice();
		}
		break;
	case SIMCONN_IN_FATAL:
		if (HAS(life_assert)) {
			fail_assertion();
		}
		break;
	}
}

static struct net_mgmt_event_callback callback;
static bool registered;

static void handler(struct net_mgmt_event_callback *cb, simconn_event_t event,
		    struct net_if *iface)
{
	ARG_UNUSED(cb);
	if (simconn_of(iface) == NULL) {
		return;
	}
	if (event == NET_EVENT_IF_DOWN && HAS(life_null_callback)) {
		operations->run();
	}
	if (event == NET_EVENT_IF_ADMIN_UP && HAS(life_loop_callback)) {
		loop();
	}
	if (event == NET_EVENT_IF_ADMIN_UP && HAS(life_callback_blocked)) {
		k_sem_take(&never, K_FOREVER);
	}
}

void simconn_life_update(void)
{
	bool wanted = HAS(life_null_callback) || HAS(life_loop_callback) ||
		      HAS(life_callback_blocked);

	if (wanted && !registered) {
		net_mgmt_init_event_callback(&callback, handler,
					     NET_EVENT_IF_DOWN | NET_EVENT_IF_ADMIN_UP);
		net_mgmt_add_event_callback(&callback);
	} else if (!wanted && registered) {
		net_mgmt_del_event_callback(&callback);
	}
	registered = wanted;
}
