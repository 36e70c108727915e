/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/* Prints which release the probe says, and how many events wait, where QUEUE_IS_PUBLIC or not. */

#include <stdio.h>

#include <cm_probe/compat.h>

#if defined(QUEUE_IS_PUBLIC)
struct k_msgq event_msgq = {.used_msgs = 3};
#endif

uint32_t k_msgq_num_used_get(struct k_msgq *queue)
{
	return queue->used_msgs;
}

int main(void)
{
	int used = cm_probe_event_queue_used();

	printf("%s %s %d\n", CM_PROBE_CONNMGR_RELEASE, used == -ENOTSUP ? "unknown" : "known",
	       used);
	return 0;
}
