// Encodings as the manual writes them (see Row), compiled to masks and fields.

/** Takes `mask` bits of an encoding at bit `from` to bit `to` of a value. */
interface Piece {
  readonly from: number;
  readonly mask: number;
  readonly to: number;
}

/** A field's value: pieces, sign-extended from bit `sign` (-1: not), plus `base`. */
export interface Field {
  readonly pieces: readonly Piece[];
  readonly sign: number;
  readonly base: number;
}

export type FieldName = "rd" | "rs1" | "rs2" | "rs3" | "imm" | "csr" | "rm" | "vm";

export interface Pattern {
  readonly mask: number;
  readonly match: number;
  /** Fields that must not be 0, as masks of the encoding. */
  readonly nonzero: readonly number[];
  readonly fields: ReadonlyMap<FieldName, Field>;
}

const WIDTHS: Readonly<Record<string, number>> = { rd: 5, rs1: 5, rs2: 5, rs3: 5, rm: 3, vm: 1, aqrl: 2, csr: 12 };
/** x8 to x15. */
const SHORT = 3;
const SHORT_BASE = 8;

/** Throws Error where the encoding is not as wide as it should be. */
export function parse(encoding: string, width: 16 | 32): Pattern {
  let at: number = width;
  let mask = 0;
  let match = 0;
  const nonzero: number[] = [];
  let nonzeroImm = 0;
  const fields = new Map<FieldName, Field>();
  for (const item of encoding.split(" ")) {
    if (/^[01]+$/.test(item)) {
      at -= item.length;
      mask |= ones(item.length) << at;
      match |= Number.parseInt(item, 2) << at;
      continue;
    }
    const [, nz, name, short, bits, not0] = /^(nz)?([a-z0-9]+)(')?(?:\[([0-9:|]+)\])?(!0)?$/.exec(item) ?? [];
    if (name === undefined) throw new Error(`${encoding}: ${item} is no field`);
    const top = at;
    const pieces: Piece[] = [];
    for (const [high, low] of ranges(bits, short ? SHORT : WIDTHS[name])) {
      at -= high - low + 1;
      pieces.push({ from: at, mask: ones(high - low + 1), to: low });
    }
    // An immediate may stand in two places.
    if (nz) nonzeroImm |= ones(top - at) << at;
    if (not0) nonzero.push(ones(top - at) << at);
    addField(fields, name, { pieces, sign: name === "imm" ? highest(pieces) : -1, base: short ? SHORT_BASE : 0 });
  }
  if (at !== 0) throw new Error(`${encoding}: ${width - at} bits, not ${width}`);
  if (nonzeroImm !== 0) nonzero.push(nonzeroImm);
  return { mask, match, nonzero, fields };
}

function ranges(bits: string | undefined, width: number | undefined): [number, number][] {
  if (bits === undefined) return [[width! - 1, 0]];
  return bits.split("|").map((range) => {
    const [high, low = high] = range.split(":").map(Number);
    return [high!, low!];
  });
}

function highest(pieces: readonly Piece[]): number {
  return Math.max(...pieces.map(({ mask, to }) => to + 31 - Math.clz32(mask)));
}

function addField(fields: Map<FieldName, Field>, word: string, field: Field): void {
  if (word === "aqrl") return;
  const name = (word === "uimm" ? "imm" : word) as FieldName;
  const before = fields.get(name);
  const pieces = [...(before?.pieces ?? []), ...field.pieces];
  fields.set(name, before ? { ...field, pieces, sign: Math.max(before.sign, field.sign) } : field);
}

function ones(width: number): number {
  return width === 32 ? -1 : (1 << width) - 1;
}

export function fieldValue({ pieces, sign, base }: Field, raw: number): number {
  let value = 0;
  for (const { from, mask, to } of pieces) value |= ((raw >>> from) & mask) << to;
  return sign < 0 ? value + base : (value << (31 - sign)) >> (31 - sign);
}

export function matches({ mask, match, nonzero }: Pattern, raw: number): boolean {
  return (raw & mask) === match && nonzero.every((field) => (raw & field) !== 0);
}
