// The state of an x86 CPU as text (`info registers`, -d int, -d cpu_reset) in QEMU's layout, out of the table of registers.

import { S_HALTED, S_INHIBIT, S_MODE, S_PC } from "../../layout/vcpu.js";
import type { StateReader } from "../arch.js";
import * as X from "./layout.js";
import { registerByName } from "./register-table.js";

const NAMES = ["RAX", "RBX", "RCX", "RDX", "RSI", "RDI", "RBP", "RSP"];
const MORE_NAMES = ["R8 ", "R9 ", "R10", "R11", "R12", "R13", "R14", "R15"];
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

/** Of the table. */
const value = (state: StateReader, name: string): bigint => registerByName(state, name)!;
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
  return isLongMode(state) && (value(state, "cs_attributes") & BigInt(ATTR_L)) !== 0n;
}

function isLongMode(state: StateReader): boolean {
  return (value(state, "efer") & EFER_LMA) !== 0n;
}

function generalText(state: StateReader, long: boolean): string {
  const all = long ? [...NAMES, ...MORE_NAMES] : NAMES.map((name) => name.replace("R", "E"));
  const digits = long ? 16 : 8;
  const values = all.map((name) => `${name}=${hex(value(state, name.trim().toLowerCase()), digits)}`);
  let text = "";
  for (let i = 0; i < values.length; i += 4) text += `${values.slice(i, i + 4).join(" ")}\n`;
  const flags = Number(value(state, "eflags"));
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
  const pc = long ? `RIP=${hex(value(state, "rip"), 16)}` : `EIP=${hex(value(state, "eip"), 8)}`;
  const inhibit = state.u32(S_INHIBIT) ? 1 : 0;
  const a20 = state.u32(X.X_A20_OFF) ? 0 : 1;
  const halted = state.u32(S_HALTED) ? 1 : 0;
  const name = long ? "RFL" : "EFL";
  return `${text}${pc} ${name}=${hex(flags, 8)} [${shown}] CPL=${state.u32(X.X_CPL)} II=${inhibit} A20=${a20} SMM=0 HLT=${halted}\n`;
}

function segmentsText(state: StateReader, long: boolean): string {
  const protectedMode = (value(state, "cr0") & 1n) !== 0n;
  return SEGMENTS.map((shown) => {
    const name = shown === "LDT" ? "ldtr" : shown.toLowerCase();
    const attributes = Number(value(state, `${name}_attributes`));
    const limit = hex(value(state, `${name}_limit`) & 0xffffffffn, 8);
    const base = value(state, `${name}_base`);
    const place = long ? hex(base, 16) : hex(base & 0xffffffffn, 8);
    const flags = hex(((attributes & 0xffff) << 8) >>> 0, 8);
    const head = `${shown.padEnd(3)}=${hex(value(state, name), 4)} ${place} ${limit} ${flags}`;
    if (!protectedMode || !(attributes & ATTR_P)) return `${head}\n`;
    return `${head} DPL=${(attributes >> 5) & 3} ${segmentKind(attributes, isLongMode(state))}\n`;
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
  const shown = (name: string, digits: number): string => hex(value(state, name), digits);
  const address = long ? 16 : 8;
  const dr = (n: number): string => `DR${n}=${shown(`dr${n}`, 16)}`;
  return (
    `GDT=     ${shown("gdt_base", address)} ${shown("gdt_limit", 8)}\n` +
    `IDT=     ${shown("idt_base", address)} ${shown("idt_limit", 8)}\n` +
    `CR0=${shown("cr0", 8)} CR2=${shown("cr2", address)} CR3=${shown("cr3", address)} CR4=${shown("cr4", 8)}\n` +
    `${dr(0)} ${dr(1)} ${dr(2)} ${dr(3)} \n${dr(6)} ${dr(7)}\n` +
    `EFER=${shown("efer", 16)}\n`
  );
}

function floatText(state: StateReader): string {
  const status = Number(value(state, "fstat"));
  let text =
    `FCW=${hex(value(state, "fctrl"), 4)} FSW=${hex(status, 4)} [ST=${(status >> 11) & 7}] ` +
    `FTW=${hex(value(state, "ftag"), 2)} MXCSR=${hex(value(state, "mxcsr"), 8)}\n`;
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
    const register = value(state, `xmm${i}`);
    const halves = `${hex(register >> 64n, 16)} ${hex(register & 0xffffffffffffffffn, 16)}`;
    text += `XMM${String(i).padStart(2, "0")}=${halves}${i & 1 ? "\n" : " "}`;
  }
  return text;
}
