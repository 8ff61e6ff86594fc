// What region building sees of the running machine: tier 0's blocks, and where code at a virtual address lies now.

import { B_HASH_NEXT, B_MODE, B_PAGE2, B_PHYS } from "../../layout/block.js";
import { E_HASH, E_HASH_MASK } from "../../layout/engine.js";
import { ENGINE } from "../../layout/memory.js";
import { S_TLB, TLB_ENTRIES, TLB_EXEC, TLB_EXEC_ADDEND, TLB_MODE_SIZE, TLB_STRIDE } from "../../layout/tlb.js";
import { S_CODE_BASE, S_CODE_MASK, S_MODE, S_PC } from "../../layout/vcpu.js";
import { mmuOf } from "./region.js";

export interface BlockSource {
  /** Header of the block at a guest-physical address, 0 if there is none: one that does not cross a page, or, given the host page
   *  number of the second page, the one that does. */
  find(phys: number, mode: number, page2?: number): number;
  /** 32-bit field of a header. */
  read(header: number, field: number): number;
  write(header: number, field: number, value: number): void;
  /** Guest-physical address of a block. */
  phys(header: number): number;
  /** Guest bytes from a host address to the end of its page, and the first ones of the page at host address `second`. */
  code(host: number, second?: number): Uint8Array;
  /** Host address of a guest-physical address, 0 where there is no memory. */
  hostOf(phys: number): number;
  /** Guest-physical address of the code `displacement` bytes from the current program counter; -1 if not in the TLB or not RAM. */
  target(displacement: number): number;
  /** Distance of a 64-bit value in a header (B_TARGETS) from the current program counter; NaN if it is 0 or beyond 2^52. */
  distance(header: number, field: number): number;
}

export interface SourceMemory {
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly u8: Uint8Array;
  readonly physical: {
    hostOf(physical: number): number;
    /** -1: the host address is not memory of the guest's. */
    physOf(host: number): number;
  };
}

export interface SourceHost {
  readonly frontend: { readonly maxInsnBytes: number };
  readonly memory: SourceMemory;
  /** The CPU that runs: what is asked about the program counter and the TLB is asked about its. */
  readonly vcpu: { readonly base: number };
}

/** The BlockSource of a real machine. */
export class MemorySource implements BlockSource {
  private readonly memory: SourceMemory;

  constructor(private readonly host: SourceHost) {
    this.memory = host.memory;
  }

  private engine(field: number): number {
    return this.memory.i32[(ENGINE + field) >> 2]!;
  }

  find(phys: number, mode: number, page2 = -1): number {
    const { i32, u32 } = this.memory;
    const lo = phys >>> 0;
    const hi = Math.floor(phys / 4294967296);
    // As core/engine/codemap/hash.ts hashSlot().
    const hash = lo ^ ((lo >>> 14) | (hi << 18)) ^ (Math.imul(mode, 0x9e3779b1) >>> 12);
    let block = i32[(this.engine(E_HASH) + ((hash & this.engine(E_HASH_MASK)) << 2)) >> 2]!;
    for (; block !== 0; block = i32[(block + B_HASH_NEXT) >> 2]!) {
      const h = block >> 2;
      if (
        u32[h + (B_PHYS >> 2)] === lo &&
        u32[h + (B_PHYS >> 2) + 1] === hi &&
        i32[h + (B_MODE >> 2)] === mode &&
        i32[h + (B_PAGE2 >> 2)] === page2
      ) {
        return block;
      }
    }
    return 0;
  }

  read(header: number, field: number): number {
    return this.memory.i32[(header + field) >> 2]!;
  }

  write(header: number, field: number, value: number): void {
    this.memory.i32[(header + field) >> 2] = value;
  }

  phys(header: number): number {
    const { u32 } = this.memory;
    return u32[(header + B_PHYS) >> 2]! + u32[((header + B_PHYS) >> 2) + 1]! * 4294967296;
  }

  code(host: number, second?: number): Uint8Array {
    const { u8 } = this.memory;
    const first = u8.subarray(host, host - (host % 4096) + 4096);
    if (second === undefined) return first;
    const { maxInsnBytes } = this.host.frontend;
    const both = new Uint8Array(first.length + maxInsnBytes);
    both.set(first);
    both.set(u8.subarray(second, second + maxInsnBytes), first.length);
    return both;
  }

  hostOf(phys: number): number {
    return this.memory.physical.hostOf(phys);
  }

  target(displacement: number): number {
    const { i32, u32 } = this.memory;
    const cpu = this.host.vcpu.base;
    const pc = (cpu + S_PC) >> 2;
    const base = (cpu + S_CODE_BASE) >> 2;
    const mask = (cpu + S_CODE_MASK) >> 2;
    const low = u32[pc]! + u32[base]! + displacement;
    const lo = (low & u32[mask]!) >>> 0;
    const carry = Math.floor(low / 4294967296);
    const hi = ((u32[pc + 1]! + u32[base + 1]! + carry) & u32[mask + 1]!) >>> 0;
    const mmu = mmuOf(i32[(cpu + S_MODE) >> 2]!);
    const entry = cpu + S_TLB + mmu * TLB_MODE_SIZE + ((lo >>> 12) & (TLB_ENTRIES - 1)) * TLB_STRIDE;
    if (u32[(entry + TLB_EXEC) >> 2] !== (lo & ~0xfff) >>> 0 || u32[((entry + TLB_EXEC) >> 2) + 1] !== hi) return -1;
    return this.memory.physical.physOf((lo + i32[(entry + TLB_EXEC_ADDEND) >> 2]!) >>> 0);
  }

  distance(header: number, field: number): number {
    const { u32, i32 } = this.memory;
    const at = (header + field) >> 2;
    if (u32[at] === 0 && u32[at + 1] === 0) return Number.NaN;
    const cpu = this.host.vcpu.base;
    const pc = (cpu + S_PC) >> 2;
    const d = u32[at]! - u32[pc]! + (i32[at + 1]! - i32[pc + 1]!) * 4294967296;
    return Math.abs(d) < 2 ** 52 ? d : Number.NaN;
  }
}
