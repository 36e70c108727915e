/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The device tells its end: a fatal error, a failed assertion.
 *
 * The linker wraps the kernel's functions (--wrap), so that an application may keep its own
 * k_sys_fatal_error_handler and assert_post_action. Both are called afterwards as ever.
 */

#include <stdarg.h>
#include <string.h>

#include <zephyr/fatal.h>
#include <zephyr/logging/log_ctrl.h>
#include <zephyr/sys/printk.h>

#include "probe.h"

#define TEXT_MAX 160

BUILD_ASSERT(TEXT_MAX + 100 <= CM_PROBE_FIELDS_MAX, "the text of an assertion fits into a frame");

/* What failed, for the fatal error that follows. */
static char assertion[TEXT_MAX];
static bool assertion_failed;

static void tell(const char *reason, const char *thread, uintptr_t pc, const char *text)
{
	static char fields[CM_PROBE_FIELDS_MAX];
	static bool told;
	struct cm_probe_frame frame;
	unsigned int key;

	if (told) {
		return;
	}
	key = irq_lock();
	told = true;
	cm_probe_writer_panic();
	cm_probe_frame_begin(&frame, fields, sizeof(fields), "fault");
	cm_probe_frame_text(&frame, "reason", reason);
	cm_probe_frame_text(&frame, "thr", thread);
	if (pc != 0) {
		cm_probe_frame_hex(&frame, "pc", pc, 8);
	}
	if (text[0] != '\0') {
		cm_probe_frame_text(&frame, "text", text);
	}
	cm_probe_frame_send(&frame);
	cm_probe_port_drain();
	irq_unlock(key);
}

void cm_probe_fault_tell(const char *reason, uintptr_t pc, const char *text)
{
	char label[CM_PROBE_HEX_MAX];

	tell(reason, cm_probe_thread_label(k_current_get(), label), pc, text);
}

#if defined(CONFIG_CM_PROBE_FAULT)
static const char *reason_text(unsigned int reason)
{
	switch (reason) {
	case K_ERR_SPURIOUS_IRQ:
		return "spurious-interrupt";
	case K_ERR_STACK_CHK_FAIL:
		return "stack-overflow";
	case K_ERR_KERNEL_OOPS:
		return "kernel-oops";
	case K_ERR_KERNEL_PANIC:
		return "kernel-panic";
	default:
		/* The architecture's own reasons are kinds of exceptions. */
		return "cpu-exception";
	}
}

FUNC_NORETURN void k_fatal_halt(unsigned int reason);
void __real_z_fatal_error(unsigned int reason, const cm_probe_esf_t *esf);

void __wrap_z_fatal_error(unsigned int reason, const cm_probe_esf_t *esf)
{
	static int depth;
	char label[CM_PROBE_HEX_MAX];
	const char *thread = cm_probe_thread_label(k_current_get(), label);

	/* What is told, and what the kernel's own handler logs, may end badly, too. */
	if (++depth > 2) {
		k_fatal_halt(reason);
	}
	if (depth == 1) {
		/* A sentinel is looked at in an interrupt, but it is the thread's. */
		if (reason != K_ERR_STACK_CHK_FAIL && cm_probe_esf_in_interrupt(esf)) {
			thread = "interrupt";
		}
		tell(assertion_failed ? "assertion" : reason_text(reason), thread,
		     cm_probe_esf_pc(esf), assertion_failed ? assertion : "");
	}
	__real_z_fatal_error(reason, esf);
	/* The application's handler let the system live on. */
	depth--;
}

#if defined(CONFIG_ASSERT)
static size_t assertion_len;

#if defined(CONFIG_ASSERT_NO_FILE_INFO)
void __real_assert_post_action(void);

void __wrap_assert_post_action(void)
{
	assertion_failed = true;
	__real_assert_post_action();
	assertion_failed = false;
	assertion_len = 0;
}
#else
void __real_assert_post_action(const char *file, unsigned int line);

void __wrap_assert_post_action(const char *file, unsigned int line)
{
	assertion_failed = true;
	if (assertion_len == 0) {
		snprintk(assertion, sizeof(assertion), "%s:%u", file, line);
	}
	__real_assert_post_action(file, line);
	assertion_failed = false;
	assertion_len = 0;
}
#endif

/* One line of text: what would be lines and tabs are spaces. */
static void flatten(char *text)
{
	char *end = text;

	for (const char *c = text; *c != '\0'; c++) {
		if (*c > ' ') {
			*end++ = *c;
		} else if (end > assertion && end[-1] != ' ') {
			*end++ = ' ';
		}
	}
	*end = '\0';
}

/* "ASSERTION FAIL [test] @ file:line", and then perhaps a line that says more. */
void __wrap_assert_print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintk(assertion + assertion_len, sizeof(assertion) - assertion_len, format, args);
	va_end(args);
	printk("%s", assertion + assertion_len);
	flatten(assertion + assertion_len);
	assertion_len = strlen(assertion);
}
#endif
#endif /* CONFIG_CM_PROBE_FAULT */
