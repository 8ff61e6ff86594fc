// Guest memory by virtual addresses, as the code sees it that the CPU runs now. For what the host does in the guest's stead, between two
// instructions; rights of pages are not looked at.

import type { GuestCpu } from "./guest-cpu.js";
import { EngineGuestMemory } from "./guest-memory.js";

const PAGE = 4096;

export class VirtualMemory {
  private readonly memory: EngineGuestMemory;

  constructor(private readonly cpu: GuestCpu) {
    this.memory = new EngineGuestMemory(cpu.engine);
  }

  /** A copy; undefined where not all of it is memory. */
  read(address: bigint, length: number): Uint8Array | undefined {
    const bytes = new Uint8Array(length);
    const whole = this.pieces(address, length, (physical, at, size) => {
      const view = this.memory.view(physical, size);
      if (view) bytes.set(view, at);
      return view !== undefined;
    });
    return whole ? bytes : undefined;
  }

  /** False where not all of it is memory that may be written: what comes before that is written. */
  write(address: bigint, bytes: Uint8Array): boolean {
    return this.pieces(address, bytes.length, (physical, at, size) =>
      this.memory.write(physical, bytes.subarray(at, at + size)),
    );
  }

  /** Bytes up to a zero, which is left out; undefined where there is none within `most`. */
  readText(address: bigint, most: number): Uint8Array | undefined {
    const bytes: number[] = [];
    for (let at = address; bytes.length <= most; ) {
      // Behind the text there may be nothing: no further than its pages go.
      const piece = this.read(at, PAGE - Number(at & BigInt(PAGE - 1)));
      if (!piece) return undefined;
      const end = piece.indexOf(0);
      bytes.push(...(end < 0 ? piece : piece.subarray(0, end)));
      if (end >= 0) return bytes.length <= most ? Uint8Array.from(bytes) : undefined;
      at += BigInt(piece.length);
    }
    return undefined;
  }

  private pieces(
    address: bigint,
    length: number,
    each: (physical: number, at: number, size: number) => boolean,
  ): boolean {
    for (let at = 0; at < length; ) {
      const here = BigInt.asUintN(64, address + BigInt(at));
      const size = Math.min(length - at, PAGE - Number(here & BigInt(PAGE - 1)));
      const physical = this.cpu.translateNow(here);
      if (physical === undefined || !each(physical, at, size)) return false;
      at += size;
    }
    return true;
  }
}
