/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

#include <string.h>

#include <cm_simconn/defects.h>

#define DEFECT_INFO(_id, _description) {.name = #_id, .description = _description},

const struct simconn_defect_info simconn_defects[SIMCONN_DEFECT_COUNT] = {
	SIMCONN_DEFECTS(DEFECT_INFO)
	SIMCONN_LIFE_DEFECTS(DEFECT_INFO)
};

static bool present[SIMCONN_DEFECT_COUNT];

bool simconn_has(enum simconn_defect defect)
{
	return present[defect];
}

void simconn_set_defect(enum simconn_defect defect, bool on)
{
	present[defect] = on;
}

bool simconn_set_defect_by_name(const char *name, bool on)
{
	for (int defect = 0; defect < SIMCONN_DEFECT_COUNT; defect++) {
		if (strcmp(simconn_defects[defect].name, name) == 0) {
			present[defect] = on;
			return true;
		}
	}
	return false;
}

void simconn_clear_defects(void)
{
	memset(present, 0, sizeof(present));
}
