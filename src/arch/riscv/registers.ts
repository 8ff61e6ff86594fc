// The registers of a hart: one table for lockstep, the monitor, logs and debuggers. gdb's numbers: x0 to x31, pc, f0 to f31, then control and
// status registers by their own numbers from 65 on.

import { S_PC } from "../../layout/vcpu.js";
import { type Register, registerValue, type StateReader } from "../arch.js";
import { F_NAMES, X_NAMES } from "./frontend/registers.js";
import * as R from "./layout.js";
import { VLENB } from "./vector.js";

const GDB_PC = 32;
const GDB_F = 33;
const GDB_CSR = 65;

const VECTOR_BITS = 128;

const csr = (name: string, number: number, slot: number): Register => ({ name, slot, bits: 64, gdb: GDB_CSR + number });

/** Of the vector unit: its own control and status registers, and v0 to v31. */
const VECTOR_CONTROL: readonly Register[] = [
  { ...csr("vstart", 8, R.RV_VSTART), bits: 32 },
  { ...csr("vxsat", 9, R.RV_VXSAT), bits: 32 },
  { ...csr("vxrm", 10, R.RV_VXRM), bits: 32 },
  { ...csr("vl", 0xc20, R.RV_VL), bits: 32 },
  csr("vtype", 0xc21, R.RV_VTYPE),
];
const VECTORS: readonly Register[] = Array.from({ length: 32 }, (_, n) => ({
  ...{ name: `v${n}`, slot: R.RV_V + VLENB * n },
  bits: VECTOR_BITS,
}));

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
  csr("mcounteren", 0x306, R.RV_MCOUNTEREN),
  csr("scounteren", 0x106, R.RV_SCOUNTEREN),
  csr("menvcfg", 0x30a, R.RV_MENVCFG),
  csr("senvcfg", 0x10a, R.RV_SENVCFG),
  csr("stimecmp", 0x14d, R.RV_STIMECMP),
  { ...csr("fflags", 1, R.RV_FFLAGS), bits: 32 },
  { ...csr("frm", 2, R.RV_FRM), bits: 32 },
  ...F_NAMES.map((name, n): Register => ({ name, slot: R.RV_F + 8 * n, bits: 64, gdb: GDB_F + n })),
  ...VECTOR_CONTROL,
  ...VECTORS,
];

/** By its name, or by its number as x10 and f10. */
export function registerByName(state: StateReader, name: string): bigint | undefined {
  const [, letter, digits] = /^([xf])(\d+)$/.exec(name) ?? [];
  const conventional = letter === undefined ? name : (letter === "x" ? X_NAMES : F_NAMES)[Number(digits)];
  const register = REGISTERS.find((one) => one.name === conventional);
  return register && registerValue(state, register);
}

const PRIVILEGES = ["user", "supervisor", "", "machine"];

export function registersText(state: StateReader): string {
  const named = new Map(REGISTERS.map((register) => [register.name, register]));
  const hex = (value: bigint, bits = 64): string => value.toString(16).padStart(bits / 4, "0");
  const value = (name: string): string => hex(registerValue(state, named.get(name)!));
  const ofVectors = [...VECTOR_CONTROL, ...VECTORS].map(({ name }) => name);
  const general = new Set([...X_NAMES, ...F_NAMES, "priv", ...ofVectors]);
  const system = REGISTERS.filter(({ name }) => !general.has(name));
  const lines = system.map(({ name }) => ` ${name.padEnd(10)} ${value(name)}`);
  lines.push(` ${"mode".padEnd(10)} ${PRIVILEGES[state.u32(R.RV_PRIV)]}`);
  for (const [letter, names] of [
    ["x", X_NAMES],
    ["f", F_NAMES],
  ] as const) {
    for (let n = 0; n < names.length; n += 4) {
      const four = names.slice(n, n + 4).map((name, k) => ` ${`${letter}${n + k}/${name}`.padEnd(8)} ${value(name)}`);
      lines.push(four.join(""));
    }
  }
  if (state.u32(R.RV_FEATURES) & R.FEATURE_V) {
    for (const { name } of VECTOR_CONTROL) lines.push(` ${name.padEnd(10)} ${value(name)}`);
    for (const register of VECTORS)
      lines.push(` ${register.name.padEnd(8)} ${hex(registerValue(state, register), register.bits)}`);
  }
  return `${lines.join("\n")}\n`;
}
