// What a guest architecture is to the engine, to machines and to tools: one object a guest, in src/arch/<guest>/arch.ts. What depends on
// the CPU model chosen, the frontend, is made apart from it.

/** The state of a CPU between two of its instructions. */
export interface StateReader {
  u64(slot: number): bigint;
  u32(slot: number): number;
  /** Result of a helper of core that reads state alone. */
  helper(name: string): bigint;
}

/** A register as debuggers, logs and comparisons of machines know it. */
export interface Register {
  readonly name: string;
  /** Where it is in the CPU's state (src/layout/vcpu.ts, the guest's layout). */
  readonly slot: number;
  readonly bits: 16 | 32 | 64 | 80 | 128;
  /** Its number in gdb's protocol, where gdb has fixed one. */
  readonly gdb?: number;
  /** Its value, where that is not what stands in its slot. */
  readonly read?: (state: StateReader) => bigint;
}

/** The TLBs a CPU has, one for each set of access rights: the mode of running code (MODE_MMU_SHIFT) says which one it uses. */
export interface MmuModes {
  /** At most MMU_MODES_MAX. */
  readonly count: number;
  /** The one debuggers translate addresses with: the most privileged. */
  readonly debug: number;
  /** Those of programs; in all others the system runs (HOT_SYSTEM_BLOCK). */
  readonly user: readonly number[];
  /** Address spaces beside the current one whose translations are kept, where the guest numbers them: two or more, or none where this is left out. */
  readonly spaces?: number;
}

/** A line for -d, and the item it belongs to. */
export interface LogLine {
  readonly item: "guest_errors" | "unimp";
  readonly text: string;
}

/** Bytes of guest-physical memory; undefined where there is none. */
export type ReadPhysical = (address: number, length: number) => Uint8Array | undefined;

export interface Arch {
  /** As in the names of programs and modules: wasmachine-system-NAME, core-NAME.wasm. */
  readonly name: string;
  /** Functions that the core module exports, each of type (cpu: i32) -> void. */
  readonly functions: {
    /** Sets the engine's hooks, once. */
    readonly init: string;
    /** Power-on state. */
    readonly reset: string;
    /** Computes anew what depends on state that was changed from outside: S_MODE, S_CODE_BASE, the TLB. */
    readonly update: string;
  };
  readonly mmu: MmuModes;
  /** Room for tables of the guest's own beside the engine's, bytes. */
  readonly tableBytes: number;
  /** The lines of Cpu.setInterrupt, by number. */
  readonly interruptLines: readonly string[];
  /** What lockstep, debuggers and logs know of the state, in an order people read it. */
  readonly registers: readonly Register[];
  /** A register by its name in a debugger's expressions, which may name a part; undefined for a name that is none. */
  register(state: StateReader, name: string): bigint | undefined;
  /** All registers, in lines. */
  registersText(state: StateReader): string;
  /** Width of addresses in what the CPU runs now. */
  addressBits(state: StateReader): 16 | 32 | 64;
  /** Why the CPU gave up (EXIT_SHUTDOWN), as the beginning of a sentence. */
  shutdownText(state: StateReader): string;
  /** What core's log calls from LOG_ARCH on say. */
  logText(kind: number, a: number, b: number, c: number): LogLine | undefined;
  /** What the page tables map: ranges of equal rights, and every page. */
  readonly pageTables: {
    ranges(state: StateReader, read: ReadPhysical): string;
    pages(state: StateReader, read: ReadPhysical): string;
  };
}

/** Value of a register of the table. */
export function registerValue(state: StateReader, { slot, bits, read }: Register): bigint {
  if (read) return read(state);
  if (bits <= 32) return BigInt.asUintN(bits, BigInt(state.u32(slot)));
  return bits === 64 ? state.u64(slot) : BigInt.asUintN(bits, state.u64(slot) | (state.u64(slot + 8) << 64n));
}
