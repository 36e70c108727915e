/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

#ifndef NETWORK_H_
#define NETWORK_H_

#include <stdbool.h>

/** Says whether the network of wan0 is in reach. */
void network_set_in_reach(bool reach);

#endif /* NETWORK_H_ */
