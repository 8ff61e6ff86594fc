import { bcd, clc, cld, cmc, lahf, sahf, salc, stc, std } from "../integer/flagsops.js";
import type { Row } from "../row.js";

export const FLAGSOPS_ROWS: readonly Row[] = [
  ["F8", "clc", "", clc],
  ["F9", "stc", "", stc],
  ["F5", "cmc", "", cmc],
  ["FC", "cld", "", cld],
  ["FD", "std", "", std],
  ["9F", "lahf", "", lahf],
  ["9E", "sahf", "", sahf],
  ["D6", "salc", "", salc, { no64: true }],
  ["27", "daa", "", bcd, { no64: true }],
  ["2F", "das", "", bcd, { no64: true }],
  ["37", "aaa", "", bcd, { no64: true }],
  ["3F", "aas", "", bcd, { no64: true }],
];
