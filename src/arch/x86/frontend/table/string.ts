import { cmps, lods, movs, scas, stos } from "../integer/string.js";
import type { Row } from "../row.js";

export const STRING_ROWS: readonly Row[] = [
  ["A4", "movs", "Yb,Xb", movs, { repeat: true }],
  ["A5", "movs", "Yv,Xv", movs, { repeat: true }],
  ["A6", "cmps", "Xb,Yb", cmps, { repeat: true }],
  ["A7", "cmps", "Xv,Yv", cmps, { repeat: true }],
  ["AA", "stos", "Yb,AL", stos, { repeat: true }],
  ["AB", "stos", "Yv,rAX", stos, { repeat: true }],
  ["AC", "lods", "AL,Xb", lods, { repeat: true }],
  ["AD", "lods", "rAX,Xv", lods, { repeat: true }],
  ["AE", "scas", "AL,Yb", scas, { repeat: true }],
  ["AF", "scas", "rAX,Yv", scas, { repeat: true }],
];
