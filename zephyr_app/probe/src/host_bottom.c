/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "host.h"

#define FD_MAX            256
#define NO_CLIENT_STEP_MS 20

/* The simulator looks at signals only when simulated time moves, which may be never. */
static void end(int signal_number)
{
	(void)signal_number;
	_exit(0);
}

bool cm_host_granted(void)
{
	const char *value = getenv("CM_PROBE_GRANTED");
	bool granted = value != NULL && strcmp(value, "1") == 0;

	if (granted) {
		signal(SIGTERM, end);
		signal(SIGINT, end);
	}
	return granted;
}

int cm_host_pty(void)
{
	char name[64];

	for (int fd = FD_MAX - 1; fd >= 0; fd--) {
		int flags = fcntl(fd, F_GETFL);

		/* The driver's is non-blocking, unlike one that was inherited. */
		if (flags != -1 && (flags & O_NONBLOCK) != 0 &&
		    ptsname_r(fd, name, sizeof(name)) == 0) {
			return fd;
		}
	}
	return -1;
}

static void wait_for_client(void)
{
	struct timespec step = {.tv_nsec = NO_CLIENT_STEP_MS * 1000000L};

	nanosleep(&step, NULL);
}

int cm_host_read(int fd, uint8_t *data, size_t size)
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

void cm_host_write(int fd, const char *data, size_t len)
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

uint32_t cm_host_nonce(void)
{
	uint32_t value = 0;

	if (getrandom(&value, sizeof(value), 0) != sizeof(value)) {
		value = time(NULL) ^ getpid();
	}
	return value;
}
