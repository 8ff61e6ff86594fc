// Repeated string instructions with 32-bit addresses in 64-bit code that do nothing: ECX = 0, or the first round faults. Neither
// manual says whether registers are written, which clears their upper halves. Intel's processors write RCX, and the pointers of
// the two instructions that have a fast microcoded form. What AMD's do at a fault was not looked at: it is taken for what they do
// with ECX = 0.

import type { Execution } from "./execution.js";
import type { VendorRow } from "./row.js";

const RCX = 1;
const RSI = 6;
const RDI = 7;

const low = (value: bigint): bigint => value & 0xffffffffn;

function cut({ before, after }: Execution, register: number): void {
  after.setGpr(register, low(before.gpr(register)));
}

export const repeatedNever: VendorRow = {
  family: "REP MOVS, STOS, LODS, CMPS, SCAS with 67h in 64-bit code and ECX = 0 or a fault in the first round",
  name: /^(movs|stos|lods|cmps|scas)$/,
  machine: "amd",
  outcomes(x) {
    const { insn, before, after } = x;
    if (!x.code64 || insn.rep === 0 || insn.addrSize !== 4) return undefined;
    const count = low(before.gpr(RCX));
    if (count !== 0n && !(x.faulted && low(after.gpr(RCX)) === count)) return undefined;
    const keep = () => {
      for (const register of [RCX, RSI, RDI]) x.after.setGpr(register, before.gpr(register));
    };
    return {
      intel() {
        keep();
        cut(x, RCX);
        if (x.name === "movs") cut(x, RSI);
        if (x.name === "movs" || x.name === "stos") cut(x, RDI);
      },
      amd: keep,
    };
  },
};
