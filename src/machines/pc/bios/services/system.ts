// INT 15h: memory map, A20 gate, moves to extended memory, waits (Ralf Brown's list; ACPI 6.5, 15.1 for E820h).

import type { GuestMemory } from "../../../../devices/interfaces.js";
import { E820_RAM, type MemoryRange } from "../../boot/interfaces.js";
import { EBDA, ONE_MIB } from "../../boot/memory-map.js";
import type { Caller } from "../caller.js";
import type { Ports } from "../ports.js";
import { CONFIGURATION_TABLE, ROM_SEGMENT } from "../rom.js";

export interface SystemParts {
  memory: GuestMemory;
  ports: Ports;
  map: () => readonly MemoryRange[];
  /** Microseconds of the machine's time. */
  now: () => number;
}

const SMAP = 0x534d4150;
const UNSUPPORTED = 0x86;
const ENTRY = 20;
const ENTRY_EXTENDED = 24;
const SIXTEEN_MIB = 0x1000000;
/** Programs that ask for so little take no more. */
const SIXTY_FOUR_MIB = 0x4000000;
const PORT92 = 0x92;
const A20_GATE = 0x02;
const FOUR_GIB = 2 ** 32;

export class SystemService {
  /** When the wait of AH=86h ends; undefined: nobody waits. */
  deadline: number | undefined;

  constructor(private readonly parts: SystemParts) {}

  /** False: the caller asks again. */
  call(caller: Caller): boolean {
    const { ah, ax } = caller;
    switch (ax) {
      case 0xe820:
        this.memoryMap(caller);
        return true;
      case 0xe801:
        this.memorySizes(caller);
        return true;
    }
    switch (ah) {
      case 0x24:
        this.a20(caller);
        return true;
      case 0x86:
        return this.wait(caller);
      case 0x87:
        this.move(caller);
        return true;
      case 0x88:
        caller.ax = Math.floor(Math.min(this.extended, SIXTY_FOUR_MIB - ONE_MIB) / 1024);
        caller.carry = false;
        return true;
      case 0x90:
      case 0x91:
        caller.succeed();
        return true;
      case 0xc0:
        caller.cpu.setEs(ROM_SEGMENT);
        caller.bx = CONFIGURATION_TABLE;
        caller.succeed();
        return true;
      case 0xc1:
        caller.cpu.setEs(EBDA >> 4);
        caller.carry = false;
        return true;
      default:
        caller.fail(UNSUPPORTED);
        return true;
    }
  }

  /** EBX: number of the entry, of the next one on return, 0 after the last. */
  private memoryMap(caller: Caller): void {
    const map = this.parts.map();
    const index = caller.get("ebx");
    const range = map[index];
    const room = caller.get("ecx");
    if (caller.get("edx") !== SMAP || room < ENTRY || !range) {
      caller.fail(UNSUPPORTED);
      return;
    }
    const size = room < ENTRY_EXTENDED ? ENTRY : ENTRY_EXTENDED;
    const bytes = new Uint8Array(size);
    const view = new DataView(bytes.buffer);
    [range.address, range.length].forEach((value, n) => {
      view.setUint32(8 * n, value % FOUR_GIB, true);
      view.setUint32(8 * n + 4, Math.floor(value / FOUR_GIB), true);
    });
    view.setUint32(16, range.type, true);
    // Extended attributes: the entry counts.
    if (size === ENTRY_EXTENDED) view.setUint32(ENTRY, 1, true);
    this.parts.memory.write(caller.es("edi"), bytes);
    caller.eax = SMAP;
    caller.set("ecx", size);
    caller.set("ebx", index + 1 < map.length ? index + 1 : 0);
    caller.carry = false;
  }

  /** Bytes of usable memory from 1 MiB on. */
  private get extended(): number {
    const range = this.parts.map().find(({ address, type }) => address === ONE_MIB && type === E820_RAM);
    return range?.length ?? 0;
  }

  /** KiB from 1 to 16 MiB and units of 64 KiB above, twice. */
  private memorySizes(caller: Caller): void {
    const low = Math.min(this.extended, SIXTEEN_MIB - ONE_MIB) / 1024;
    const high = Math.floor(Math.max(0, this.extended + ONE_MIB - SIXTEEN_MIB) / 0x10000);
    caller.ax = low;
    caller.cx = low;
    caller.bx = high;
    caller.dx = high;
    caller.carry = false;
  }

  private a20(caller: Caller): void {
    const { ports } = this.parts;
    const value = ports.read(PORT92, 1);
    switch (caller.al) {
      case 0x00:
        ports.write(PORT92, 1, value & ~A20_GATE);
        break;
      case 0x01:
        ports.write(PORT92, 1, value | A20_GATE);
        break;
      case 0x02:
        caller.al = value & A20_GATE ? 1 : 0;
        break;
      case 0x03:
        // By the keyboard controller and by port 92h.
        caller.bx = 3;
        break;
      default:
        caller.fail(UNSUPPORTED);
        return;
    }
    caller.succeed();
  }

  /** CX:DX microseconds. */
  private wait(caller: Caller): boolean {
    const now = this.parts.now();
    this.deadline ??= now + caller.cx * 0x10000 + caller.dx;
    if (now < this.deadline) return false;
    this.deadline = undefined;
    caller.carry = false;
    return true;
  }

  /** CX words from the third to the fourth descriptor of the table at ES:SI. */
  private move(caller: Caller): void {
    const { memory } = this.parts;
    const table = caller.es("esi");
    const base = (descriptor: number): number => {
      const at = table + 8 * descriptor;
      return (memory.readU32(at + 2) & 0xffffff) + (memory.readU16(at + 6) >> 8) * 0x1000000;
    };
    const length = Math.min(caller.cx, 0x8000) * 2;
    const source = memory.view(base(2), length)?.slice();
    const done = length === 0 || (source !== undefined && memory.write(base(3), source));
    if (done) caller.succeed();
    else caller.fail(1);
  }
}
