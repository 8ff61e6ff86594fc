// What of an outcome counts, and its 64-bit digest as recorded with the corpus.

import type { Output } from "./state.js";

export interface Ignore {
  /** RFLAGS bits the manuals leave undefined for this instruction. */
  flags: number;
  /** Compare nothing but the fact that it completed (approximations whose value differs between CPU models). */
  values?: boolean;
}

const FLAGS = 0x8d5n | 0x400n;

/** What is mapped in the kernel's half of the host's address space is the host's business: "present" is left out there. */
function errorCode(out: Output): number {
  return out.trap === 14 && out.cr2 >> 63n === 1n ? out.error & ~1 : out.error;
}

/** The outcome as text, one item a line: for digests and for showing differences. */
export function describe(out: Output, ignore: Ignore): string[] {
  const lines: string[] = [];
  const completed = out.trap === 0xffffffff;
  lines.push(`trap ${completed ? "none" : out.trap} rip ${out.rip.toString(16)}`);
  if (out.trap === 13 || out.trap === 14 || out.trap === 12)
    lines.push(`error ${errorCode(out).toString(16)} cr2 ${out.cr2.toString(16)}`);
  if (ignore.values) return lines;
  for (let k = 0; k < 16; k++) lines.push(`r${k} ${out.gpr[k]!.toString(16)}`);
  lines.push(`flags ${(out.rflags & FLAGS & ~BigInt(ignore.flags)).toString(16)}`);
  const fx = new DataView(out.fx.buffer, out.fx.byteOffset);
  lines.push(
    `fcw ${fx.getUint16(0, true).toString(16)} fsw ${fx.getUint16(2, true).toString(16)} ftw ${fx.getUint8(4).toString(16)}`,
  );
  lines.push(`mxcsr ${fx.getUint32(24, true).toString(16)}`);
  for (let k = 0; k < 8; k++) {
    lines.push(
      `st${k} ${fx.getUint16(40 + 16 * k, true).toString(16)}:${fx.getBigUint64(32 + 16 * k, true).toString(16)}`,
    );
  }
  for (let k = 0; k < 16; k++) {
    lines.push(
      `xmm${k} ${fx.getBigUint64(168 + 16 * k, true).toString(16)}:${fx.getBigUint64(160 + 16 * k, true).toString(16)}`,
    );
  }
  let a = 0x811c9dc5;
  let b = 0x1234567;
  for (const byte of out.data) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = (Math.imul(b, 31) + byte) | 0;
  }
  lines.push(`data ${(a >>> 0).toString(16)}${(b >>> 0).toString(16)}`);
  return lines;
}

export function digest(lines: readonly string[]): string {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (const line of lines) {
    for (let k = 0; k < line.length; k++) {
      a = Math.imul(a ^ line.charCodeAt(k), 0x01000193);
      b = Math.imul(b ^ line.charCodeAt(k), 0x85ebca6b);
      b ^= b >>> 13;
    }
    a ^= 10;
  }
  return (a >>> 0).toString(16).padStart(8, "0") + (b >>> 0).toString(16).padStart(8, "0");
}
