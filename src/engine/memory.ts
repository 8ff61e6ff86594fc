// Placement of everything in the one linear memory: fixed part (src/layout/), tables, caches, ROM copies, guest RAM.

import type { Arch } from "../arch/arch.js";
import * as L from "../layout/layout.js";
import { BLOCK_HASH_BITS, REGION_RECORD_BYTES, ROM_BYTES, TIER0_BYTES } from "../tuning/engine.js";
import { PhysicalMap, type RamRange } from "./physical.js";

const PAGE = 65536;
/** Pages of a memory of 32-bit addresses. The last one stays out, so that no address of RAM and a few bytes more wraps around. */
const MOST_PAGES = 65536 - 1;

export interface MemoryPlan {
  /** State of the first CPU; the others follow. */
  cpus: number;
  /** Bytes from one to the next. */
  cpuSize: number;
  ramBase: number;
  ramSize: number;
  arena: number;
  arenaBytes: number;
  romBase: number;
  romBytes: number;
  /** Room for tables of the guest's own, Arch.tableBytes long. */
  archTables: number;
  /** Records of tier 1 (region entries, spans). */
  regions: number;
  regionBytes: number;
}

export interface Placement extends MemoryPlan {
  /** In all, of 64 KiB. */
  pages: number;
  /** Fields of ENGINE that say where the tables are. */
  fields: readonly (readonly [field: number, address: number])[];
}

/** What a guest decides of it. */
type Guest = Pick<Arch, "tableBytes" | "mmu">;

/** Bytes of a CPU's state. */
function cpuSize({ mmu }: Guest): number {
  if (mmu.count > L.MMU_MODES_MAX) throw new Error(`${mmu.count} MMU modes: the engine has ${L.MMU_MODES_MAX} at most`);
  const spaces = (mmu.spaces ?? 0) * L.SPACE_SIZE;
  return L.S_TLB + mmu.count * (L.TLB_MODE_SIZE + L.TLB_LIST_MODE_SIZE) + spaces;
}

/** Where everything lies with so many bytes of RAM, so many CPUs, and so much room for ROM. */
export function placement(ramSize: number, guest: Guest, count = 1, romBytes = ROM_BYTES): Placement {
  const cpus = L.CPUS;
  let at = cpus + count * cpuSize(guest);
  const take = (bytes: number, align = 64) => {
    at = Math.ceil(at / align) * align;
    const here = at;
    at += bytes;
    return here;
  };
  const ramPages = ramSize / 4096;
  const fields = [
    [L.E_CODE_BITS, take(ramPages * 8)],
    [L.E_PAGE_BLOCKS, take(ramPages * 4)],
    [L.E_HASH, take(4 << BLOCK_HASH_BITS)],
    [L.E_PAGE_STORES, take(ramPages * 4)],
  ] as const;
  const archTables = take(guest.tableBytes);
  const regions = take(REGION_RECORD_BYTES);
  const arena = take(TIER0_BYTES);
  const romBase = take(romBytes, 4096);
  // Last, because only here addresses may be above 2 GiB, where they are negative numbers in an i32.
  const ramBase = take(ramSize, PAGE);
  const pages = Math.ceil(at / PAGE);
  const bytes = { arenaBytes: TIER0_BYTES, regionBytes: REGION_RECORD_BYTES };
  return {
    cpus,
    cpuSize: cpuSize(guest),
    ramBase,
    ramSize,
    arena,
    romBase,
    romBytes,
    archTables,
    regions,
    ...bytes,
    pages,
    fields,
  };
}

/** Most bytes of RAM that there is room for, in whole MiB. */
export function mostRam(guest: Guest, romBytes = ROM_BYTES): number {
  const mib = 2 ** 20;
  let most = MOST_PAGES * PAGE - ((MOST_PAGES * PAGE) % mib);
  while (placement(most, guest, 1, romBytes).pages > MOST_PAGES) most -= mib;
  return most;
}

/** More RAM than 32-bit addresses have room for. */
export class TooMuchRam extends RangeError {
  constructor(readonly most: number) {
    super(`32-bit WebAssembly has room for ${most / 2 ** 20} MiB of RAM`);
  }
}

export class EngineMemory {
  readonly memory: WebAssembly.Memory;
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly view: DataView;
  readonly plan: MemoryPlan;
  readonly physical: PhysicalMap;

  /** Throws TooMuchRam, or another RangeError when the host does not give so much memory. */
  constructor(
    ram: readonly RamRange[],
    private readonly arch: Guest,
    cpus = 1,
    /** Threads may share it. */
    readonly shared = false,
    romBytes = ROM_BYTES,
  ) {
    const ramSize = ram.reduce((sum, { length }) => sum + length, 0);
    const { pages, fields, ...plan } = placement(ramSize, arch, cpus, romBytes);
    if (pages > MOST_PAGES) throw new TooMuchRam(mostRam(arch, romBytes));
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
    const buffer = this.memory.buffer;
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.view = new DataView(buffer);
    this.plan = plan;
    this.setEngine(L.E_RAM_BASE, plan.ramBase);
    this.setEngine(L.E_RAM_SIZE, ramSize);
    for (const [field, address] of fields) this.setEngine(field, address);
    this.setEngine(L.E_HASH_MASK, (1 << BLOCK_HASH_BITS) - 1);
    this.setEngine(L.E_CPUS, plan.cpus);
    this.setEngine(L.E_CPUS_END, plan.cpus + cpus * plan.cpuSize);
    this.setEngine(L.E_CPU_SIZE, plan.cpuSize);
    this.setEngine(L.E_MMU_MODES, arch.mmu.count);
    this.setEngine(L.E_MMU_SPACES, arch.mmu.spaces ?? 0);
    this.physical = new PhysicalMap(this.u32, ram, plan.ramBase);
  }

  engine(field: number): number {
    return this.i32[(L.ENGINE + field) >> 2]!;
  }

  setEngine(field: number, value: number): void {
    this.i32[(L.ENGINE + field) >> 2] = value;
  }

  /** Executions of a block after which run() asks for a region: of the system's code and of programs'. -1: it never does. */
  setHot(system: number, user = system): void {
    const modes = this.arch.mmu;
    for (let mmu = 0; mmu < modes.count; mmu++)
      this.setEngine(L.E_HOT + 4 * mmu, modes.user.includes(mmu) ? user : system);
  }
}
