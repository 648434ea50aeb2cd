// SPDX-License-Identifier: ISC
// pace.h - what things cost on this machine.

#ifndef PACE_H
#define PACE_H

// Microseconds from a wake-up until who was woken runs.
long pace_wakeup_us(void);

#endif
