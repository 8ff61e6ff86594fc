// V (the vector extension 1.0, 19): the tables of its instructions.

import type { Table } from "../row.js";
import { CONFIG } from "./vector/config.js";
import { FLOATS } from "./vector/float.js";
import { INTEGERS } from "./vector/integer.js";
import { MASKS } from "./vector/mask.js";
import { MEMORY } from "./vector/memory.js";
import { PERMUTATIONS } from "./vector/permute.js";

export const VECTOR: readonly Table[] = [CONFIG, MEMORY, INTEGERS, FLOATS, MASKS, PERMUTATIONS].map((rows) => ({
  extension: "v",
  rows,
}));
