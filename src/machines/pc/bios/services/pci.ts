// INT 1Ah AH=B1h: PCI BIOS (PCI BIOS Specification 2.1, chapter 4), by configuration mechanism 1.

import type { Caller } from "../caller.js";
import type { Ports } from "../ports.js";

const ADDRESS = 0xcf8;
const DATA = 0xcfc;
const SIGNATURE = 0x20494350;
const VERSION = 0x0210;
const MECHANISM_1 = 1;

const UNSUPPORTED = 0x81;
const BAD_VENDOR = 0x83;
const NOT_FOUND = 0x86;
const BAD_REGISTER = 0x87;
const CLASS_REVISION = 0x08;
const HEADER_TYPE = 0x0e;
const MULTIFUNCTION = 0x80;

export function pciService(ports: Ports, caller: Caller): void {
  const { al } = caller;
  switch (al) {
    case 0x01:
      caller.set("edx", SIGNATURE);
      // There is no entry point for programs in protected mode.
      caller.set("edi", 0);
      caller.bx = VERSION;
      caller.setWord("ecx", caller.cx & 0xff00);
      caller.ax = MECHANISM_1;
      caller.carry = false;
      return;
    case 0x02: {
      const [device, vendor] = [caller.cx, caller.dx];
      if (vendor === 0xffff) caller.fail(BAD_VENDOR);
      else find(ports, caller, 0, (id) => id === device * 0x10000 + vendor);
      return;
    }
    case 0x03: {
      const wanted = caller.get("ecx") & 0xffffff;
      find(ports, caller, CLASS_REVISION, (value) => value >>> 8 === wanted);
      return;
    }
  }
  const write = al >= 0x0b;
  const size = [1, 2, 4][al - (write ? 0x0b : 0x08)];
  if (al < 0x08 || size === undefined) {
    caller.fail(UNSUPPORTED);
    return;
  }
  const register = caller.di;
  if (register > 0xff || register % size !== 0) {
    caller.fail(BAD_REGISTER);
    return;
  }
  select(ports, caller.bx, register);
  const data = DATA + (register & 3);
  if (write) ports.write(data, size, size === 4 ? caller.get("ecx") : caller.cx & (size === 2 ? 0xffff : 0xff));
  else {
    const value = ports.read(data, size);
    if (size === 4) caller.set("ecx", value);
    else caller.cx = size === 2 ? value : (caller.cx & 0xff00) | value;
  }
  caller.succeed();
}

/** The SI-th function whose register fits: its bus and function in BX. */
function find(ports: Ports, caller: Caller, register: number, fits: (value: number) => boolean): void {
  let left = caller.word("esi");
  for (let slot = 0; slot < 32; slot++) {
    const functions = read(ports, 8 * slot, HEADER_TYPE & ~3) & (MULTIFUNCTION << 16) ? 8 : 1;
    for (let n = 0; n < functions; n++) {
      const address = 8 * slot + n;
      if ((read(ports, address, 0) & 0xffff) === 0xffff || !fits(read(ports, address, register))) continue;
      if (left-- > 0) continue;
      caller.bx = address;
      caller.succeed();
      return;
    }
  }
  caller.fail(NOT_FOUND);
}

function read(ports: Ports, address: number, register: number): number {
  select(ports, address, register);
  return ports.read(DATA, 4);
}

/** `address` is bus, slot and function, as in BX. */
function select(ports: Ports, address: number, register: number): void {
  ports.write(ADDRESS, 4, (0x80000000 | (address << 8) | (register & 0xfc)) >>> 0);
}
