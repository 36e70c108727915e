/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Stacks of others on which the probe's code is executed. The probe's Kconfig has safe defaults; an
 * application that sets less is not built, as an overflow would go unseen.
 *
 * Used on a Cortex-M3 with assertions and canaries, at most: dispatcher 2192 (a hook with a burst),
 * shell 1672, system work queue 1456, log 792, monitor 536, idle 336.
 */

#include <zephyr/kernel.h>

/* On native targets threads use the host's stacks. */
#if !defined(CONFIG_ARCH_POSIX)

#if defined(CONFIG_NET_MGMT_EVENT_STACK_SIZE) && !defined(CONFIG_NET_MGMT_EVENT_SYSTEM_WORKQUEUE)
BUILD_ASSERT(CONFIG_NET_MGMT_EVENT_STACK_SIZE >= 2304,
	     "the probe's listener needs CONFIG_NET_MGMT_EVENT_STACK_SIZE=2304 or more");
#endif

BUILD_ASSERT(CONFIG_NET_CONNECTION_MANAGER_MONITOR_STACK_SIZE >= 1024,
	     "the probe needs CONFIG_NET_CONNECTION_MANAGER_MONITOR_STACK_SIZE=1024 or more");

BUILD_ASSERT(CONFIG_SYSTEM_WORKQUEUE_STACK_SIZE >= 2048,
	     "the probe's command \"on wq\" needs CONFIG_SYSTEM_WORKQUEUE_STACK_SIZE=2048 or more");

BUILD_ASSERT(CONFIG_SHELL_STACK_SIZE >= 2560,
	     "the probe's commands need CONFIG_SHELL_STACK_SIZE=2560 or more");

#if defined(CONFIG_CM_PROBE_CLOCK)
BUILD_ASSERT(CONFIG_IDLE_STACK_SIZE >= 512,
	     "timers expire in the idle thread, which needs CONFIG_IDLE_STACK_SIZE=512 or more");
#endif

#if defined(CONFIG_CM_PROBE_LOG_FRAMES) && defined(CONFIG_LOG_PROCESS_THREAD_STACK_SIZE)
BUILD_ASSERT(CONFIG_LOG_PROCESS_THREAD_STACK_SIZE >= 1024,
	     "log frames need CONFIG_LOG_PROCESS_THREAD_STACK_SIZE=1024 or more");
#endif

#endif /* !CONFIG_ARCH_POSIX */
