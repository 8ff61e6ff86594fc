// The toy as the engine and tools know it (src/arch/arch.ts).

import { type Arch, type Register, registerValue } from "../../src/arch/arch.js";
import { S_PC } from "../../src/layout/vcpu.js";
import * as T from "./layout.js";

const wide = (name: string, slot: number): Register => ({ name, slot, bits: 64 });
const word = (name: string, slot: number): Register => ({ name, slot, bits: 32 });

const REGISTERS: readonly Register[] = [
  ...Array.from({ length: T.T_REGISTERS }, (_, n) => wide(`r${n}`, T.T_REG + 8 * n)),
  wide("pc", S_PC),
  wide("base", T.T_BASE),
  wide("tables", T.T_TABLES),
  wide("vector", T.T_VECTOR),
  wide("exc_pc", T.T_EXC_PC),
  wide("exc_cause", T.T_EXC_CAUSE),
  wide("exc_address", T.T_EXC_ADDRESS),
  word("user", T.T_USER),
  word("exc_user", T.T_EXC_USER),
  word("enabled", T.T_ENABLED),
  word("exc_enabled", T.T_EXC_ENABLED),
  word("flags", T.T_FLAGS),
];

export const TOY: Arch = {
  name: "toy",
  functions: { init: "toy_init", reset: "toy_reset", update: "toy_update" },
  mmu: { count: T.MMU_COUNT, debug: T.MMU_SYSTEM, user: [T.MMU_PROGRAM], spaces: T.SPACES },
  tableBytes: 0,
  interruptLines: ["first", "second"],
  registers: REGISTERS,
  register(state, name) {
    const register = REGISTERS.find((one) => one.name === name);
    return register && registerValue(state, register);
  },
  registersText: (state) =>
    REGISTERS.map(
      ({ name, slot, bits }) => `${name} ${(bits === 64 ? state.u64(slot) : state.u32(slot)).toString(16)}\n`,
    ).join(""),
  addressBits: () => 32,
  shutdownText: (state) => `no handler for exception ${state.u32(T.T_CAUSE)}`,
  logText: () => undefined,
  pageTables: { ranges: () => "", pages: () => "" },
};
