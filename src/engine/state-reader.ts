import type { StateReader } from "../arch/arch.js";
import type { Core } from "./core.js";
import type { Vcpu } from "./vcpu.js";

/** The state of a CPU between two of its instructions. */
export function stateReader({ exports }: Core, vcpu: Vcpu): StateReader {
  return {
    u64: (slot) => vcpu.get64(slot),
    u32: (slot) => vcpu.get(slot) >>> 0,
    helper(name) {
      const helper = exports[name] as (cpu: number, a: bigint, b: bigint, c: bigint) => bigint;
      return helper(vcpu.base, 0n, 0n, 0n);
    },
  };
}
