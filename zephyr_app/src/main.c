/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

int main(void)
{
	/* Everything is done by the ifaces, the probe and the Connection Manager. */
	return 0;
}
