// Makes the cases of the instruction corpus from the instruction table: for every row all operand forms, sizes and prefixes
// that apply, with registers, displacements and immediates drawn from a seeded generator.

import type { Row } from "../../../../src/arch/x86/frontend/row.js";
import { MAP_0F, MAP_0F3A, MAP_0F38, MAP_VEX, parseOpcode } from "../../../../src/arch/x86/frontend/tables.js";
import { Random } from "../../../../testing/random.js";
import { type Case, CODE, DATA, type StateKind } from "./state.js";
import { covered, implicitMemory } from "./undefined.js";

const AT = 0x100;
const IMM_EDGES = [0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 0x7f, 0x80, 0x81, 0xff, 0xaa, 0x55];

interface Form {
  memory: boolean;
  data16: boolean;
  rexW: boolean;
  rep: number;
  lock: boolean;
  addr32: boolean;
}

/** All cases for `rows`, `each` for every form of every row. Deterministic for a seed. */
export function generate(rows: readonly Row[], seed: number, each: number): Case[] {
  const cases: Case[] = [];
  const random = new Random(seed);
  for (const row of rows) {
    if (!covered(row)) continue;
    for (const form of forms(row)) {
      for (let k = 0; k < each; k++) {
        const code = encode(row, form, random);
        if (code.length > 15) continue;
        const kind: StateKind = implicitMemory(row) ? "s" : form.memory ? "m" : "r";
        cases.push({
          name: row[1],
          code: code.map((b) => b.toString(16).padStart(2, "0")).join(""),
          kind,
          seed: random.u32(),
        });
      }
    }
  }
  return cases;
}

function operandCodes(row: Row): string[] {
  return row[2] === "" ? [] : row[2].split(",").map((code) => code.trim());
}

function isModrm(code: string): boolean {
  return /^[EGMQWVPURNSCD]/.test(code) && !/^(DX|CL|DI|eAX|rAX|CS|DS|SS)$/.test(code);
}

function forms(row: Row): Form[] {
  const e = parseOpcode(row[0]);
  const codes = operandCodes(row);
  const sized =
    codes.some((code) => /^.[vzy]$/.test(code)) || /^(rAX|eAX)$/.test(codes[0] ?? "") || row[4]?.default64 === true;
  const wide = sized || codes.some((code) => /^[EGMBR]y|^[EG]q/.test(code));
  const either = codes.some((code) => /^[EQW]/.test(code));
  const onlyMemory = e.form === 2 || codes.some((code) => code.startsWith("M"));
  const canMemory = e.fixed < 0 && e.form !== 1 && (either || onlyMemory) && !codes.some((code) => /^[UNR]/.test(code));
  const canRegister = !onlyMemory;
  const list: Form[] = [];
  const base: Form = { memory: false, data16: false, rexW: false, rep: 0, lock: false, addr32: false };
  for (const memory of [false, true]) {
    if (memory ? !canMemory : !canRegister) continue;
    list.push({ ...base, memory });
    // Near branches with 66 differ between vendors in 64-bit code.
    if (sized && e.prefix < 0 && !/^J|^(call|jmp|ret|j[a-z]+|loop)/.test(`${row[1]}`))
      list.push({ ...base, memory, data16: true });
    if (wide || /^(cdq|cqo|cwd|cbw|movs|stos|lods|scas|cmps|cmpxchg)/.test(row[1]))
      list.push({ ...base, memory, rexW: true });
    if (memory) list.push({ ...base, memory, addr32: true });
    if (memory && row[4]?.lock)
      list.push({ ...base, memory, lock: true }, { ...base, memory, lock: true, rexW: sized });
  }
  if (row[4]?.repeat)
    list.push(
      { ...base, rep: 0xf3 },
      { ...base, rep: 0xf2 },
      { ...base, rep: 0xf3, rexW: true },
      { ...base, rep: 0xf3, addr32: true },
    );
  return list;
}

function encode(row: Row, form: Form, random: Random): number[] {
  const e = parseOpcode(row[0]);
  const codes = operandCodes(row);
  const vex = e.map > MAP_VEX;
  const out: number[] = [];
  if (form.lock) out.push(0xf0);
  if (form.addr32) out.push(0x67);
  if (form.data16 && !vex) out.push(0x66);
  if (form.rep) out.push(form.rep);
  if (e.prefix > 0 && !vex) out.push([0, 0x66, 0xf3, 0xf2][e.prefix]!);

  let rexR = random.below(2);
  let rexX = 0;
  let rexB = random.below(2);
  const needsModrm = e.modrm || codes.some(isModrm);
  const body: number[] = [];
  if (e.plusR && random.below(2)) rexB = 0;
  let ripAt = -1;
  if (needsModrm) {
    let reg = e.reg >= 0 ? e.reg : random.below(8);
    if (codes.some((code) => code.startsWith("P")) || e.reg >= 0) rexR = 0;
    if (codes.some((code) => code.startsWith("Q") || code.startsWith("N")) && !form.memory) rexB = 0;
    if (e.fixed >= 0) {
      body.push(e.fixed);
      rexR = 0;
      rexB = 0;
    } else if (!form.memory) body.push(0xc0 | (reg << 3) | random.below(8));
    else {
      reg &= 7;
      const disp8 = () => (random.below(3) === 0 ? (random.below(32) - 16) & 0xff : (8 * random.below(4)) & 0xff);
      rexB = 0;
      switch (random.below(7)) {
        case 0:
          body.push((reg << 3) | 3);
          break;
        case 1:
          body.push(0x40 | (reg << 3) | 6, disp8());
          break;
        case 2:
          body.push(0x80 | (reg << 3) | 7, disp8() & 0x3f, 0, 0, 0);
          break;
        case 3:
          body.push(0x44 | (reg << 3), (random.below(4) << 6) | (1 << 3) | 5, disp8());
          break;
        case 4:
          rexB = 1;
          body.push(0x04 | (reg << 3), (4 << 3) | 4);
          break;
        case 5:
          rexB = 1;
          rexX = 1;
          body.push(0x44 | (reg << 3), (random.below(4) << 6) | (6 << 3) | 5, disp8());
          break;
        default:
          body.push(0x05 | (reg << 3), 0, 0, 0, 0);
          ripAt = 1;
      }
    }
  } else if (!e.plusR) rexB = 0;
  if (!needsModrm) rexR = 0;

  const opcode = e.plusR ? e.opcode + random.below(8) : e.opcode;
  if (vex) {
    const w = form.rexW ? 1 : 0;
    const vvvv = codes.some((code) => code.startsWith("B")) ? random.below(16) : 0;
    const pp = Math.max(e.prefix, 0);
    out.push(
      0xc4,
      ((rexR ^ 1) << 7) | ((rexX ^ 1) << 6) | ((rexB ^ 1) << 5) | (e.map - MAP_VEX),
      (w << 7) | ((~vvvv & 15) << 3) | pp,
    );
    out.push(opcode);
  } else {
    const rex = (form.rexW ? 8 : 0) | (rexR << 2) | (rexX << 1) | rexB;
    if (rex !== 0 || random.below(3) === 0) out.push(0x40 | rex);
    if (e.map >= MAP_0F) out.push(0x0f);
    if (e.map === MAP_0F38) out.push(0x38);
    if (e.map === MAP_0F3A) out.push(0x3a);
    out.push(opcode);
  }
  const bodyAt = out.length;
  out.push(...body);
  for (const code of codes) out.push(...immediate(code, form, row, random));
  if (ripAt >= 0) {
    const disp = DATA + 0xf00 + 8 * random.below(30) - (CODE + AT + out.length);
    const at = bodyAt + ripAt;
    for (let k = 0; k < 4; k++) out[at + k] = (disp >> (8 * k)) & 0xff;
  }
  return out;
}

function immediate(code: string, form: Form, row: Row, random: Random): number[] {
  const byte = () => (random.below(4) === 0 ? random.u32() & 0xff : random.pick(IMM_EDGES));
  const bytes = (n: number) => {
    const kind = random.below(4);
    if (kind === 0) return Array.from({ length: n }, () => random.u32() & 0xff);
    const list = [byte(), ...Array.from({ length: n - 1 }, () => (kind === 1 ? 0xff : 0))];
    if (kind === 3) list[n - 1] = 0x80;
    return list;
  };
  switch (code) {
    case "Ib":
      return [byte()];
    case "Iw":
      return bytes(2);
    case "Iz":
      return bytes(form.data16 ? 2 : 4);
    case "Iv":
      return bytes(form.rexW ? 8 : form.data16 ? 2 : 4);
    case "Jb":
      return [byte()];
    case "Jz": {
      const disp = row[4]?.default64 || row[4]?.force64 || !form.data16 ? 4 : 4;
      return [random.u32() & 0xff, random.below(14), ...Array.from({ length: disp - 2 }, () => 0)];
    }
    case "Ob":
    case "Ov": {
      const address = DATA + 0xf00 + random.below(240);
      const n = form.addr32 ? 4 : 8;
      return Array.from({ length: n }, (_, k) => (k < 4 ? (address >> (8 * k)) & 0xff : 0));
    }
    default:
      return [];
  }
}
