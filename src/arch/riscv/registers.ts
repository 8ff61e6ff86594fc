// The registers of a hart: one table for lockstep, the monitor, logs and debuggers. gdb's numbers: x0 to x31, pc, then control and status
// registers by their own numbers from 65 on.

import { S_PC } from "../../layout/vcpu.js";
import { type Register, registerValue, type StateReader } from "../arch.js";
import { X_NAMES } from "./frontend/registers.js";
import * as R from "./layout.js";

const GDB_PC = 32;
const GDB_CSR = 65;

const csr = (name: string, number: number, slot: number): Register => ({ name, slot, bits: 64, gdb: GDB_CSR + number });

export const REGISTERS: readonly Register[] = [
  ...X_NAMES.map((name, n): Register => ({ name, slot: R.RV_X + 8 * n, bits: 64, gdb: n })),
  { name: "pc", slot: S_PC, bits: 64, gdb: GDB_PC },
  { name: "priv", slot: R.RV_PRIV, bits: 32 },
  csr("mstatus", 0x300, R.RV_MSTATUS),
  csr("medeleg", 0x302, R.RV_MEDELEG),
  csr("mideleg", 0x303, R.RV_MIDELEG),
  csr("mie", 0x304, R.RV_MIE),
  {
    ...csr("mip", 0x344, R.RV_MIP),
    read: (state) => state.u64(R.RV_MIP) | BigInt(state.u32(R.RV_LINES)),
  },
  csr("mtvec", 0x305, R.RV_MTVEC),
  csr("mscratch", 0x340, R.RV_MSCRATCH),
  csr("mepc", 0x341, R.RV_MEPC),
  csr("mcause", 0x342, R.RV_MCAUSE),
  csr("mtval", 0x343, R.RV_MTVAL),
  csr("stvec", 0x105, R.RV_STVEC),
  csr("sscratch", 0x140, R.RV_SSCRATCH),
  csr("sepc", 0x141, R.RV_SEPC),
  csr("scause", 0x142, R.RV_SCAUSE),
  csr("stval", 0x143, R.RV_STVAL),
  csr("satp", 0x180, R.RV_SATP),
];

/** By its name, or by its number as x10. */
export function registerByName(state: StateReader, name: string): bigint | undefined {
  const numbered = /^x(\d+)$/.exec(name);
  const register = numbered ? REGISTERS[Number(numbered[1])] : REGISTERS.find((one) => one.name === name);
  return register && (!numbered || Number(numbered[1]) < X_NAMES.length) ? registerValue(state, register) : undefined;
}

const PRIVILEGES = ["user", "supervisor", "", "machine"];

export function registersText(state: StateReader): string {
  const [general, system] = [REGISTERS.slice(0, X_NAMES.length), REGISTERS.slice(X_NAMES.length)];
  const lines: string[] = [];
  for (const register of system.filter(({ name }) => name !== "priv")) {
    lines.push(` ${register.name.padEnd(8)} ${registerValue(state, register).toString(16).padStart(16, "0")}`);
  }
  lines.push(` ${"mode".padEnd(8)} ${PRIVILEGES[state.u32(R.RV_PRIV)]}`);
  for (let n = 0; n < general.length; n += 4) {
    const four = general.slice(n, n + 4).map((register, k) => {
      const name = `x${n + k}/${register.name}`.padEnd(9);
      return ` ${name} ${registerValue(state, register).toString(16).padStart(16, "0")}`;
    });
    lines.push(four.join(""));
  }
  return `${lines.join("\n")}\n`;
}
