import { bsf, bsr, bt, btc, btr, bts, lzcnt, popcnt, tzcnt } from "../integer/bits.js";
import type { Row } from "../row.js";

export const BITS_ROWS: readonly Row[] = [
  ["0F A3", "bt", "Ev,Gv", bt],
  ["0F BA /4", "bt", "Ev,Ib", bt],
  ["0F AB", "bts", "Ev,Gv", bts, { lock: true }],
  ["0F BA /5", "bts", "Ev,Ib", bts, { lock: true }],
  ["0F B3", "btr", "Ev,Gv", btr, { lock: true }],
  ["0F BA /6", "btr", "Ev,Ib", btr, { lock: true }],
  ["0F BB", "btc", "Ev,Gv", btc, { lock: true }],
  ["0F BA /7", "btc", "Ev,Ib", btc, { lock: true }],
  ["0F BC", "bsf", "Gv,Ev", bsf],
  ["0F BD", "bsr", "Gv,Ev", bsr],
  ["F3 0F BC", "tzcnt", "Gv,Ev", tzcnt, { feature: "bmi1" }],
  ["F3 0F BD", "lzcnt", "Gv,Ev", lzcnt, { feature: "abm" }],
  ["F3 0F B8", "popcnt", "Gv,Ev", popcnt, { feature: "popcnt" }],
];
