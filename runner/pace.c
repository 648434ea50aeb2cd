// SPDX-License-Identifier: ISC
#include "pace.h"

// A bound for machines of today, not measured.
long pace_wakeup_us(void)
{
	return 200;
}
