// Instructions as text, in AT&T syntax like QEMU's -d in_asm: mnemonic from the row, operands from their codes.

import { M_CODE32, M_CODE64 } from "../layout.js";
import type { Insn } from "./insn.js";
import {
  K_A,
  K_B,
  K_C,
  K_D,
  K_E,
  K_FIXED,
  K_G,
  K_H,
  K_IMM,
  K_J,
  K_M,
  K_N,
  K_NAME,
  K_NONE,
  K_O,
  K_ONE,
  K_P,
  K_Q,
  K_R,
  K_S,
  K_U,
  K_V,
  K_W,
  K_X,
  K_Y,
  K_Z,
  SZ_V,
  SZ_Y,
  SZ_Z,
} from "./operands.js";
import type { DecodeTables } from "./tables.js";

const NAMES64 = "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15".split(" ");
const NAMES32 = "eax ecx edx ebx esp ebp esi edi r8d r9d r10d r11d r12d r13d r14d r15d".split(" ");
const NAMES16 = "ax cx dx bx sp bp si di r8w r9w r10w r11w r12w r13w r14w r15w".split(" ");
const NAMES8 = "al cl dl bl ah ch dh bh".split(" ");
const NAMES8_REX = "al cl dl bl spl bpl sil dil r8b r9b r10b r11b r12b r13b r14b r15b".split(" ");
const SEGMENTS = ["es", "cs", "ss", "ds", "fs", "gs", "?", "?"];
const SUFFIX: Record<number, string> = { 1: "b", 2: "w", 4: "l", 8: "q" };

function register(insn: Insn, reg: number, size: number): string {
  if (size === 8) return `%${NAMES64[reg]}`;
  if (size === 4) return `%${NAMES32[reg]}`;
  if (size === 2) return `%${NAMES16[reg]}`;
  return `%${(insn.rex ? NAMES8_REX : NAMES8)[reg]}`;
}

function hex(lo: number, hi = 0): string {
  if (hi === 0) return `0x${(lo >>> 0).toString(16)}`;
  return `0x${(hi >>> 0).toString(16)}${(lo >>> 0).toString(16).padStart(8, "0")}`;
}

function signedHex(v: number): string {
  return v < 0 ? `-${hex(-v)}` : hex(v);
}

function memory(insn: Insn): string {
  const segment = insn.segment >= 0 ? `%${SEGMENTS[insn.segment]}:` : "";
  const names = insn.addrSize === 8 ? NAMES64 : insn.addrSize === 4 ? NAMES32 : NAMES16;
  if (insn.ripRelative) return `${segment}${signedHex(insn.disp)}(%${insn.addrSize === 8 ? "rip" : "eip"})`;
  if (insn.base < 0 && insn.index < 0) return segment + hex(insn.disp);
  const base = insn.base >= 0 ? `%${names[insn.base]}` : "";
  const index = insn.index >= 0 ? `,%${names[insn.index]}${insn.addrSize > 2 ? `,${1 << insn.scale}` : ""}` : "";
  return `${segment}${insn.disp !== 0 ? signedHex(insn.disp) : ""}(${base}${index})`;
}

function sizeOf(insn: Insn, code: number): number {
  const size = (code >> 8) & 0xff;
  if (size === SZ_V) return insn.opSize;
  if (size === SZ_Y) return insn.opSize === 8 ? 8 : 4;
  if (size === SZ_Z) return insn.opSize === 2 ? 2 : 4;
  return size;
}

/** Target of a relative branch, from the address of the instruction. */
function target(insn: Insn, pcLo: number, pcHi: number, mode: number): string {
  const low = (pcLo >>> 0) + insn.length + insn.immLo;
  if (!(mode & M_CODE64)) return hex(mode & M_CODE32 ? low >>> 0 : low & 0xffff);
  const carry = low > 0xffffffff ? 1 : low < 0 ? -1 : 0;
  return hex(low >>> 0, (pcHi + carry) | 0);
}

function operand(insn: Insn, code: number, text: string, pcLo: number, pcHi: number, mode: number): string {
  const size = sizeOf(insn, code);
  switch (code & 0xff) {
    case K_E:
    case K_M:
      return insn.mod === 3 ? register(insn, insn.rm, size) : memory(insn);
    case K_G:
      return register(insn, insn.reg, size);
    case K_B:
      return register(insn, insn.vvvv, size);
    case K_Z:
    case K_R:
      return register(insn, insn.rm, size);
    case K_FIXED:
      return register(insn, code >> 16, size);
    case K_IMM:
      return `$${hex(insn.immLo, insn.opSize === 8 ? insn.immHi : 0)}`;
    case K_ONE:
      return "$1";
    case K_J:
      return target(insn, pcLo, pcHi, mode);
    case K_O:
      return hex(insn.immLo, insn.immHi);
    case K_A:
      return `$${hex(insn.imm2)},$${hex(insn.immLo)}`;
    case K_X:
      return `%${SEGMENTS[insn.segment >= 0 ? insn.segment : 3]}:(%${(insn.addrSize === 8 ? NAMES64 : NAMES32)[6]})`;
    case K_Y:
      return `%es:(%${(insn.addrSize === 8 ? NAMES64 : NAMES32)[7]})`;
    case K_S:
      return `%${SEGMENTS[insn.reg & 7]}`;
    case K_C:
      return `%cr${insn.reg}`;
    case K_D:
      return `%db${insn.reg}`;
    case K_P:
      return `%mm${insn.reg & 7}`;
    case K_Q:
      return insn.mod === 3 ? `%mm${insn.rm & 7}` : memory(insn);
    case K_N:
      return `%mm${insn.rm & 7}`;
    case K_V:
      return `%xmm${insn.reg}`;
    case K_W:
      return insn.mod === 3 ? `%xmm${insn.rm}` : memory(insn);
    case K_U:
      return `%xmm${insn.rm}`;
    case K_H:
      return `%xmm${insn.vvvv}`;
    case K_NAME:
      return `%${text.toLowerCase()}`;
  }
  return "?";
}

/** One decoded instruction at pc (two halves) as text. */
export function disassemble(tables: DecodeTables, insn: Insn, pcLo: number, pcHi: number, mode: number): string {
  const [, mnemonic, operands] = insn.row;
  const texts = operands.split(",").map((text) => text.trim());
  const parts: string[] = [];
  let registers = false;
  let bytes = 0;
  for (let i = 0; i < 4; i++) {
    const code = tables.operands[insn.rowIndex * 4 + i]!;
    const kind = code & 0xff;
    if (kind === K_NONE) break;
    const part = operand(insn, code, texts[i] ?? "", pcLo, pcHi, mode);
    if (part.startsWith("%") && !part.includes(":")) registers = true;
    else if ((kind === K_E || kind === K_M) && insn.mod !== 3) bytes = sizeOf(insn, code);
    parts.unshift(part);
  }
  const prefix =
    (insn.lock ? "lock " : "") + (insn.rep && insn.row[4]?.repeat ? (insn.rep === 0xf3 ? "rep " : "repnz ") : "");
  const suffix = !registers && bytes > 0 ? (SUFFIX[bytes] ?? "") : "";
  return `${prefix}${mnemonic}${suffix} ${parts.join(",")}`.trimEnd();
}
