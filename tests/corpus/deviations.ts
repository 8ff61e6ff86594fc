// Where the emulator knowingly differs from the processor the corpus was recorded on. The corpus test fails when a case that
// is listed here agrees, so an entry goes when its cause does.

import type { Output } from "./state.js";

export interface Deviation {
  reason: string;
  /** Of the instruction's mnemonic. */
  name: RegExp;
  /** Whether what the emulator did shows this deviation. */
  shows(out: Output): boolean;
}

const GENERAL_PROTECTION = 13;

const canonical = (address: bigint): boolean => BigInt.asUintN(64, BigInt.asIntN(48, address)) === address;

export const DEVIATIONS: readonly Deviation[] = [
  {
    reason:
      "a near branch to a non-canonical address faults at the target, after the branch, as AMD's manual has it for fetches; " +
      "checking every indirect target before the branch would cost all programs and serve none",
    name: /^(jmp|call|ret)$/,
    shows: (out) => out.trap === GENERAL_PROTECTION && !canonical(out.rip),
  },
];

/** The deviation that an outcome of the instruction `name` shows, if any. */
export function deviation(name: string, out: Output): Deviation | undefined {
  return DEVIATIONS.find((entry) => entry.name.test(name) && entry.shows(out));
}
