/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * After 17.9 s of rest, a whole turn of the ESP32's cycle counter at 240 MHz, Zephyr's driver must be
 * woken within 0.1 ms; when it is later it loses all of them (drivers/timer/xtensa_sys_timer.c). In QEMU
 * it often is. With a timer that runs more often there is no such rest.
 */

#include <zephyr/init.h>
#include <zephyr/kernel.h>

#define LONGEST_REST K_SECONDS(5)

static K_TIMER_DEFINE(restless, NULL, NULL);

static int begin(void)
{
	k_timer_start(&restless, LONGEST_REST, LONGEST_REST);
	return 0;
}

SYS_INIT(begin, APPLICATION, 0);
