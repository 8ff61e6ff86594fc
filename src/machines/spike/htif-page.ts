// HTIF's registers in a program's own memory: the page that has them is RAM whose writes come here. Everything else that is written to
// it is put where it belongs.

import type { IoRegion } from "../../devices/interfaces.js";
import { FROMHOST, type Htif, TOHOST } from "../../devices/test/htif/htif.js";
import type { MachineMemory } from "../../machine/cpu.js";

export const PAGE = 4096;
const REGISTER = 8;

/** Where the two registers are. */
export interface HtifPlaces {
  readonly tohost: number;
  readonly fromhost: number;
}

export function pagesOf({ tohost, fromhost }: HtifPlaces): number[] {
  return [...new Set([tohost, fromhost].map((address) => address - (address % PAGE)))];
}

export class HtifPage implements IoRegion {
  constructor(
    private readonly page: number,
    private readonly places: HtifPlaces,
    private readonly htif: Htif,
    private readonly memory: MachineMemory,
  ) {}

  /** The guest reads RAM itself. */
  read(): number {
    return 0;
  }

  write(offset: number, size: number, value: number): void {
    const address = this.page + offset;
    const register = this.registerAt(address, size);
    if (register !== undefined) {
      this.htif.write(register, size, value);
      return;
    }
    const bytes = Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24).subarray(0, size);
    this.memory.ramBytes(address, size)?.set(bytes);
    this.memory.dirty(address, size);
  }

  /** Offset in HTIF's registers; undefined: it is none of them. */
  private registerAt(address: number, size: number): number | undefined {
    const { tohost, fromhost } = this.places;
    if (address + size > tohost && address < tohost + REGISTER) return TOHOST + (address - tohost);
    if (address + size > fromhost && address < fromhost + REGISTER) return FROMHOST + (address - fromhost);
    return undefined;
  }
}

/** What HTIF's registers hold, in the program's memory. */
export function showRegisters({ tohost, fromhost }: HtifPlaces, htif: Htif, memory: MachineMemory): void {
  for (const [address, offset] of [
    [tohost, TOHOST],
    [fromhost, FROMHOST],
  ] as const) {
    const bytes = memory.ramBytes(address, REGISTER);
    if (bytes) for (let n = 0; n < REGISTER; n++) bytes[n] = htif.read(offset + n, 1);
  }
}
