// Which rows the corpus covers, and what the manuals leave undefined (SDM volume 2, the instructions' "Flags Affected").

import type { Row } from "../../../../src/arch/x86/frontend/row.js";
import type { Ignore } from "./digest.js";

const CF = 1;
const PF = 4;
const AF = 16;
const ZF = 64;
const SF = 128;
const OF = 2048;
const ALL = CF | PF | AF | ZF | SF | OF;

const FLAGS: readonly [RegExp, number][] = [
  [/^(and|or|xor|test|andn|blsi|blsr|blsmsk)$/, AF],
  [/^(andn|bextr|bzhi)$/, AF | PF | SF],
  [/^(blsi|blsr|blsmsk)$/, AF | PF],
  [/^(shl|sal|shr|sar)$/, AF | OF],
  [/^(rol|ror|rcl|rcr)$/, OF],
  [/^(shld|shrd)$/, AF | OF],
  [/^(mul|imul)$/, SF | ZF | AF | PF],
  [/^(div|idiv)$/, ALL],
  [/^(bsf|bsr)$/, ALL & ~ZF],
  [/^(bt|bts|btr|btc)$/, OF | SF | AF | PF],
  [/^(tzcnt|lzcnt)$/, OF | SF | PF | AF],
  [/^(aam|aad|daa|das|aaa|aas)$/, ALL],
];

/** Instructions whose results are approximations that differ between CPU models. */
const APPROXIMATE = /^(rcp|rsqrt)|^f(sin|cos|sincos|ptan|patan|2xm1|yl2x|yl2xp1)$/;

/** Not for a bare user-mode process, or not the same there: system state, time, identity. */
const EXCLUDED =
  /^(cpuid|rdtsc|rdtscp|rdrand|rdseed|rdpid|rdpmc|syscall|sysenter|int|int3|into|icebp|int1|xsave|xrstor|xsaveopt|xsavec|fxsave|fxrstor|xgetbv|xsetbv|rdfsbase|rdgsbase|wrfsbase|wrgsbase|sgdt|sidt|sldt|str|smsw|lar|lsl|verr|verw|iret|lret|ljmp|lcall|callf|jmpf|retf|fstenv|fnstenv|fsave|fnsave|fldenv|frstor|in|out|ins|outs|popf|sti|cli|monitor|mwait|clflush|clflushopt|clwb|stac|clac|lfs|lgs|lss|ud0|ud1|ud2)/;

export function covered(row: Row): boolean {
  const [, name, operands, , attributes] = row;
  if (attributes?.system || attributes?.no64 || attributes?.cpl0) return false;
  if (EXCLUDED.test(name)) return false;
  return !/\b(Sw|Ap|Mp|ES|CS|SS|DS|FS|GS|C[dy]|D[dy]|Rd|Ry)\b/.test(operands);
}

/** Memory operands by RSI, RDI, RBX without a ModRM byte. */
export function implicitMemory(row: Row): boolean {
  return row[4]?.repeat === true || /^(xlat|movs|stos|lods|scas|cmps|maskmov)/.test(row[1]);
}

export function ignoreFor(name: string): Ignore {
  let flags = 0;
  for (const [pattern, bits] of FLAGS) if (pattern.test(name)) flags |= bits;
  return { flags, values: APPROXIMATE.test(name) };
}
