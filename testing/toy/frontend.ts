// The toy's frontend (src/arch/frontend.ts).

import type { Frontend, TranslateOptions, TranslateResult } from "../../src/arch/frontend.js";
import type { IrBlock } from "../../src/ir/block.js";
import { IrBuilder } from "../../src/ir/builder.js";
import { PcWidth } from "../../src/ir/ops.js";
import { MODE_ONE_INSN } from "../../src/layout/vcpu.js";
import { type Context, HELPERS, lengthOf, ROWS } from "./instructions.js";
import { T_CONTEXT } from "./layout.js";

const MAX_NODES = 800;

export class ToyFrontend implements Frontend {
  readonly helpers = HELPERS;
  readonly contextSlot = T_CONTEXT;
  readonly maxInsnBytes = 6;
  private readonly builder = new IrBuilder(HELPERS);

  translate(block: IrBlock, code: Uint8Array, options: TranslateOptions): TranslateResult {
    const { mode, pageBytes, secondPage, start = 0 } = options;
    const b = this.builder;
    const maxInsns = mode & MODE_ONE_INSN ? 1 : options.maxInsns;
    b.begin(block);
    block.pcWidth = PcWidth.W32;
    const c: Context = { b, x: 0, y: 0, imm: 0, at: 0, next: 0, ended: false };
    let n = 0;
    for (;;) {
      const { next: at } = c;
      const length = at < pageBytes || n === 0 ? lengthOf(code[start + at]!) : 0;
      if (length === 0 || (at + length > pageBytes && (n > 0 || !secondPage))) {
        if (n === 0) return { status: "second-page", context: 0 };
        b.goto(at);
        break;
      }
      block.insnOffset[n] = at;
      b.pos = n;
      this.decode(c, code, start + at, length);
      (ROWS[code[start + at]!] ?? ROWS[0]!).build(c);
      n++;
      if (c.ended) break;
      if (n >= maxInsns || block.count >= MAX_NODES) {
        b.goto(c.next);
        break;
      }
    }
    block.insns = n;
    block.insnOffset[n] = c.next;
    block.crossesPage = c.next > pageBytes;
    return { status: "ok", context: 0 };
  }

  private decode(c: Context, code: Uint8Array, at: number, length: number): void {
    c.at = c.next;
    c.next += length;
    if (length === 1) return;
    c.x = (code[at + 1]! >> 4) & 7;
    c.y = code[at + 1]! & 7;
    if (length === 6) c.imm = code[at + 2]! | (code[at + 3]! << 8) | (code[at + 4]! << 16) | (code[at + 5]! << 24);
  }

  disassemble(code: Uint8Array): { length: number; text: string } {
    const opcode = code[0]!;
    const row = ROWS[opcode];
    const length = lengthOf(opcode);
    if (!row || length > code.length) return { length: 1, text: "(bad)" };
    return { length, text: `${row.name} ${row.operands}`.trim() };
  }
}
