// How a hart makes a call of semihosting (RISC-V Semihosting 0.2): EBREAK between two instructions that do nothing, all three of 32 bits
// and in one page. a0 has the operation and takes the result, a1 has the parameter.

import type { SemihostingCall } from "../../machine/semihosting/interfaces.js";
import { VirtualMemory } from "../../machine/virtual-memory.js";
import type { RiscvCpu } from "./cpu.js";
import { PRIV_USER, RV_PRIV } from "./layout.js";

/** slli x0, x0, 0x1f; ebreak; srai x0, x0, 7. */
const SEQUENCE = [0x01f0_1013, 0x0010_0073, 0x4070_5013];
const A0 = 10;
const A1 = 11;
const PAGE = 4096n;

/** Whether an EBREAK at `pc` is a call, and no breakpoint. `user`: programs of the user may make calls. */
export function isSemihostingCall(cpu: RiscvCpu, pc: bigint, user: boolean): boolean {
  if (!user && cpu.field32(RV_PRIV) === PRIV_USER) return false;
  if ((pc - 4n) / PAGE !== (pc + 4n) / PAGE) return false;
  const bytes = new VirtualMemory(cpu).read(pc - 4n, 4 * SEQUENCE.length);
  if (!bytes) return false;
  const words = new DataView(bytes.buffer);
  return SEQUENCE.every((word, n) => words.getUint32(4 * n, true) === word);
}

/** The call at `pc`, by the registers of a hart that stands still there; undefined: it is elsewhere. */
export function semihostingCall(cpu: RiscvCpu, pc: bigint): SemihostingCall | undefined {
  if (cpu.pc !== pc) return undefined;
  return {
    wordBytes: 8,
    operation: Number(cpu.x(A0) & 0xffff_ffffn),
    parameter: BigInt.asUintN(64, cpu.x(A1)),
    memory: new VirtualMemory(cpu),
    finish(result) {
      // A reset meanwhile: nobody waits for it.
      if (cpu.pc !== pc) return;
      cpu.setX(A0, result);
      cpu.setPc(pc + 4n);
    },
  };
}
