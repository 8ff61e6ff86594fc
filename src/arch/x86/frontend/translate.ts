// The x86 frontend: translates blocks (src/arch/frontend.ts) with the decoder, the rows and the emitter.

import type { IrBlock } from "../../../ir/block.js";
import { IrBuilder } from "../../../ir/builder.js";
import type { HelperDef } from "../../../ir/helpers.js";
import { MODE_ONE_INSN } from "../../../layout/vcpu.js";
import type { Frontend, TranslateOptions, TranslateResult } from "../../frontend.js";
import { M_DEBUG, M_EM, M_MP, M_OSFXSR, M_PE, M_TF, M_TS, M_VM, X_CC_OP } from "../layout.js";
import {
  DECODE_OK,
  DECODE_TOO_LONG,
  DECODE_TRUNCATED,
  DECODE_UNDEFINED,
  Decoder,
  MAX_INSN_BYTES,
  X86Insn,
} from "./decoder.js";
import { disassemble } from "./disassembler.js";
import { Emitter, EXC_GP, EXC_NM } from "./emitter.js";
import { HELPERS } from "./helpers.js";
import type { RowAttributes } from "./insn.js";
import { DecodeTables, RF_CHECKED, RF_REPEAT, ROWS } from "./tables.js";

/** A block ends when it has this many nodes (its temporaries are numbered). */
const MAX_NODES = 800;

export class X86Frontend implements Frontend {
  readonly helpers: readonly HelperDef[] = HELPERS;
  readonly contextSlot = X_CC_OP;
  readonly maxInsnBytes = MAX_INSN_BYTES;
  private readonly tables: DecodeTables;
  private readonly decoder: Decoder;
  private readonly builder = new IrBuilder(HELPERS);
  private readonly emitter: Emitter;
  private readonly insn = new X86Insn();
  private readonly result: TranslateResult = { status: "ok", context: 0 };

  /** `features`: CPUID features offered, by the names of -cpu (src/options/cpu-features.ts). */
  constructor(features: ReadonlySet<string> | "all") {
    this.tables = new DecodeTables(ROWS, features);
    this.decoder = new Decoder(this.tables);
    this.emitter = new Emitter(this.builder, this.tables.operands);
  }

  translate(block: IrBlock, code: Uint8Array, options: TranslateOptions): TranslateResult {
    const { mode, pageBytes, start = 0 } = options;
    const { insn, emitter: e, builder: b, result } = this;
    const maxInsns = mode & (MODE_ONE_INSN | M_TF | M_DEBUG) ? 1 : options.maxInsns;
    result.status = "ok";
    b.begin(block);
    e.begin(code, start, mode, options.entry);
    block.pcWidth = e.pcWidth;
    e.insn = insn;
    let at = 0;
    let n = 0;
    for (;;) {
      const limit = n === 0 && options.secondPage ? Math.min(code.length, pageBytes + MAX_INSN_BYTES) : pageBytes;
      const status = at < limit ? this.decoder.decode(insn, code, start + at, start + limit, mode) : DECODE_TRUNCATED;
      insn.start = at;
      if (status === DECODE_TRUNCATED) {
        if (n === 0) {
          result.status = "second-page";
          return result;
        }
        b.goto(at);
        break;
      }
      const flags = status === DECODE_OK ? this.tables.flags[insn.rowIndex]! : 0;
      if (n > 0 && flags & RF_REPEAT && insn.rep !== 0) {
        b.goto(at);
        break;
      }
      block.insnOffset[n] = at;
      b.pos = n;
      e.breakpoint();
      e.codeLimit();
      if (status === DECODE_OK) {
        if (!(flags & RF_CHECKED) || this.allowed(mode, insn.row[4]!)) insn.row[3](e, insn);
      } else if (status === DECODE_TOO_LONG) e.raise(EXC_GP, 0);
      else e.undefined();
      n++;
      at += insn.length;
      if (e.ended) break;
      if (n >= maxInsns || block.count >= MAX_NODES) {
        e.goto(at);
        break;
      }
    }
    block.insns = n;
    block.insnOffset[n] = at;
    block.crossesPage = at > pageBytes;
    result.context = e.flags.context();
    return result;
  }

  disassemble(code: Uint8Array, pcLo: number, pcHi: number, mode: number): { length: number; text: string } {
    const { insn } = this;
    const status = this.decoder.decode(insn, code, 0, code.length, mode);
    insn.start = 0;
    if (status !== DECODE_OK) {
      const length = status === DECODE_UNDEFINED ? Math.min(insn.length, code.length) : 1;
      return { length, text: "(bad)" };
    }
    return { length: insn.length, text: disassemble(this.tables, insn, pcLo, pcHi, mode) };
  }

  /** Checks a row asks for before anything else; false when an exception has been built instead. */
  private allowed(mode: number, row: RowAttributes): boolean {
    const e = this.emitter;
    if (row.protectedOnly && (mode & (M_PE | M_VM)) !== M_PE) {
      e.undefined();
      return false;
    }
    if (row.cpl0 && e.cpl !== 0) {
      e.raise(EXC_GP, 0);
      return false;
    }
    switch (row.check) {
      case "x87":
        e.x87Unsettled();
        if (mode & (M_EM | M_TS)) return this.fault(EXC_NM);
        break;
      case "fwait":
        if ((mode & (M_MP | M_TS)) === (M_MP | M_TS)) return this.fault(EXC_NM);
        break;
      case "mmx":
        if (mode & M_EM) {
          e.undefined();
          return false;
        }
        if (mode & M_TS) return this.fault(EXC_NM);
        e.pendingX87();
        break;
      case "sse":
        if (mode & M_EM || !(mode & M_OSFXSR)) {
          e.undefined();
          return false;
        }
        if (mode & M_TS) return this.fault(EXC_NM);
        break;
    }
    return true;
  }

  private fault(vector: number): false {
    this.emitter.raise(vector);
    return false;
  }
}
