import { aad, aam, div, idiv, imul, imul2, imul3, mul } from "../integer/muldiv.js";
import type { Row } from "../row.js";

export const MULDIV_ROWS: readonly Row[] = [
  ["F6 /4", "mul", "Eb", mul],
  ["F7 /4", "mul", "Ev", mul],
  ["F6 /5", "imul", "Eb", imul],
  ["F7 /5", "imul", "Ev", imul],
  ["F6 /6", "div", "Eb", div],
  ["F7 /6", "div", "Ev", div],
  ["F6 /7", "idiv", "Eb", idiv],
  ["F7 /7", "idiv", "Ev", idiv],
  ["0F AF", "imul", "Gv,Ev", imul2],
  ["69", "imul", "Gv,Ev,Iz", imul3],
  ["6B", "imul", "Gv,Ev,Ib", imul3],
  ["D4", "aam", "Ib", aam, { no64: true }],
  ["D5", "aad", "Ib", aad, { no64: true }],
];
