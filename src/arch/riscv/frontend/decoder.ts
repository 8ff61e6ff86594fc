// Finds the row of an encoding, and its fields.

import { DECODED_INSNS } from "../../../tuning/engine.js";
import { type CompiledCompressed, compileCompressed } from "./compressed.js";
import type { Insn } from "./insn.js";
import { type FieldName, fieldValue, matches, type Pattern } from "./pattern.js";
import { type CompiledRow, type CompressedTable, compile, type Table } from "./row.js";

const bitCount = (mask: number): number => mask.toString(2).replace(/[^1]/g, "").length;

/** The more bits are fixed, the earlier. */
function specificFirst(a: Pattern, b: Pattern): number {
  return bitCount(b.mask >>> 0) - bitCount(a.mask >>> 0);
}

/** "zbb|zbkb": one of them; "zabha+zacas": both. */
function available(extension: string, has: (name: string) => boolean): boolean {
  return extension.split("|").some((alternative) => alternative.split("+").every(has));
}

/** Rows by the bits that nearly all of them fix; each list is made when it is looked for first. */
class Lists<T extends Pattern> {
  private readonly lists: (readonly T[] | undefined)[];

  constructor(
    private readonly rows: readonly T[],
    private readonly keyMask: number,
    private readonly keyOf: (raw: number) => number,
    keys: number,
  ) {
    this.rows = [...rows].sort(specificFirst);
    this.lists = new Array(keys).fill(undefined);
  }

  find(raw: number): T | undefined {
    const key = this.keyOf(raw);
    let list = this.lists[key];
    if (!list) {
      list = this.rows.filter(({ mask, match }) => ((raw ^ match) & mask & this.keyMask) === 0);
      this.lists[key] = list;
    }
    for (const row of list) if (matches(row, raw)) return row;
    return undefined;
  }
}

export const MAX_INSN_BYTES = 4;

/** Bytes of the instruction that begins with this byte. */
export function lengthOf(first: number): number {
  return (first & 3) === 3 ? 4 : 2;
}

export class Decoder {
  /** What was decoded last, by a hash of its encoding. */
  private readonly recent: (Insn | undefined)[] = new Array(DECODED_INSNS).fill(undefined);
  private readonly wide: Lists<CompiledRow>;
  private readonly narrow: Lists<CompiledCompressed>;

  constructor(tables: readonly Table[], compressed: readonly CompressedTable[], has: (extension: string) => boolean) {
    const rows = tables
      .filter(({ extension }) => available(extension, has))
      .flatMap((table) => table.rows.map(compile));
    // Opcode, funct3, funct7.
    const key = (raw: number) => ((raw >>> 2) & 31) | ((raw >>> 7) & 0xe0) | ((raw >>> 17) & 0x7f00);
    this.wide = new Lists(rows, 0xfe00707f | 0, key, 1 << 15);
    const byName = new Map(rows.map((row) => [row.mnemonic, row]));
    const short = compressed
      .filter(({ extension }) => available(extension, has))
      .flatMap((table) => table.rows.flatMap((row) => compileCompressed(row, byName) ?? []));
    this.narrow = new Lists(short, 0xe003, (raw) => (raw & 3) | ((raw >>> 11) & 0x1c), 32);
  }

  /** Fills `insn`. undefined where there is no such instruction; raw and length are filled then too. */
  decode(insn: Insn, code: Uint8Array, at: number): CompiledRow | undefined {
    const length = lengthOf(code[at]!);
    let raw = code[at]! | (code[at + 1]! << 8);
    if (length === MAX_INSN_BYTES) raw |= (code[at + 2]! << 16) | (code[at + 3]! << 24);
    const place = (raw ^ (raw >>> 12) ^ (raw >>> 20)) & (DECODED_INSNS - 1);
    const known = this.recent[place];
    if (known !== undefined && known.raw === raw) {
      copy(insn, known);
      return known.row as CompiledRow;
    }
    insn.length = length;
    insn.raw = raw;
    const row = this.look(insn);
    if (!row) return undefined;
    if (known === undefined) this.recent[place] = { ...insn };
    else copy(known, insn);
    return row;
  }

  private look(insn: Insn): CompiledRow | undefined {
    if (insn.length === MAX_INSN_BYTES) {
      const row = this.wide.find(insn.raw);
      if (row) fill(insn, row, row.fields);
      return row;
    }
    const found = this.narrow.find(insn.raw);
    if (found) fill(insn, found.row, found.set);
    return found?.row;
  }
}

function fill(insn: Insn, row: CompiledRow, fields: ReadonlyMap<FieldName, Parameters<typeof fieldValue>[0]>): void {
  insn.row = row;
  for (const [name, field] of fields) insn[name] = fieldValue(field, insn.raw);
}

/** Field by field: it is done for every instruction. */
function copy(to: Insn, from: Insn): void {
  to.row = from.row;
  to.rd = from.rd;
  to.rs1 = from.rs1;
  to.rs2 = from.rs2;
  to.rs3 = from.rs3;
  to.imm = from.imm;
  to.csr = from.csr;
  to.rm = from.rm;
  to.vm = from.vm;
  to.length = from.length;
  to.raw = from.raw;
}
