// DIV and IDIV (Intel SDM volume 2): #DE on a divisor of 0 and on a quotient that does not fit. The remainder goes to S_RET2.

import { S_RET2 } from "../../../../src/layout/vcpu";
import { V_DE } from "../bits";
import { raise } from "../raise";

// @ts-ignore: decorator
@inline function divideError(cpu: i32): i64 {
  raise(cpu, V_DE, 0, 0);
  return 0;
}

/** Sizes 1, 2, 4: a = dividend of twice the size, b = divisor, both zero-extended. */
export function x86_divu(cpu: i32, a: i64, b: i64, size: i64): i64 {
  if (b == 0) return divideError(cpu);
  const q = <u64>a / <u64>b;
  if (q >> <u64>(size << 3) != 0) return divideError(cpu);
  store<u64>(cpu + S_RET2, <u64>a % <u64>b);
  return q;
}

/** Sizes 1, 2, 4: a = dividend of twice the size, b = divisor, both sign-extended. */
export function x86_divs(cpu: i32, a: i64, b: i64, size: i64): i64 {
  // The most negative 64-bit dividend by -1 would trap in the host.
  if (b == 0 || (b == -1 && a == i64.MIN_VALUE)) return divideError(cpu);
  const q = a / b;
  const shift = 64 - (size << 3);
  if ((q << shift) >> shift != q) return divideError(cpu);
  store<i64>(cpu + S_RET2, a % b);
  return q;
}

/** 128 by 64 bits, hi < d: the quotient; the remainder to S_RET2. Knuth's algorithm D with 32-bit digits. */
function divide128(cpu: i32, hi: u64, lo: u64, d: u64): u64 {
  if (hi == 0) {
    store<u64>(cpu + S_RET2, lo % d);
    return lo / d;
  }
  const s = clz(d);
  const v = d << s;
  const v1 = v >> 32;
  const v0 = v & 0xffffffff;
  let u2 = s != 0 ? (hi << s) | (lo >> (64 - s)) : hi;
  const u10 = lo << s;
  const u1 = u10 >> 32;
  const u0 = u10 & 0xffffffff;
  let q1 = u2 / v1;
  let rest = u2 - q1 * v1;
  while (q1 >> 32 != 0 || q1 * v0 > ((rest << 32) | u1)) {
    q1--;
    rest += v1;
    if (rest >> 32 != 0) break;
  }
  u2 = (u2 << 32) + u1 - q1 * v;
  let q0 = u2 / v1;
  rest = u2 - q0 * v1;
  while (q0 >> 32 != 0 || q0 * v0 > ((rest << 32) | u0)) {
    q0--;
    rest += v1;
    if (rest >> 32 != 0) break;
  }
  store<u64>(cpu + S_RET2, ((u2 << 32) + u0 - q0 * v) >> s);
  return (q1 << 32) + q0;
}

export function x86_divu64(cpu: i32, lo: i64, hi: i64, divisor: i64): i64 {
  if (<u64>hi >= <u64>divisor) return divideError(cpu);
  return divide128(cpu, hi, lo, divisor);
}

export function x86_divs64(cpu: i32, lo: i64, hi: i64, divisor: i64): i64 {
  if (divisor == 0) return divideError(cpu);
  const negative = hi < 0;
  let h = <u64>hi;
  let l = <u64>lo;
  if (negative) {
    l = 0 - l;
    h = ~h + (l == 0 ? 1 : 0);
  }
  const d = divisor < 0 ? 0 - <u64>divisor : <u64>divisor;
  if (h >= d) return divideError(cpu);
  const q = divide128(cpu, h, l, d);
  const minus = negative != divisor < 0;
  if (q > (minus ? <u64>0x8000000000000000 : <u64>0x7fffffffffffffff)) return divideError(cpu);
  if (negative) store<u64>(cpu + S_RET2, 0 - load<u64>(cpu + S_RET2));
  return minus ? 0 - q : q;
}
