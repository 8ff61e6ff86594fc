// Near branches to an address that is not canonical. The manuals have #GP, and the vendors agree that it is the branch's; but a
// CALL has pushed its return address by then on Intel's processors. Our machine branches and faults at the target: to look at
// every indirect target before the branch would cost all programs and serve none.

import { type Execution, readRm } from "./execution.js";
import type { VendorRow } from "./table.js";

const RSP = 4;
const GENERAL_PROTECTION = 13;

const canonical = (address: bigint): boolean => BigInt.asUintN(64, BigInt.asIntN(48, address)) === address;

/** Where it leads, if that depends on data. */
function target(x: Execution): bigint | undefined {
  if (x.insn.opSize !== 8) return undefined;
  if (x.name === "ret") return x.before.read(x.before.gpr(RSP), 8);
  return x.insn.row[2] === "Ev" ? readRm(x, 8) : undefined;
}

export const nearBranches: VendorRow = {
  family: "near JMP, CALL and RET to an address that is not canonical",
  name: /^(jmp|call|ret)$/,
  machine: "own",
  outcomes(x) {
    const to = target(x);
    if (to === undefined || canonical(to)) return undefined;
    const { before, after, insn } = x;
    const stack = before.gpr(RSP);
    const push = () => after.write(stack - 8n, 8, x.at + BigInt(insn.length));
    const refuse = () => {
      after.setGpr(RSP, stack);
      if (x.name === "call") after.write(stack - 8n, 8, before.read(stack - 8n, 8));
      after.fault(GENERAL_PROTECTION, 0, x.at);
    };
    return {
      intel() {
        refuse();
        if (x.name === "call") push();
      },
      amd: refuse,
      own() {
        if (x.name === "call") push();
        const moved =
          x.name === "call" ? -8 : x.name === "ret" ? 8 + (insn.row[2] === "Iw" ? insn.immLo & 0xffff : 0) : 0;
        after.setGpr(RSP, BigInt.asUintN(64, stack + BigInt(moved)));
        after.fault(GENERAL_PROTECTION, 0, to);
      },
    };
  },
};
