import { enter, leave, pop, popa, popRm, push, pusha } from "../integer/stack.js";
import type { Row } from "../row.js";

export const STACK_ROWS: readonly Row[] = [
  ["50+r", "push", "Zv", push, { default64: true }],
  ["58+r", "pop", "Zv", pop, { default64: true }],
  ["68", "push", "Iz", push, { default64: true }],
  ["6A", "push", "Ib", push, { default64: true }],
  ["FF /6", "push", "Ev", push, { default64: true }],
  ["8F /0", "pop", "Ev", popRm, { default64: true }],
  ["60", "pusha", "", pusha, { no64: true }],
  ["61", "popa", "", popa, { no64: true }],
  ["C8", "enter", "Iw,Ib", enter, { default64: true }],
  ["C9", "leave", "", leave, { default64: true }],
];
