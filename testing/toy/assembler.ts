// Writes the toy's code: a method an instruction, labels by name.

import { lengthOf, ROWS } from "./instructions.js";

export const [R0, R1, R2, R3, R4, R5, R6, R7] = [0, 1, 2, 3, 4, 5, 6, 7] as const;

export class Assembler {
  private readonly bytes: number[] = [];
  private readonly labels = new Map<string, number>();
  private readonly uses: { at: number; label: string }[] = [];

  /** `origin`: program counter of the first byte. */
  constructor(readonly origin: number) {}

  /** Program counter of the next instruction. */
  get here(): number {
    return (this.origin + this.bytes.length) >>> 0;
  }

  label(name: string): this {
    this.labels.set(name, this.bytes.length);
    return this;
  }

  /** Operands in the order of Row.operands; an address is a label or a program counter. */
  op(name: string, ...operands: (number | string)[]): this {
    const opcode = ROWS.findIndex((row) => row.name === name);
    const row = ROWS[opcode];
    if (!row) throw new Error(`the toy has no instruction ${name}`);
    const length = lengthOf(opcode);
    const values: Record<string, number> = { x: 0, y: 0, i: 0 };
    const end = this.bytes.length + length;
    [...row.operands].forEach((kind, k) => {
      const operand = operands[k]!;
      if (typeof operand === "string") this.uses.push({ at: end - 4, label: operand });
      else if (kind === "a") values.i = operand - (this.origin + end);
      else values[kind === "n" ? "i" : kind] = operand;
    });
    this.bytes.push(opcode);
    if (length > 1) this.bytes.push((values.x! << 4) | values.y!);
    if (length > 2) for (let shift = 0; shift < 32; shift += 8) this.bytes.push((values.i! >> shift) & 255);
    return this;
  }

  /** A word of data, or bytes of no instruction. */
  data(...bytes: number[]): this {
    this.bytes.push(...bytes);
    return this;
  }

  /** The code; labels of `li` are program counters, all others are relative to the instruction's end. */
  finish(): Uint8Array {
    const code = Uint8Array.from(this.bytes);
    const view = new DataView(code.buffer);
    for (const { at, label } of this.uses) {
      const target = this.labels.get(label);
      if (target === undefined) throw new Error(`no label ${label}`);
      const absolute = ROWS[code[at - 2]!]!.name === "li";
      view.setInt32(at, absolute ? this.origin + target : target - (at + 4), true);
    }
    return code;
  }
}
