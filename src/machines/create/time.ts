// The clocks of a machine: virtual time, counted by the CPU's instructions under -icount and by the host otherwise, and the wall's.

import type { WallClock } from "../../devices/interfaces.js";
import type { Bus } from "../../machine/bus.js";
import { HostTime, InstructionTime, type TimeSource, VirtualClock } from "../../machine/clock/clock.js";
import { SteadyTime } from "../../machine/clock/steady-time.js";
import { createWallClock } from "../../machine/clock/wall-clock.js";
import type { Cpu } from "../../machine/cpu.js";
import type { MachineHost } from "../../machine/host.js";
import type { MachineConfig } from "../../options/config.js";
import type { StatePart } from "../../snapshot/sections.js";

export interface MachineTime {
  readonly clock: VirtualClock;
  readonly source: TimeSource;
  readonly wall: WallClock;
  /** Under -icount. */
  readonly counted: InstructionTime | undefined;
  /** The CPU waited, and would have until `deadline`. */
  idled(deadline: number): void;
  /** How far the guest is behind the host, nanoseconds. */
  owed(): number;
  readonly state: readonly StatePart[];
}

export function makeTime({ icount, rtc }: MachineConfig, host: MachineHost, bus: Bus, cpu: Cpu): MachineTime {
  const counted = icount ? new InstructionTime(cpu, icount.shift) : undefined;
  const steady = new SteadyTime(new HostTime(bus.hostNow));
  const source = counted ?? steady;
  const clock = new VirtualClock(source);
  const owed = (): number => steady.owed();
  const wall = createWallClock(rtc, host, clock, counted ? undefined : owed);
  const state: StatePart[] = [
    ["clock", source],
    ["wall clock", wall],
  ];
  return { clock, source, wall, counted, idled: (deadline) => steady.idled(deadline), owed, state };
}
