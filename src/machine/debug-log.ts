// -d in_asm, op, op_opt, int, cpu_reset: what the engine does, as text.

import type { Frontend } from "../arch/frontend.js";
import type { TranslateEvent } from "../engine/engine.js";
import { print } from "../ir/print.js";
import type { MachineLog } from "./log.js";

/** Kinds of core.wasm's log calls (core/engine/host.ts). */
const LOG_UNIMPLEMENTED = 1;
const LOG_INTERRUPT = 2;
const LOG_RESET = 3;
const LOG_GUEST_ERROR = 4;
const LOG_UNKNOWN_MSR = 5;

/** Listener of translations for in_asm and op, undefined where neither is wanted. */
export function translationLog(log: MachineLog, frontend: Frontend): (event: TranslateEvent) => void {
  return ({ physical, mode, code, block }) => {
    if (log.wants("in_asm")) {
      const lines = ["----------------", "IN:"];
      for (let at = 0; at < block.bytes; ) {
        const { length, text } = frontend.disassemble(code.subarray(at), (physical + at) | 0, 0, mode);
        const bytes = [...code.subarray(at, at + length)].map((byte) => byte.toString(16).padStart(2, "0"));
        lines.push(`0x${hex(physical + at, 8)}:  ${bytes.join(" ").padEnd(24)} ${text}`);
        at += Math.max(1, length);
      }
      log.write("in_asm", `${lines.join("\n")}\n`);
    }
    if (log.wants("op")) log.write("op", `OP:\n${print(block, frontend.helpers)}`);
  };
}

/** Most different instructions reported as unimplemented: a guest that runs wild has thousands. */
const UNIMPLEMENTED_LIMIT = 20;

/**
 * Listener of core's own log calls. `registers` gives the CPU's state as text; `warn` tells the user of instructions that
 * are not implemented, each once.
 */
export function coreLog(
  log: MachineLog,
  registers: () => string,
  warn: (message: string) => void,
): (kind: number, a: number, b: number, c: number) => void {
  let interrupts = 0;
  const reported = new Set<string>();
  const unimplemented = (bytes: string): void => {
    if (reported.has(bytes) || reported.size >= UNIMPLEMENTED_LIMIT) return;
    reported.add(bytes);
    warn(`instruction ${bytes} is not implemented: the guest gets an invalid opcode exception`);
  };
  return (kind, a, b, c) => {
    a >>>= 0;
    b >>>= 0;
    c >>>= 0;
    switch (kind) {
      case LOG_UNIMPLEMENTED:
        unimplemented(instructionBytes(a, b, c));
        break;
      case LOG_INTERRUPT:
        if (!log.wants("int")) break;
        log.write("int", `${String(interrupts++).padStart(6)}: v=${hex(a & 0xff, 2)} e=${hex(b, 4)}\n${registers()}`);
        break;
      case LOG_RESET:
        if (log.wants("cpu_reset")) log.write("cpu_reset", `CPU Reset (CPU 0)\n${registers()}`);
        break;
      case LOG_GUEST_ERROR:
        log.write(
          "guest_errors",
          `CPU: ${a ? "WRMSR" : "RDMSR"} of 0x${hex(b, 8)}, which does not exist, at 0x${hex(c, 8)}`,
        );
        break;
      case LOG_UNKNOWN_MSR:
        log.unimplemented(
          `CPU: ${a ? "WRMSR" : "RDMSR"} of 0x${hex(b, 8)}, ${a ? "ignored" : "read as 0"}, at 0x${hex(c, 8)}`,
        );
        break;
    }
  };
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/** The first bytes of an instruction, given as two little-endian halves and its length. */
function instructionBytes(low: number, high: number, length: number): string {
  const bytes: string[] = [];
  for (let i = 0; i < Math.min(length, 8); i++) bytes.push(hex(((i < 4 ? low : high) >>> (8 * (i & 3))) & 0xff, 2));
  return bytes.join(" ") + (length > 8 ? " ..." : "");
}
