import { CPU0 } from "../../layout/memory.js";
import type { X86Cpu } from "./cpu.js";
import type { X86StateReader } from "./registers.js";

/** The state of a CPU between two of its instructions. */
export function cpuReader(cpu: X86Cpu): X86StateReader {
  const { memory, core } = cpu.engine;
  const flags = core.exports.x86_flags as (cpu: number, a: bigint, b: bigint, c: bigint) => bigint;
  return {
    u64: (slot) => memory.cpu64(slot),
    u32: (slot) => memory.cpu(slot) >>> 0,
    arithmeticFlags: () => Number(flags(CPU0, 0n, 0n, 0n)),
  };
}
