// The script that rom.asm carries out: what a loader writes into RAM, piece by piece, and the state in which the CPU begins.

import { Structure } from "../../../boot/bytes.js";
import type { BootMemory, InitialCpu } from "../boot/interfaces.js";

interface Piece {
  address: number;
  bytes: Uint8Array;
}

const NUMBER = 4;
/** Number of pieces; mode, instruction pointer, two numbers of the segments, stack pointer, EAX, EBX. */
const FIXED_NUMBERS = 8;

/** RAM that loaders write to before firmware runs: kept for the script. */
export class ScriptMemory implements BootMemory {
  private readonly pieces: Piece[] = [];

  /** `low`: end of low RAM, of which firmware keeps what lies from `end` on. */
  constructor(
    readonly size: number,
    readonly low: number,
    private readonly end: number,
  ) {}

  write(address: number, bytes: Uint8Array): void {
    // What loaders would say of firmware's tables is firmware's own business.
    if (address < this.end && bytes.length > 0) this.pieces.push({ address, bytes: bytes.slice() });
  }

  /** The script: all that was written, then the kernel is entered in this state. */
  script({ mode, rip, segments, gdt, registers }: InitialCpu): Uint8Array {
    const numbers = 2 * this.pieces.length + FIXED_NUMBERS;
    const script = new Structure(this.pieces.reduce((sum, { bytes }) => sum + bytes.length, NUMBER * numbers));
    let at = 0;
    const number = (value: number): void => {
      script.u32(at, value);
      at += NUMBER;
    };
    number(this.pieces.length);
    for (const { address, bytes } of this.pieces) {
      number(address);
      number(bytes.length);
      script.put(at, bytes);
      at += bytes.length;
    }
    const real = mode === "real";
    const { rsp = 0, rax = 0, rbx = 0 } = registers;
    const [first, second] = real ? [segments.cs.selector, segments.ds.selector] : [gdt.base, gdt.limit];
    for (const value of [real ? 0 : 1, rip, first, second, rsp, rax, rbx]) number(value);
    return script.bytes;
  }
}
