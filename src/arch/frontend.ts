// What the engine asks of a guest architecture.

import type { IrBlock } from "../ir/block.js";
import type { HelperDef } from "../ir/helpers.js";

export interface Frontend {
  readonly helpers: readonly HelperDef[];
  /** Bytes of the longest instruction. */
  readonly maxInsnBytes: number;
  /** Knowing context c > 0 is knowing that this I32 slot holds c - 1. */
  readonly contextSlot: number;
  /** Translates one block. `code` holds guest bytes from the block's start to the end of its page, and, where the
   *  first instruction crosses into the next page, maxInsnBytes of that (`secondPage` true; else undefined bytes do not exist).
   *  Translation stops before an instruction that would cross the page's end; if that is the first one it becomes the
   *  block (`crossesPage`), and if the second page was not given, the result is "second-page".
   *  `entry` is what a region knows at the block's entry (0: nothing), from an earlier block's `context`. */
  translate(block: IrBlock, code: Uint8Array, options: TranslateOptions): TranslateResult;
  /** One instruction as text, for logs and the monitor: bytes used and text. */
  disassemble(code: Uint8Array, pcLo: number, pcHi: number, mode: number): { length: number; text: string };
}

export interface TranslateOptions {
  mode: number;
  maxInsns: number;
  /** Bytes in `code` that belong to the first page. */
  pageBytes: number;
  /** `code` goes on into the second page. */
  secondPage: boolean;
  entry: number;
  /** Index in `code` of the block's first byte, 0 if left out; what comes before and after the page does not matter. */
  start?: number;
}

export interface TranslateResult {
  status: "ok" | "second-page";
  /** What holds at the block's end (guest-defined: how condition flags are kept, for one), for TranslateOptions.entry. */
  context: number;
}
