// The state of an x86 CPU as text (`info registers`, -d int, -d cpu_reset) in QEMU's layout, and registers by name.

import { S_HALTED, S_INHIBIT, S_MODE, S_PC } from "../../layout/vcpu.js";
import type { StateReader } from "../arch.js";
import * as X from "./layout.js";

const NAMES = ["rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp"];
/** Encoding numbers in the order of the listing. */
const ORDER = [0, 3, 1, 2, 6, 7, 5, 4, 8, 9, 10, 11, 12, 13, 14, 15];
const SEGMENTS = ["ES", "CS", "SS", "DS", "FS", "GS", "LDT", "TR"];

const LONG_TYPES = [
  ["<hiword>", "Reserved", "LDT", "Reserved", "Reserved", "Reserved", "Reserved", "Reserved"],
  ["Reserved", "TSS64-avl", "Reserved", "TSS64-busy", "CallGate64", "Reserved", "IntGate64", "TrapGate64"],
].flat();
const LEGACY_TYPES = [
  ["Reserved", "TSS16-avl", "LDT", "TSS16-busy", "CallGate16", "TaskGate", "IntGate16", "TrapGate16"],
  ["Reserved", "TSS32-avl", "Reserved", "TSS32-busy", "CallGate32", "Reserved", "IntGate32", "TrapGate32"],
].flat();

// Bits of SEG_ATTR (src/arch/x86/layout.ts).
const ATTR_S = 0x10;
const ATTR_P = 0x80;
const ATTR_L = 0x2000;
const ATTR_B = 0x4000;
const EFER_LMA = 0x400n;

const hex = (value: bigint | number, digits: number): string => value.toString(16).padStart(digits, "0");

/** With where it began: "triple fault (exception 14 at 0010:ffffffff81000000, CR2 0000000000001000)". */
export function tripleFaultText(state: StateReader): string {
  const digits = state.u64(X.X_EFER) & EFER_LMA ? 16 : 8;
  const selector = hex(state.u32(X.X_SEG + X.CS * X.SEG_STRIDE + X.SEG_SEL) & 0xffff, 4);
  const cr2 = hex(state.u64(X.X_EXC_FIRST_CR2), digits);
  return `triple fault (exception ${state.u32(X.X_EXC_FIRST)} at ${selector}:${hex(state.u64(S_PC), digits)}, CR2 ${cr2})`;
}

export function addressBits(state: StateReader): 16 | 32 | 64 {
  const mode = state.u32(S_MODE);
  return mode & X.M_CODE64 ? 64 : mode & X.M_CODE32 ? 32 : 16;
}

/** RFLAGS, whole. */
export function rflags(state: StateReader): number {
  const direction = (state.u32(X.X_DF) | 0) < 0 ? X.F_DF : 0;
  return (state.u32(X.X_FLAGS) | Number(state.helper("x86_flags")) | direction | 2) >>> 0;
}

/** A register by its name in lower case (rax, eip, cs, cr3, efer...); undefined for an unknown name. */
export function registerByName(state: StateReader, name: string): bigint | undefined {
  const gpr = (index: number): bigint => state.u64(X.X_GPR + 8 * index);
  const wide = NAMES.indexOf(name);
  if (wide >= 0) return gpr(ORDER[wide]!);
  const narrow = NAMES.indexOf(name.replace(/^e/, "r"));
  if (name.startsWith("e") && narrow >= 0) return gpr(ORDER[narrow]!) & 0xffffffffn;
  const numbered = /^r(\d+)$/.exec(name);
  if (numbered && Number(numbered[1]) >= 8 && Number(numbered[1]) <= 15) return gpr(Number(numbered[1]));
  const segment = ["es", "cs", "ss", "ds", "fs", "gs"].indexOf(name);
  if (segment >= 0) return BigInt(state.u32(X.X_SEG + segment * X.SEG_STRIDE + X.SEG_SEL));
  switch (name) {
    case "rip":
    case "pc":
      return state.u64(S_PC);
    case "eip":
      return state.u64(S_PC) & 0xffffffffn;
    case "rflags":
    case "eflags":
      return BigInt(rflags(state));
    case "cr0":
      return state.u64(X.X_CR0);
    case "cr2":
      return state.u64(X.X_CR2);
    case "cr3":
      return state.u64(X.X_CR3);
    case "cr4":
      return state.u64(X.X_CR4);
    case "efer":
      return state.u64(X.X_EFER);
  }
  return undefined;
}

/** Everything, in lines. */
export function registersText(state: StateReader): string {
  const long = isCode64(state);
  return [
    generalText(state, long),
    segmentsText(state, long),
    controlText(state, long),
    floatText(state),
    vectorText(state),
  ].join("");
}

function isCode64(state: StateReader): boolean {
  const lma = (state.u64(X.X_EFER) & 0x400n) !== 0n;
  return lma && (state.u32(X.X_SEG + X.CS * X.SEG_STRIDE + X.SEG_ATTR) & ATTR_L) !== 0;
}

function generalText(state: StateReader, long: boolean): string {
  const names = long
    ? NAMES.map((name) => name.toUpperCase())
    : NAMES.map((name) => name.toUpperCase().replace("R", "E"));
  const all = long ? [...names, "R8 ", "R9 ", "R10", "R11", "R12", "R13", "R14", "R15"] : names;
  const digits = long ? 16 : 8;
  const mask = long ? 0xffffffffffffffffn : 0xffffffffn;
  const values = all.map((name, i) => `${name}=${hex(state.u64(X.X_GPR + 8 * ORDER[i]!) & mask, digits)}`);
  let text = "";
  for (let i = 0; i < values.length; i += 4) text += `${values.slice(i, i + 4).join(" ")}\n`;
  const flags = rflags(state);
  const letters: [number, string][] = [
    [X.F_DF, "D"],
    [X.F_OF, "O"],
    [X.F_SF, "S"],
    [X.F_ZF, "Z"],
    [X.F_AF, "A"],
    [X.F_PF, "P"],
    [X.F_CF, "C"],
  ];
  const shown = letters.map(([bit, letter]) => (flags & bit ? letter : "-")).join("");
  const pc = `${long ? "RIP" : "EIP"}=${hex(state.u64(S_PC) & mask, digits)}`;
  const inhibit = state.u32(S_INHIBIT) ? 1 : 0;
  const a20 = state.u32(X.X_A20_OFF) ? 0 : 1;
  const halted = state.u32(S_HALTED) ? 1 : 0;
  const name = long ? "RFL" : "EFL";
  return `${text}${pc} ${name}=${hex(flags, 8)} [${shown}] CPL=${state.u32(X.X_CPL)} II=${inhibit} A20=${a20} SMM=0 HLT=${halted}\n`;
}

function segmentsText(state: StateReader, long: boolean): string {
  const lma = (state.u64(X.X_EFER) & 0x400n) !== 0n;
  const protectedMode = (state.u64(X.X_CR0) & 1n) !== 0n;
  return SEGMENTS.map((name, index) => {
    const at = X.X_SEG + index * X.SEG_STRIDE;
    const attributes = state.u32(at + X.SEG_ATTR);
    const limit = hex(state.u64(at + X.SEG_LIMIT) & 0xffffffffn, 8);
    const base = hex(state.u64(at + X.SEG_BASE) & (long ? 0xffffffffffffffffn : 0xffffffffn), long ? 16 : 8);
    const flags = hex(((attributes & 0xffff) << 8) >>> 0, 8);
    const head = `${name.padEnd(3)}=${hex(state.u32(at + X.SEG_SEL) & 0xffff, 4)} ${base} ${limit} ${flags}`;
    if (!protectedMode || !(attributes & ATTR_P)) return `${head}\n`;
    return `${head} DPL=${(attributes >> 5) & 3} ${segmentKind(attributes, lma)}\n`;
  }).join("");
}

function segmentKind(attributes: number, lma: boolean): string {
  const type = attributes & 15;
  if (!(attributes & ATTR_S)) return (lma ? LONG_TYPES : LEGACY_TYPES)[type]!;
  const accessed = type & 1 ? "A" : "-";
  if (type & 8) {
    const size = attributes & ATTR_L ? "64" : attributes & ATTR_B ? "32" : "16";
    return `CS${size} [${type & 4 ? "C" : "-"}${type & 2 ? "R" : "-"}${accessed}]`;
  }
  const size = lma || attributes & ATTR_B ? "  " : "16";
  return `DS${size} [${type & 4 ? "E" : "-"}${type & 2 ? "W" : "-"}${accessed}]`;
}

function controlText(state: StateReader, long: boolean): string {
  const address = (slot: number): string => hex(state.u64(slot), long ? 16 : 8);
  const dr = (n: number): string => `DR${n}=${hex(state.u64(X.X_DR + 8 * n), 16)}`;
  return (
    `GDT=     ${address(X.X_GDT_BASE)} ${hex(state.u32(X.X_GDT_LIMIT), 8)}\n` +
    `IDT=     ${address(X.X_IDT_BASE)} ${hex(state.u32(X.X_IDT_LIMIT), 8)}\n` +
    `CR0=${hex(state.u64(X.X_CR0), 8)} CR2=${address(X.X_CR2)} CR3=${address(X.X_CR3)} CR4=${hex(state.u64(X.X_CR4), 8)}\n` +
    `${dr(0)} ${dr(1)} ${dr(2)} ${dr(3)} \n${dr(6)} ${dr(7)}\n` +
    `EFER=${hex(state.u64(X.X_EFER), 16)}\n`
  );
}

function floatText(state: StateReader): string {
  const top = state.u32(X.X_FTOP) & 7;
  // Here a tag bit says empty; FXSAVE's abridged word, which is shown, says used.
  const used = ~state.u32(X.X_FTAG) & 0xff;
  const status = (state.u32(X.X_FSW) & ~0x3800) | (top << 11);
  let text =
    `FCW=${hex(state.u32(X.X_FCW), 4)} FSW=${hex(status, 4)} [ST=${top}] FTW=${hex(used, 2)} ` +
    `MXCSR=${hex(state.u32(X.X_MXCSR), 8)}\n`;
  for (let i = 0; i < 8; i++) {
    const at = X.X_FPR + 16 * i;
    text += `FPR${i}=${hex(state.u64(at), 16)} ${hex(state.u64(at + 8) & 0xffffn, 4)}${i & 1 ? "\n" : " "}`;
  }
  return text;
}

function vectorText(state: StateReader): string {
  const count = isCode64(state) ? 16 : 8;
  let text = "";
  for (let i = 0; i < count; i++) {
    const at = X.X_XMM + 16 * i;
    const value = `${hex(state.u64(at + 8), 16)} ${hex(state.u64(at), 16)}`;
    text += `XMM${String(i).padStart(2, "0")}=${value}${i & 1 ? "\n" : " "}`;
  }
  return text;
}
