// The RISC-V guest as the engine and tools know it (src/arch/arch.ts).

import type { Arch } from "../arch.js";
import * as R from "./layout.js";
import { infoMem, infoTlb } from "./page-tables.js";
import { REGISTERS, registerByName, registersText } from "./registers.js";

/** By number, which is that of the bit of mip. */
const LINES: readonly string[] = Array.from({ length: R.IRQ_MEI + 1 }, (_, bit) => {
  const names = new Map([
    [R.IRQ_SSI, "SSIP"],
    [R.IRQ_MSI, "MSIP"],
    [R.IRQ_STI, "STIP"],
    [R.IRQ_MTI, "MTIP"],
    [R.IRQ_SEI, "SEIP"],
    [R.IRQ_MEI, "MEIP"],
  ]);
  return names.get(bit) ?? "";
});

export const RISCV: Arch = {
  name: "riscv64",
  functions: { init: "riscv_init", reset: "riscv_reset", update: "riscv_update" },
  mmu: { count: R.MMU_COUNT, debug: R.MMU_SUM, user: [R.MMU_USER], spaces: R.SPACES },
  tableBytes: 0,
  interruptLines: LINES,
  registers: REGISTERS,
  register: registerByName,
  registersText,
  addressBits: () => 64,
  // Every trap can be taken.
  shutdownText: () => "the hart stopped",
  logText: () => undefined,
  pageTables: { ranges: infoMem, pages: infoTlb },
};
