// INT 1Ah, time of day, and the count of interrupt 8. Ticks are of the interval timer: 65536 an hour, nearly.

import type { GuestMemory } from "../../../../devices/interfaces.js";
import type { Caller } from "../caller.js";
import { MIDNIGHT, TICKS } from "../data-area.js";
import { type Ports, readCmos, writeCmos } from "../ports.js";

export const TICKS_A_DAY = 0x1800b0;
const SECONDS_A_DAY = 86400;

const SECONDS = 0x00;
const MINUTES = 0x02;
const HOURS = 0x04;
const DAY = 0x07;
const MONTH = 0x08;
const YEAR = 0x09;
const STATUS_A = 0x0a;
const STATUS_B = 0x0b;
const CENTURY = 0x32;
const UPDATING = 0x80;
const STOPPED = 0x80;
const DAYLIGHT_SAVING = 0x01;

/** Interrupt 8. */
export function countTick(memory: GuestMemory): void {
  const ticks = memory.readU32(TICKS) + 1;
  if (ticks < TICKS_A_DAY) {
    memory.writeU32(TICKS, ticks);
    return;
  }
  memory.writeU32(TICKS, 0);
  memory.writeU8(MIDNIGHT, 1);
}

/** What the count is when the machine starts, by the real-time clock. */
export function ticksNow(ports: Ports): number {
  const [hours, minutes, seconds] = [HOURS, MINUTES, SECONDS].map((index) => fromBcd(readCmos(ports, index)));
  const past = hours! * 3600 + minutes! * 60 + seconds!;
  return Math.floor((past * TICKS_A_DAY) / SECONDS_A_DAY) % TICKS_A_DAY;
}

/** Does AH = 00h to 05h. False: the clock is just being set forward, the caller asks again. */
export function clockService(memory: GuestMemory, ports: Ports, caller: Caller): boolean {
  const reads = caller.ah === 0x02 || caller.ah === 0x04;
  if (reads && readCmos(ports, STATUS_A) & UPDATING) return false;
  const cmos = (index: number) => readCmos(ports, index);
  switch (caller.ah) {
    case 0x00: {
      const ticks = memory.readU32(TICKS);
      caller.cx = ticks >>> 16;
      caller.dx = ticks;
      caller.al = memory.readU16(MIDNIGHT) & 0xff;
      memory.writeU8(MIDNIGHT, 0);
      break;
    }
    case 0x01:
      memory.writeU32(TICKS, caller.cx * 0x10000 + caller.dx);
      memory.writeU8(MIDNIGHT, 0);
      break;
    case 0x02:
      caller.cx = (cmos(HOURS) << 8) | cmos(MINUTES);
      caller.dx = (cmos(SECONDS) << 8) | (cmos(STATUS_B) & DAYLIGHT_SAVING);
      caller.al = caller.cx >> 8;
      break;
    case 0x03:
      set(ports, [HOURS, caller.cx >> 8], [MINUTES, caller.cx & 0xff], [SECONDS, caller.dx >> 8]);
      break;
    case 0x04:
      caller.cx = (cmos(CENTURY) << 8) | cmos(YEAR);
      caller.dx = (cmos(MONTH) << 8) | cmos(DAY);
      caller.al = caller.cx >> 8;
      break;
    case 0x05:
      set(ports, [CENTURY, caller.cx >> 8], [YEAR, caller.cx & 0xff], [MONTH, caller.dx >> 8], [DAY, caller.dx & 0xff]);
      break;
    default:
      caller.carry = true;
      return true;
  }
  caller.succeed();
  return true;
}

function set(ports: Ports, ...values: readonly (readonly [index: number, value: number])[]): void {
  const status = readCmos(ports, STATUS_B);
  writeCmos(ports, STATUS_B, status | STOPPED);
  for (const [index, value] of values) writeCmos(ports, index, value);
  writeCmos(ports, STATUS_B, status & ~STOPPED);
}

function fromBcd(value: number): number {
  return (value >> 4) * 10 + (value & 15);
}
