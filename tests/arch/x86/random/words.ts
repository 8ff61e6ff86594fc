// Operand sets and outcomes as text.

import type { Job } from "./batch.js";
import {
  FX_MXCSR,
  FX_ST,
  FX_XMM,
  IN_A,
  IN_B,
  IN_FLAGS,
  IN_MXCSR,
  IN_STATE,
  OUT_FLAGS,
  OUT_MXCSR,
  OUT_STATE,
  STATE_BYTES,
  type State,
} from "./layout.js";

const REGISTERS = "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15".split(" ");

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, "0");

/** The word of an outcome (or, not `out`, of the operand set's memory) with its two values. */
export function describeWord(job: Job, word: number, out: boolean, expected: number, got: number): string {
  const { state, reader } = job.encoding;
  let name: string;
  if (!out) name = `memory+${4 * word - IN_STATE - STATE_BYTES[state]}`;
  else if (word < 32) name = `${REGISTERS[word >> 1]}${word & 1 ? " high" : " low"}`;
  else if (4 * word === OUT_FLAGS) name = `flags (${reader.text}, of which ${hex(reader.mask)} count)`;
  else if (4 * word === OUT_MXCSR) name = "mxcsr";
  else name = stateWord(state, 4 * word - OUT_STATE);
  return `${name}: expected ${hex(expected)}, got ${hex(got)}`;
}

function stateWord(state: State, at: number): string {
  const xmm = state === "xmm" ? at : at - FX_XMM;
  if (xmm >= 0) return `xmm${xmm >> 4} word ${(xmm >> 2) & 3}`;
  if (at >= FX_ST) return `st${(at - FX_ST) >> 4} word ${(at >> 2) & 3}`;
  return at === FX_MXCSR ? "mxcsr" : at === 0 ? "status and control word" : "tags";
}

/** The instruction and its operands. */
export function describeSet(job: Job, set: number): string {
  const { encoding: e, input, loop } = job;
  const at = (set * loop.inStride) / 4;
  const value = (offset: number) => `${hex(input[at + offset / 4 + 1]!)}${hex(input[at + offset / 4]!)}`;
  const pair = (offset: number) => `${value(offset + 8)}:${value(offset)}`;
  const bytes = Array.from(e.code, (b) => b.toString(16).padStart(2, "0")).join(" ");
  const lines = [`${e.name} ${e.row[2]}: ${bytes}, operand set ${set}, encoding seed ${e.seed}`];
  lines.push(REGISTERS.map((name, k) => `${name} ${value(8 * k)}`).join(" "));
  const flags =
    e.writer.text === "popfq" || e.writer.text === "sahf"
      ? `${hex(input[at + IN_FLAGS / 4]!)} by ${e.writer.text}`
      : `by ${e.writer.text} of ${value(IN_A)}, ${value(IN_B)}, carry ${input[at + IN_FLAGS / 4]! & 1}`;
  lines.push(`flags ${flags}; then ${e.reader.text}`);
  if (e.state === "xmm") lines.push(`mxcsr ${hex(input[at + IN_MXCSR / 4]!)}`);
  if (e.state === "fx") {
    const image = at + IN_STATE / 4;
    const tags = input[image + 1]! & 255;
    lines.push(`fsw:fcw ${hex(input[image]!)} tags ${tags.toString(16)} mxcsr ${hex(input[image + FX_MXCSR / 4]!)}`);
    for (let k = 0; k < 8; k++) lines.push(`st${k} ${pair(IN_STATE + FX_ST + 16 * k).slice(12)}`);
  }
  if (e.state !== "gpr") {
    const xmm = IN_STATE + (e.state === "fx" ? FX_XMM : 0);
    for (let k = 0; k < 16; k += 4)
      lines.push([k, k + 1, k + 2, k + 3].map((n) => `xmm${n} ${pair(xmm + 16 * n)}`).join(" "));
  }
  const window = IN_STATE + STATE_BYTES[e.state];
  for (let k = 0; k < e.window; k += 64)
    lines.push(
      `memory+${k} ${[0, 16, 32, 48]
        .filter((n) => k + n < e.window)
        .map((n) => pair(window + k + n))
        .join(" ")}`,
    );
  return lines.join("\n    ");
}
