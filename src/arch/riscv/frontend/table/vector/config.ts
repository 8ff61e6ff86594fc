// V 6.

import type { Row } from "../../row.js";
import { vsetivli, vsetvl, vsetvli } from "../../vector/config.js";

export const CONFIG: readonly Row[] = [
  ["0 uimm[10:0] rs1 111 rd 1010111", "vsetvli", "rd, rs1, vtype", vsetvli],
  ["11 uimm[9:0] rs1 111 rd 1010111", "vsetivli", "rd, avl, vtype", vsetivli],
  ["1000000 rs2 rs1 111 rd 1010111", "vsetvl", "rd, rs1, rs2", vsetvl],
];
