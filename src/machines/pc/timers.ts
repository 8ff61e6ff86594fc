// The timers of a PC and what is wired to them: PIT with the speaker's port, RTC with its NVRAM, HPET.

import type { Clock, Device, IrqLine, WallClock } from "../../devices/interfaces.js";
import { CmosRtc } from "../../devices/rtc/cmosrtc/cmosrtc.js";
import { pcNvram } from "../../devices/rtc/cmosrtc/registers.js";
import { Hpet } from "../../devices/timer/hpet/hpet.js";
import { Pit8254 } from "../../devices/timer/pit8254/pit8254.js";
import { Port61 } from "../../devices/timer/pit8254/port61.js";
import type { MachineLog } from "../../machine/log.js";
import type { AddressSpace } from "../../machine/memory-map.js";
import type { MachineConfig } from "../../options/config.js";
import { pcOptions } from "./options.js";

export const HPET_BASE = 0xfed00000;

export interface TimerParts {
  config: MachineConfig;
  clock: Clock;
  wall: WallClock;
  log: MachineLog;
  ports: AddressSpace;
  mmio: AddressSpace;
  /** Bytes of RAM below and above 4 GiB, which the NVRAM tells firmware. */
  ram: { low: number; high: number };
  /** A source of an interrupt, by its number. */
  source(irq: number): IrqLine;
}

/** Makes and maps them; `devices` are in the order of their resets. */
export function pcTimers({ config, clock, wall, log, ports, mmio, ram, source }: TimerParts): {
  rtc: CmosRtc;
  devices: Device[];
} {
  const options = pcOptions(config);
  const pit = new Pit8254(clock, source(0));
  const port61 = new Port61(pit);
  if (options.pit) {
    ports.map(0x40, 4, "pit", pit, { width: 1 });
    ports.map(0x61, 1, "pcspk", port61);
  }
  const rtc = new CmosRtc(clock, wall, source(8), nvram(config, ram));
  ports.map(0x70, 2, "rtc", rtc, { width: 1 });
  const devices: Device[] = [pit, port61, rtc];
  if (!options.hpet) return { rtc, devices };
  const hpet = new Hpet({
    clock,
    lines: Array.from({ length: 24 }, (_, n) => source(n)),
    legacy(on) {
      pit.setIrqEnabled(!on);
      rtc.setIrqEnabled(!on);
    },
    log,
  });
  mmio.map(HPET_BASE, 0x400, "hpet", hpet);
  return { rtc, devices: [...devices, hpet] };
}

function nvram({ boot }: MachineConfig, ram: TimerParts["ram"]) {
  const letters = "?acdn";
  const order = [...(boot.once ?? boot.order)].map((letter) => letters.indexOf(letter));
  return pcNvram({
    below4g: ram.low,
    above4g: ram.high,
    cpus: 1,
    boot: order.filter((code) => code > 0).slice(0, 3),
  });
}
