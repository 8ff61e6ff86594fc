import type { X86Cpu } from "./cpu.js";
import type { X86StateReader } from "./registers.js";

/** The state of a CPU between two of its instructions. */
export function cpuReader(cpu: X86Cpu): X86StateReader {
  const { vcpu } = cpu;
  const { core } = cpu.engine;
  const flags = core.exports.x86_flags as (cpu: number, a: bigint, b: bigint, c: bigint) => bigint;
  return {
    u64: (slot) => vcpu.get64(slot),
    u32: (slot) => vcpu.get(slot) >>> 0,
    arithmeticFlags: () => Number(flags(vcpu.base, 0n, 0n, 0n)),
  };
}
