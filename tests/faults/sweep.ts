// Memory operands where they fault: every row of the instruction table that a user program can run with a memory operand, at the borders of what is
// mapped, misaligned, not canonical, with a pending x87 exception.

import { DECODE_OK, Decoder, X86Insn } from "../../src/frontend/x86/decoder.js";
import type { Row } from "../../src/frontend/x86/insn.js";
import { M_CODE64, M_LMA, M_PE } from "../../src/frontend/x86/layout.js";
import { DecodeTables, ROWS } from "../../src/frontend/x86/tables.js";
import { digest } from "../corpus/digest.js";
import { generate } from "../corpus/generate.js";
import { DATA, hex, type Input, type Output, ZEROS } from "../corpus/state.js";
import { implicitMemory } from "../corpus/undefined.js";
import { AC_FLAG, COMPLETED, END, GP, input, PENDING, PF, UNMASKED } from "./lab.js";

const SEED = 7;
const decoder = new Decoder(new DecodeTables(ROWS, "all"));
const [CX, SP, BP] = [1, 4, 5];

export interface SweepCase {
  name: string;
  code: Uint8Array;
  place: string;
}

interface Place {
  /** Address of the operand's first byte. */
  at: bigint;
  aligned?: boolean;
  pending?: boolean;
}

const NOT_CANONICAL = 0x8000_0000_0000_0000n;
const near = (name: string, from: bigint, distances: readonly number[]): [string, Place][] =>
  distances.map((k) => [`${k} before ${name}`, { at: from - BigInt(k) }]);

const PLACES = new Map<string, Place>([
  ...near("the end", END, [1, 3, 7, 9, 15, 19, 39]),
  ...near("the start", BigInt(DATA), [1, 5, 8]),
  ...near("read-only", BigInt(ZEROS + 0x1000), [1, 5]),
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

const hasMemory = (row: Row): boolean =>
  /\b[EMQW][a-z]/.test(row[2]) || /\bO[bv]\b/.test(row[2]) || implicitMemory(row);

/** Every instruction once, in every form. */
function instructions(): { name: string; code: Uint8Array }[] {
  const list = generate(ROWS.filter(hasMemory), SEED, 1)
    .filter((c) => c.kind !== "r" && !/^(call|jmp)$/.test(c.name))
    .map((c) => ({ name: c.name, code: hex(c.code) }));
  const stack = generate(
    ROWS.filter((row) => /^(push|pop|leave)$/.test(row[1])),
    SEED,
    1,
  ).map((c) => ({ name: c.name, code: hex(c.code) }));
  const more = EXTRA.map(([name, code]) => ({ name, code: hex(code) }));
  return [...list, ...stack, ...more].filter(({ code }) => !isAbsolute(code));
}

/** Instructions at every place; `part` of them only, spread evenly. */
export function sweepCases(part = 1): SweepCase[] {
  const all = instructions().flatMap(({ name, code }) => [...PLACES.keys()].map((place) => ({ name, code, place })));
  return all.filter((c, k) => !isElsewhere(c) && Math.floor(k * part) !== Math.floor((k - 1) * part));
}

/** With 32-bit addresses, Intel's processors clear the upper halves of the registers of a repeated instruction that does nothing. */
function isElsewhere({ code, place }: SweepCase): boolean {
  return code[0] === 0x67 && code.includes(0xf3) && /canonical/.test(place);
}

const insn = new X86Insn();

function decode(code: Uint8Array): X86Insn {
  if (decoder.decode(insn, code, 0, code.length, M_CODE64 | M_LMA | M_PE) !== DECODE_OK) throw new Error("not decoded");
  return insn;
}

/** Its address does not depend on a register. */
function isAbsolute(code: Uint8Array): boolean {
  const { mod, ripRelative, base, row } = decode(code);
  return (mod !== 3 && (ripRelative || base < 0)) || /\bO[bv]\b/.test(row[2]);
}

export function sweepInput({ code, place }: SweepCase): Input {
  const { at, aligned, pending } = PLACES.get(place)!;
  const i = decode(code);
  const registers: Record<number, bigint> = { [SP]: BigInt(DATA + 0x1800) };
  if (i.mod !== 3) {
    registers[i.base] = at - BigInt(i.disp);
    // POP counts RSP after its move, PUSH before.
    if (i.base !== SP && /^(push|pop)$/.test(i.row[1])) registers[SP] = BigInt(DATA + 0x1800);
  } else {
    // The stack, or what RSI, RDI or RBX point to.
    const pushes = /^(push|pushf|enter)/.test(i.row[1]);
    const stack = /^(push|pop|ret|lret|iret|enter|leave)/.test(i.row[1]);
    if (stack) registers[SP] = pushes ? at + BigInt(i.opSize) : at;
    for (const reg of [3, BP, 6, 7]) registers[reg] = stack && reg !== BP ? 0n : at;
    registers[CX] = 3n;
  }
  // Scalars that are no numbers would fault on their own.
  return input([...code], {
    registers,
    flags: aligned ? AC_FLAG : 0n,
    ...(pending ? { fpu: [UNMASKED, PENDING] } : {}),
  });
}

/** What counts of an outcome, short; results of instructions that complete are the corpus's. */
export function sweepOutcome({ name, place }: SweepCase, start: Input, out: Output): string {
  if (out.trap === COMPLETED) return "completed";
  // The target of a branch, read without a fault: tests/corpus/deviations.ts.
  if (/^(call|jmp|ret)/.test(name) && out.trap === GP && PLACES.get(place)!.at < NOT_CANONICAL) return "target";
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
