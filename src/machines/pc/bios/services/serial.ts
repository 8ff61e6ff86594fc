// INT 14h, serial ports.

import type { GuestMemory } from "../../../../devices/interfaces.js";
import type { Caller } from "../caller.js";
import { SERIAL_BASES } from "../data-area.js";
import type { Ports } from "../ports.js";

const LINE_CONTROL = 3;
const LINE_STATUS = 5;
const MODEM_STATUS = 6;
const DIVISOR_ACCESS = 0x80;
const DATA_READY = 0x01;
const TIMEOUT = 0x80;
/** Of 115200 baud, by the number in bits 7 to 5 of AL: 110 to 9600. */
const DIVISORS = [1047, 768, 384, 192, 96, 48, 24, 12];

export function serialService(memory: GuestMemory, ports: Ports, caller: Caller): void {
  const port = caller.dx < 4 ? memory.readU16(SERIAL_BASES + 2 * caller.dx) : 0;
  if (port === 0) return;
  const status = (): number => ports.read(port + LINE_STATUS, 1);
  switch (caller.ah) {
    case 0x00: {
      const divisor = DIVISORS[caller.al >> 5]!;
      const control = caller.al & 0x1f;
      ports.write(port + LINE_CONTROL, 1, control | DIVISOR_ACCESS);
      ports.write(port, 1, divisor & 0xff);
      ports.write(port + 1, 1, divisor >> 8);
      ports.write(port + LINE_CONTROL, 1, control);
      break;
    }
    case 0x01:
      ports.write(port, 1, caller.al);
      caller.ah = status();
      return;
    case 0x02: {
      const state = status();
      if (state & DATA_READY) caller.al = ports.read(port, 1);
      caller.ah = state & DATA_READY ? state : state | TIMEOUT;
      return;
    }
    case 0x03:
      break;
    default:
      return;
  }
  caller.ax = (status() << 8) | ports.read(port + MODEM_STATUS, 1);
}
