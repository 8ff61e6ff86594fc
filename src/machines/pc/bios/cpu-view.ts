// The CPU as the BIOS's services see it.

import type { X86Cpu } from "../../../arch/x86/cpu.js";
import * as X from "../../../arch/x86/layout.js";
import type { BiosCpu } from "./caller.js";

const SEGMENTS = { cs: X.CS, ss: X.SS, ds: X.DS, es: X.ES };
const CR0_PAGING = 0x80000000n;
const REAL_MODE_DATA = 0x93;

export function biosCpu(cpu: X86Cpu): BiosCpu {
  const gpr = (register: string) => register.replace("e", "r");
  return {
    get: (register) => Number(cpu.gpr(gpr(register)) & 0xffffffffn),
    set: (register, value) => cpu.setGpr(gpr(register), BigInt(value)),
    base: (segment) => Number(cpu.field(X.X_SEG + SEGMENTS[segment] * X.SEG_STRIDE + X.SEG_BASE)),
    setEs(selector) {
      cpu.setSegment(X.ES, selector, BigInt(selector * 16), 0xffffn, REAL_MODE_DATA);
      cpu.update();
    },
    get paging() {
      return (cpu.field(X.X_CR0) & CR0_PAGING) !== 0n;
    },
  };
}
