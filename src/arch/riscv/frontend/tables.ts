// All rows.

import type { CompressedTable, Table } from "./row.js";
import { ZAAMO, ZABHA, ZABHA_ZACAS, ZACAS, ZALRSC } from "./table/atomic.js";
import { I, ZICOND } from "./table/base.js";
import { ZBA, ZBB, ZBB_OR_ZBKB, ZBC, ZBKB, ZBS } from "./table/bits.js";
import { ZICBOM, ZICBOP, ZICBOZ } from "./table/cache.js";
import { C, C_DOUBLE } from "./table/compressed.js";
import { DOUBLE_FLOAT, FLOAT, ZFH, ZFHMIN, ZFHMIN_DOUBLE } from "./table/float.js";
import { ZFA, ZFA_DOUBLE, ZFA_HALF } from "./table/float-extra.js";
import { M, ZMMUL } from "./table/multiply.js";
import { SVINVAL, SYSTEM, ZAWRS, ZICSR, ZIFENCEI } from "./table/system.js";
import { VECTOR } from "./table/vector.js";

export const TABLES: readonly Table[] = [
  ...[I, ZMMUL, M, ZALRSC, ZAAMO, ZABHA, ZACAS, ZABHA_ZACAS, ZICOND],
  ...[ZBA, ZBB, ZBB_OR_ZBKB, ZBKB, ZBC, ZBS],
  ...[SYSTEM, ZICSR, ZIFENCEI, SVINVAL, ZAWRS],
  ...[ZICBOM, ZICBOP, ZICBOZ],
  ...[FLOAT, DOUBLE_FLOAT, ZFHMIN, ZFHMIN_DOUBLE, ZFH],
  ...[ZFA, ZFA_DOUBLE, ZFA_HALF],
  ...VECTOR,
];

export const COMPRESSED: readonly CompressedTable[] = [C, C_DOUBLE];
