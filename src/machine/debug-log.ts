// -d in_asm, op, op_opt, int, cpu_reset: what the engine does, as text.

import type { Arch } from "../arch/arch.js";
import type { Frontend } from "../arch/frontend.js";
import type { TranslateEvent } from "../engine/engine.js";
import { print } from "../ir/print.js";
import { LOG_INTERRUPT, LOG_UNIMPLEMENTED } from "../layout/log.js";
import { UNIMPLEMENTED_REPORTS } from "../tuning/host.js";
import type { MachineLog } from "./log.js";

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

/**
 * Listener of core's own log calls. `registers` gives the CPU's state as text; `warn` tells the user of instructions that
 * are not implemented, each once.
 */
export function coreLog(
  log: MachineLog,
  arch: Arch,
  registers: () => string,
  warn: (message: string) => void,
): (kind: number, a: number, b: number, c: number) => void {
  let interrupts = 0;
  const reported = new Set<string>();
  const unimplemented = (bytes: string): void => {
    if (reported.has(bytes) || reported.size >= UNIMPLEMENTED_REPORTS) return;
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
      default: {
        const line = arch.logText(kind, a, b, c);
        if (line) log.write(line.item, line.text);
      }
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
