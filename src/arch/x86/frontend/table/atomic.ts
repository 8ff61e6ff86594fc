import { cmpxchg, cmpxchg8b, xadd } from "../integer/atomic.js";
import type { Row } from "../row.js";

export const ATOMIC_ROWS: readonly Row[] = [
  ["0F C0", "xadd", "Eb,Gb", xadd, { lock: true }],
  ["0F C1", "xadd", "Ev,Gv", xadd, { lock: true }],
  ["0F B0", "cmpxchg", "Eb,Gb", cmpxchg, { lock: true }],
  ["0F B1", "cmpxchg", "Ev,Gv", cmpxchg, { lock: true }],
  ["0F C7 /1 m", "cmpxchg8b", "M", cmpxchg8b, { lock: true }],
];
