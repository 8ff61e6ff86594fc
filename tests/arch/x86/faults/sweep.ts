// Memory operands where they fault: every row of the instruction table that a user program can run with a memory operand, at the borders of what is
// mapped, misaligned, not canonical, with a pending x87 exception; in 64-bit and in 32-bit code.

import { DECODE_OK, Decoder, X86Insn } from "../../../../src/arch/x86/frontend/decoder.js";
import type { Row } from "../../../../src/arch/x86/frontend/row.js";
import { DecodeTables, ROWS } from "../../../../src/arch/x86/frontend/tables.js";
import { M_CODE32, M_CODE64, M_FLAT, M_LMA, M_PE } from "../../../../src/arch/x86/layout.js";
import { digest } from "../corpus/digest.js";
import { generate } from "../corpus/generate.js";
import { DATA, hex, type Input, type Output, ZEROS } from "../corpus/state.js";
import { implicitMemory } from "../corpus/undefined.js";
import { generate32 } from "../cpu/cases32.js";
import { AC_FLAG, COMPLETED, END, GP, input, PENDING, PF, UNMASKED } from "./lab.js";

const SEED = 7;
const decoder = new Decoder(new DecodeTables(ROWS, "all"));
const [CX, SP, BP] = [1, 4, 5];
const DF = 0x400n;

export interface SweepCase {
  bits: 32 | 64;
  name: string;
  code: Uint8Array;
  place: string;
}

interface Place {
  /** Address of the operand's first byte. */
  at: bigint;
  aligned?: boolean;
  pending?: boolean;
  /** String instructions go down. */
  down?: boolean;
}

const NOT_CANONICAL = 0x8000_0000_0000_0000n;
const near = (name: string, from: bigint, distances: readonly number[]): [string, Place][] =>
  distances.map((k) => [`${k} before ${name}`, { at: from - BigInt(k) }]);

const PLACES = new Map<string, Place>([
  ...near("the end", END, [1, 3, 7, 9, 15, 19, 39]),
  ...near("the start", BigInt(DATA), [1, 5, 8]),
  ...near("read-only", BigInt(ZEROS + 0x1000), [1, 5]),
  ["2 behind the start, down", { at: BigInt(DATA + 2), down: true }],
  ["missing", { at: END + 0x100n }],
  ["read-only", { at: BigInt(ZEROS + 0x1100) }],
  ["not canonical", { at: NOT_CANONICAL }],
  ...[1, 2, 4, 8].map((k): [string, Place] => [`off by ${k}`, { at: BigInt(DATA + 0x400 + k), aligned: true }]),
  ["off by 1, missing", { at: END + 0x101n, aligned: true }],
  ["off by 1, not canonical", { at: NOT_CANONICAL + 1n, aligned: true }],
  ["off by 1, read-only", { at: BigInt(ZEROS + 0x1101), aligned: true }],
  ["pending", { at: BigInt(DATA + 0x400), pending: true }],
  ["pending, missing", { at: END + 0x100n, pending: true }],
  ["pending, off by 1", { at: BigInt(DATA + 0x401), pending: true, aligned: true }],
]);

/** Rows that the corpus leaves to other tests: [rbx], or the stack. */
const EXTRA: readonly (readonly [string, string])[] = [
  ["fxsave", "0fae03"],
  ["fxsave64", "480fae03"],
  ["fxrstor", "0fae0b"],
  ["fnsave", "dd33"],
  ["fnsave", "66dd33"],
  ["fnstenv", "d933"],
  ["fnstenv", "66d933"],
  ["fldenv", "d923"],
  ["fldenv", "66d923"],
  ["frstor", "dd23"],
  ["frstor", "66dd23"],
  ["lgs", "0fb52b"],
  ["lgs", "480fb52b"],
  ["mov gs", "8e2b"],
  ["pushf", "9c"],
  ["pushf", "669c"],
  ["push gs", "0fa8"],
  ["ret", "c3"],
  ["ret", "c20800"],
  ["lret", "cb"],
  ["lret", "48cb"],
  ["enter", "c8100000"],
  ["enter", "c8100003"],
  ["iret", "cf"],
  ["iret", "48cf"],
  ["push gs:", "65ff33"],
  ["pop [rbx]", "8f03"],
  ["push [rbx]", "ff33"],
  ["push [rsp]", "ff3424"],
  ["call [rbx]", "ff13"],
  ["jmp [rbx]", "ff23"],
];

/** PUSH and POP of segment registers with 32 bits access two bytes in Intel's processors: they are not here. */
const EXTRA_32: readonly (readonly [string, string])[] = [
  ...EXTRA.filter(([name, code]) => !/^(48|65)/.test(code) && !/^(p|c|j|r)/.test(name)),
  ["arpl", "6303"],
  ["bound", "6203"],
  ["bound", "666203"],
  ["les", "c403"],
  ["lds", "66c503"],
  ["lss", "0fb203"],
  ["pusha", "60"],
  ["pusha", "6660"],
  ["popa", "61"],
  ["popa", "6661"],
  ["push gs", "660fa8"],
  ["pop es", "6607"],
  ["pushf", "9c"],
  ["ret", "c3"],
  ["ret", "66c20800"],
  ["push [ebx]", "ff33"],
  ["pop [ebx]", "8f03"],
  ["lcall [ebx]", "ff1b"],
  ["ljmp [ebx]", "ff2b"],
  ["enter", "c8100003"],
];

const hasMemory = (row: Row): boolean =>
  /\b[EMQW][a-z]/.test(row[2]) || /\bO[bv]\b/.test(row[2]) || implicitMemory(row);

type Encoded = Omit<SweepCase, "place">;

const encoded = (bits: 32 | 64, name: string, code: string): Encoded => ({ bits, name, code: hex(code) });

/** Every instruction once, in every form. */
function instructions64(): Encoded[] {
  const list = generate(ROWS.filter(hasMemory), SEED, 1).filter((c) => c.kind !== "r" && !/^(call|jmp)$/.test(c.name));
  const stack = generate(
    ROWS.filter((row) => /^(push|pop|leave)$/.test(row[1])),
    SEED,
    1,
  );
  return [...list, ...stack]
    .map((c) => encoded(64, c.name, c.code))
    .concat(EXTRA.map(([name, code]) => encoded(64, name, code)));
}

function instructions32(): Encoded[] {
  const list = generate32(SEED, 3).filter(
    (c) => !/^(call|jmp)$/.test(c.name) && (c.kind !== "r" || /^(push|pop|leave)$/.test(c.name)),
  );
  return list.map((c) => encoded(32, c.name, c.code)).concat(EXTRA_32.map(([name, code]) => encoded(32, name, code)));
}

/** Instructions at every place; `part` of them only, spread evenly. */
export function sweepCases(part = 1): SweepCase[] {
  const all = [...instructions64(), ...instructions32()]
    .filter((c) => reaches(c))
    .flatMap((c) => [...PLACES.keys()].map((place) => ({ ...c, place })));
  return all.filter((c, k) => sensible(c) && Math.floor(k * part) !== Math.floor((k - 1) * part));
}

const insn = new X86Insn();

function decode({ bits, code }: Encoded): X86Insn {
  const mode = bits === 64 ? M_CODE64 | M_LMA | M_PE : M_CODE32 | M_PE | M_FLAT;
  if (decoder.decode(insn, code, 0, code.length, mode) !== DECODE_OK) throw new Error("not decoded");
  return insn;
}

/** Its address depends on registers, and is wide enough. */
function reaches(c: Encoded): boolean {
  const { mod, ripRelative, base, index, row, addrSize } = decode(c);
  if (addrSize === 2 || /\bO[bv]\b/.test(row[2])) return false;
  return mod === 3 || !(ripRelative || base < 0 || base === index);
}

function sensible(c: SweepCase): boolean {
  return c.bits === 64 || !/canonical/.test(c.place);
}

export function sweepInput(c: SweepCase): Input {
  const { at, aligned, pending, down } = PLACES.get(c.place)!;
  const i = decode(c);
  const registers: Record<number, bigint> = { [SP]: BigInt(DATA + 0x1800) };
  if (i.mod !== 3) {
    registers[i.base] = at - BigInt(i.disp);
    // POP counts RSP after its move, PUSH before.
    if (i.base !== SP && /^(push|pop)$/.test(i.row[1])) registers[SP] = BigInt(DATA + 0x1800);
  } else {
    // The stack, or what RSI, RDI or RBX point to.
    const pushes = /^(push|enter)/.test(i.row[1]);
    const stack = /^(push|pop|ret|lret|iret|enter|leave)/.test(i.row[1]);
    if (stack) registers[SP] = pushes ? at + BigInt(i.opSize) : at;
    for (const reg of [3, BP, 6, 7]) registers[reg] = stack && reg !== BP ? 0n : at;
    registers[CX] = 3n;
  }
  return input([...c.code], {
    registers,
    flags: (aligned ? AC_FLAG : 0n) | (down ? DF : 0n),
    ...(pending ? { fpu: [UNMASKED, PENDING] } : {}),
  });
}

/** What counts of an outcome, short; results of instructions that complete are the corpus's. */
export function sweepOutcome({ name, place }: SweepCase, start: Input, out: Output): string {
  if (out.trap === COMPLETED) return "completed";
  // The target of a branch, read without a fault: tests/corpus/deviations.ts.
  if (/^(l?call|l?jmp|ret)/.test(name) && out.trap === GP && PLACES.get(place)!.at < NOT_CANONICAL) return "target";
  const parts = [`#${out.trap}`, `+${(Number(out.rip) - 0x20000000 - start.at).toString(16)}`];
  if (out.trap === PF) {
    parts.push(`error ${(out.error & 7).toString(16)}`);
    if (!ADDRESS_ELSEWHERE.test(name)) parts.push(`at ${(out.cr2 - BigInt(DATA)).toString(16)}`);
  }
  const changed = [...out.gpr]
    .map((value, k) => (value === start.gpr[k] ? "" : `r${k}=${value.toString(16)}`))
    .filter(Boolean);
  parts.push(...changed);
  const flags = out.rflags & 0x8d5n;
  if (flags !== (start.rflags & 0x8d5n)) parts.push(`flags ${flags.toString(16)}`);
  if (out.data.some((byte, k) => byte !== start.data[k])) parts.push(`data ${digest([out.data.join()]).slice(0, 8)}`);
  return parts.join(" ");
}

/** The byte of the operand that processors name is another one: the last, the second half's, the selector's. */
const ADDRESS_ELSEWHERE = /^(fxrstor|fxsave|fldenv|fnstenv|frstor|fnsave|maskmov|lret|iret)/;
