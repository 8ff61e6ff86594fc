// Comparison and classification of 80-bit numbers.

import { FE_INVALID, fpRaise } from "./env";
import { CMP_EQUAL, CMP_GREATER, CMP_LESS, CMP_UNORDERED } from "./compare";
import { EXP_MASK, SIGN_BIT, bothNormal80, isBad80, isSnan80, isUnsupported80, noteDenormals80 } from "./f80";

/** CMP_*; `signal`: quiet NaNs are invalid too (FCOM, not FUCOM). */
export function compare80(a: u64, ase: i32, b: u64, bse: i32, signal: bool): i32 {
  if (!bothNormal80(a, ase, b, bse)) {
    if (isBad80(a, ase) || isBad80(b, bse)) {
      const invalid =
        signal || isUnsupported80(a, ase) || isUnsupported80(b, bse) || isSnan80(a, ase) || isSnan80(b, bse);
      if (invalid) fpRaise(FE_INVALID);
      return CMP_UNORDERED;
    }
    noteDenormals80(a, ase, b, bse);
    if ((a | b) == 0) return CMP_EQUAL;
  }
  if ((ase ^ bse) & SIGN_BIT) return ase & SIGN_BIT ? CMP_LESS : CMP_GREATER;
  const ea = max(ase & EXP_MASK, 1);
  const eb = max(bse & EXP_MASK, 1);
  if (ea == eb && a == b) return CMP_EQUAL;
  // A zero or denormal has the smallest exponent, so exponents decide before significands.
  const less = a == 0 || (b != 0 && (ea < eb || (ea == eb && a < b)));
  return less != ((ase & SIGN_BIT) != 0) ? CMP_LESS : CMP_GREATER;
}
