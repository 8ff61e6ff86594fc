// Whatever bytes stand there, the frontend builds well-formed IR: tier 1 relies on its types.

import { expect, it } from "vitest";
import { IrBlock } from "../../../ir/block.js";
import { print } from "../../../ir/print.js";
import { verify } from "../../../ir/testing/verify.js";
import {
  M_CODE32,
  M_CODE64,
  M_CPL_SHIFT,
  M_FLAT,
  M_LMA,
  M_OSFXSR,
  M_OSXSAVE,
  M_PE,
  M_SEGCHECK,
  M_SS32,
  M_VM,
} from "../layout.js";
import { X86Frontend } from "./translate.js";

const LONG = M_CODE64 | M_PE | M_LMA | M_OSFXSR | M_OSXSAVE | M_FLAT;
const MODES = [
  LONG,
  LONG | (3 << M_CPL_SHIFT),
  M_CODE32 | M_SS32 | M_PE | M_FLAT | M_OSFXSR,
  M_CODE32 | M_SS32 | M_PE | M_SEGCHECK | M_OSFXSR,
  M_OSFXSR,
  M_PE | M_OSFXSR,
  M_PE | M_VM | M_OSFXSR | (3 << M_CPL_SHIFT),
];
/** What instructions begin with, so that all opcode maps are reached. */
const STARTS = [
  [],
  [0x0f],
  [0x66, 0x0f],
  [0xf3, 0x0f],
  [0xf2, 0x0f],
  [0x48, 0x0f],
  [0x0f, 0x38],
  [0x66, 0x0f, 0x38],
  [0x66, 0x0f, 0x3a],
];
const CASES = 60_000;

it("builds well-formed IR for any bytes", () => {
  const seed = (Math.random() * 0x7fffffff) | 0;
  let state = seed;
  const random = (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 9) % n;
  };
  const frontend = new X86Frontend("all");
  const block = new IrBlock();
  const code = new Uint8Array(32);
  for (let k = 0; k < CASES; k++) {
    for (let i = 0; i < code.length; i++) code[i] = random(256);
    code.set(STARTS[random(STARTS.length)]!);
    const mode = MODES[k % MODES.length]!;
    const result = frontend.translate(block, code, { mode, maxInsns: 2, pageBytes: 32, secondPage: false, entry: 0 });
    if (result.status !== "ok") continue;
    const faults = verify(block, frontend.helpers);
    if (faults.length === 0) continue;
    const { text } = frontend.disassemble(code, 0, 0, mode);
    expect.fail(
      `seed ${seed}: ${text}, mode 0x${mode.toString(16)}\n${faults.join("\n")}\n${print(block, frontend.helpers)}`,
    );
  }
});
