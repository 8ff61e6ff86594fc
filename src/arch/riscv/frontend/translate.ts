// The RISC-V frontend: translates blocks (src/arch/frontend.ts) with the decoder, the rows and the emitter.

import type { IrBlock } from "../../../ir/block.js";
import { IrBuilder } from "../../../ir/builder.js";
import { MODE_ONE_INSN } from "../../../layout/vcpu.js";
import type { Frontend, TranslateOptions, TranslateResult } from "../../frontend.js";
import { RV_CONTEXT } from "../layout.js";
import { Decoder, lengthOf, MAX_INSN_BYTES } from "./decoder.js";
import { textOf } from "./disassembler.js";
import { Emitter } from "./emitter.js";
import { HELPERS } from "./helpers.js";
import type { Insn } from "./insn.js";
import { COMPRESSED, TABLES } from "./tables.js";

/** A block ends when it has this many nodes (its temporaries are numbered). */
const MAX_NODES = 800;

export class RiscvFrontend implements Frontend {
  readonly helpers = HELPERS;
  readonly contextSlot = RV_CONTEXT;
  readonly maxInsnBytes = MAX_INSN_BYTES;
  private readonly decoder: Decoder;
  private readonly builder = new IrBuilder(HELPERS);
  private readonly emitter = new Emitter(this.builder);
  private readonly insn = { rd: 0, rs1: 0, rs2: 0, rs3: 0, imm: 0, csr: 0, rm: 0, vm: 0, length: 0, raw: 0 } as Insn;
  private readonly result: TranslateResult = { status: "ok", context: 0 };

  /** `extensions`: those of the CPU, by their names in the ISA string. */
  constructor(extensions: ReadonlySet<string> | "all") {
    this.decoder = new Decoder(TABLES, COMPRESSED, (name) => extensions === "all" || extensions.has(name));
  }

  translate(block: IrBlock, code: Uint8Array, options: TranslateOptions): TranslateResult {
    const { mode, pageBytes, secondPage, start = 0 } = options;
    const { builder: b, emitter: e, insn, result } = this;
    const maxInsns = mode & MODE_ONE_INSN ? 1 : options.maxInsns;
    result.status = "ok";
    b.begin(block);
    e.begin(mode);
    let n = 0;
    for (;;) {
      const at = e.next;
      const length = at < pageBytes ? lengthOf(code[start + at]!) : MAX_INSN_BYTES;
      if (at + length > pageBytes && (n > 0 || !secondPage)) {
        if (n === 0) {
          result.status = "second-page";
          return result;
        }
        b.goto(at);
        break;
      }
      block.insnOffset[n] = at;
      b.pos = n;
      const row = this.decoder.decode(insn, code, start + at);
      e.at = at;
      e.next = at + length;
      if (row) row.build(e, insn);
      else e.illegal(insn);
      n++;
      if (e.ended) break;
      if (n >= maxInsns || block.count >= MAX_NODES) {
        b.goto(e.next);
        break;
      }
    }
    block.insns = n;
    block.insnOffset[n] = e.next;
    block.crossesPage = e.next > pageBytes;
    return result;
  }

  disassemble(code: Uint8Array, pcLo: number, pcHi: number): { length: number; text: string } {
    const { insn } = this;
    const length = lengthOf(code[0]!);
    if (length > code.length || !this.decoder.decode(insn, code, 0)) {
      return { length: Math.min(length, code.length), text: "(bad)" };
    }
    const pc = (BigInt(pcHi >>> 0) << 32n) | BigInt(pcLo >>> 0);
    return { length, text: textOf(insn, pc) };
  }
}
