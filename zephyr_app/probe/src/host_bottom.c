/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "host.h"

#define REPORT_MAX        200
#define LOOK_MS           100
#define NO_CLIENT_STEP_MS 20
#define DRAIN_STEPS       25

/* There in builds that count what is reached. */
extern void __gcov_exit(void) __attribute__((weak));

/* The simulator looks at signals only when simulated time moves, which may be never. */
static void end(int signal_number)
{
	if (__gcov_exit != NULL) {
		__gcov_exit();
	}
	/* By the signal itself: whoever waits must see that somebody else ended the program. */
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

bool cm_probe_host_granted(void)
{
	const char *value = getenv("CM_PROBE_GRANTED");
	bool granted = value != NULL && strcmp(value, "1") == 0;

	if (granted) {
		signal(SIGTERM, end);
		signal(SIGINT, end);
	}
	return granted;
}

static void wait_for_client(void)
{
	struct timespec step = {.tv_nsec = NO_CLIENT_STEP_MS * 1000000L};

	nanosleep(&step, NULL);
}

void cm_probe_host_drain(int fd)
{
	char name[64];
	int slave;
	int waiting = 0;

	if (fd < 0 || ptsname_r(fd, name, sizeof(name)) != 0) {
		return;
	}
	slave = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK);
	/* Read twice, as what was written arrives a little later. */
	for (int i = 0, empty = 0; slave >= 0 && i < DRAIN_STEPS && empty < 2; i++) {
		wait_for_client();
		empty = ioctl(slave, FIONREAD, &waiting) == 0 && waiting == 0 ? empty + 1 : 0;
	}
	if (slave >= 0) {
		close(slave);
	}
}

int cm_probe_host_read(int fd, uint8_t *data, size_t size)
{
	while (true) {
		struct pollfd pfd = {.fd = fd, .events = POLLIN};
		ssize_t count;

		poll(&pfd, 1, -1);
		count = read(fd, data, size);
		if (count > 0) {
			return count;
		}
		if ((pfd.revents & (POLLHUP | POLLERR)) != 0) {
			wait_for_client();
		}
	}
}

void cm_probe_host_write(int fd, const char *data, size_t len)
{
	while (len > 0) {
		struct pollfd pfd = {.fd = fd, .events = POLLOUT};
		ssize_t count = write(fd, data, len);

		if (count > 0) {
			data += count;
			len -= count;
			continue;
		}
		if (count < 0 && errno != EAGAIN && errno != EINTR) {
			return;
		}
		poll(&pfd, 1, NO_CLIENT_STEP_MS);
		if ((pfd.revents & (POLLHUP | POLLERR)) != 0) {
			return;
		}
	}
}

uint32_t cm_probe_host_nonce(void)
{
	uint32_t value = 0;

	if (getrandom(&value, sizeof(value), 0) != sizeof(value)) {
		value = time(NULL) ^ getpid();
	}
	return value;
}

static void (*on_death)(const char *reason, uintptr_t pc, const char *text);

static uintptr_t pc_of(const ucontext_t *context)
{
#if defined(__x86_64__)
	return context->uc_mcontext.gregs[REG_RIP];
#elif defined(__i386__)
	return context->uc_mcontext.gregs[REG_EIP];
#elif defined(__aarch64__)
	return context->uc_mcontext.pc;
#else
	return 0;
#endif
}

static const struct {
	int number;
	const char *reason;
} deadly[] = {
	{SIGSEGV, "signal SIGSEGV"}, {SIGBUS, "signal SIGBUS"},   {SIGFPE, "signal SIGFPE"},
	{SIGILL, "signal SIGILL"},   {SIGABRT, "signal SIGABRT"},
};

static void die(int number, siginfo_t *info, void *context)
{
	(void)info;
	signal(number, SIG_DFL);
	for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
		if (deadly[i].number == number) {
			on_death(deadly[i].reason, pc_of(context), "");
		}
	}
	/* What the processor found, it finds again; this is for the others. */
	raise(number);
}

/* Of a sanitizer's runtime, where the program was built with one. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));
void __asan_set_error_report_callback(void (*callback)(const char *report)) __attribute__((weak));
void __ubsan_get_current_report_data(const char **kind, const char **message, const char **file,
				     unsigned int *line, unsigned int *column, char **address)
	__attribute__((weak));

static char report[REPORT_MAX];

static void keep_report(const char *text)
{
	static const char summary[] = "SUMMARY: ";
	const char *start = strstr(text, summary);
	size_t len;

	start = start != NULL ? start + sizeof(summary) - 1 : text;
	len = strcspn(start, "\n");
	len = len < REPORT_MAX - 1 ? len : REPORT_MAX - 1;
	memcpy(report, start, len);
	report[len] = '\0';
}

/* Signals, too, are reported by the sanitizers: "AddressSanitizer: SEGV file:line in function". */
static const char *signal_of_report(void)
{
	const char *kind = strstr(report, "Sanitizer: ");

	for (size_t i = 0; kind != NULL && i < sizeof(deadly) / sizeof(deadly[0]); i++) {
		const char *name = deadly[i].reason + strlen("signal SIG");

		if (strncmp(kind + strlen("Sanitizer: "), name, strlen(name)) == 0) {
			return deadly[i].reason;
		}
	}
	return NULL;
}

static void died_of_report(void)
{
	const char *reason = signal_of_report();

	on_death(reason != NULL ? reason : "sanitizer", 0, report);
}

/* Called for each report of the sanitizer for undefined behaviour. */
void __ubsan_on_report(void)
{
	const char *kind;
	const char *message;
	const char *file;
	unsigned int line;
	unsigned int column;
	char *address;

	if (__ubsan_get_current_report_data != NULL) {
		__ubsan_get_current_report_data(&kind, &message, &file, &line, &column, &address);
		snprintf(report, sizeof(report), "%s:%u: %s", file != NULL ? file : "-", line,
			 message != NULL ? message : kind);
	}
}

/* The first report is the last, as with the other sanitizer. */
const char *__ubsan_default_options(void)
{
	return "halt_on_error=1:print_stacktrace=1";
}

void cm_probe_host_on_death(void (*died)(const char *reason, uintptr_t pc, const char *text))
{
	struct sigaction action = {.sa_sigaction = die, .sa_flags = SA_SIGINFO | SA_NODEFER};

	on_death = died;
	if (__sanitizer_set_death_callback != NULL) {
		__sanitizer_set_death_callback(died_of_report);
		if (__asan_set_error_report_callback != NULL) {
			__asan_set_error_report_callback(keep_report);
		}
	}
	for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
		struct sigaction present;

		/* A sanitizer has handlers for some. */
		if (sigaction(deadly[i].number, NULL, &present) == 0 &&
		    present.sa_handler == SIG_DFL) {
			sigaction(deadly[i].number, &action, NULL);
		}
	}
}

static struct {
	uint64_t (*progress)(void);
	void (*loops)(void);
	int ms;
} watch;

static int64_t cpu_ms(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return used.tv_sec * 1000LL + used.tv_nsec / 1000000;
}

static void *watch_cpu(void *unused)
{
	struct timespec step = {.tv_nsec = LOOK_MS * 1000000L};
	uint64_t last = watch.progress();
	int64_t since = cpu_ms();

	(void)unused;
	while (true) {
		nanosleep(&step, NULL);
		if (watch.progress() != last) {
			last = watch.progress();
			since = cpu_ms();
		} else if (cpu_ms() - since >= watch.ms) {
			watch.loops();
		}
	}
	return NULL;
}

void cm_probe_host_watch(uint64_t (*progress)(void), void (*loops)(void), int ms)
{
	pthread_t thread;

	watch.progress = progress;
	watch.loops = loops;
	watch.ms = ms;
	if (pthread_create(&thread, NULL, watch_cpu, NULL) == 0) {
		pthread_detach(thread);
	}
}
