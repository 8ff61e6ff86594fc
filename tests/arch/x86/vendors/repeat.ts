// Repeated string instructions with 32-bit addresses in 64-bit code and ECX = 0, so that nothing is repeated. Neither manual
// says whether registers are written, which clears their upper halves. Intel's processors write RCX, and the pointers of the
// two instructions that have a fast microcoded form.

import type { Execution } from "./execution.js";
import type { VendorRow } from "./row.js";

const RCX = 1;
const RSI = 6;
const RDI = 7;

function cut({ before, after }: Execution, register: number): void {
  after.setGpr(register, before.gpr(register) & 0xffffffffn);
}

export const repeatedNever: VendorRow = {
  family: "REP MOVS, STOS, LODS, CMPS, SCAS with 67h in 64-bit code and ECX = 0",
  name: /^(movs|stos|lods|cmps|scas)$/,
  machine: "amd",
  outcomes(x) {
    const { insn, before } = x;
    if (!x.code64 || insn.rep === 0 || insn.addrSize !== 4) return undefined;
    if ((before.gpr(RCX) & 0xffffffffn) !== 0n) return undefined;
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
