// Comparison predicates.

import { CMP_EQUAL, CMP_LESS, CMP_UNORDERED, compare32, compare64 } from "../../../float/compare";

/** Predicate 0-7 of CMPPS (Intel SDM vol. 2, CMPPD, table 3-1): EQ LT LE UNORD NEQ NLT NLE ORD. */
// @ts-ignore: decorator
@inline function holds(order: i32, predicate: i32): bool {
  switch (predicate & 3) {
    case 0:
      return (order == CMP_EQUAL) != predicate > 3;
    case 1:
      return (order == CMP_LESS) != predicate > 3;
    case 2:
      return (order == CMP_LESS || order == CMP_EQUAL) != predicate > 3;
    default:
      return (order == CMP_UNORDERED) != predicate > 3;
  }
}

// @ts-ignore: decorator
@inline function signals(predicate: i32): bool {
  const p = predicate & 3;
  return p == 1 || p == 2;
}

export function predicate64(a: u64, b: u64, predicate: i32): u64 {
  return holds(compare64(a, b, signals(predicate)), predicate) ? -1 : 0;
}

export function predicate32(a: u32, b: u32, predicate: i32): u32 {
  return holds(compare32(a, b, signals(predicate)), predicate) ? -1 : 0;
}
