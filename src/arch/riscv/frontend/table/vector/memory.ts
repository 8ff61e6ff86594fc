// V 7: of each width, and for each number of fields of a segment.

import type { Build, Row } from "../../row.js";
import { load, loadStrided, store, storeStrided } from "../../vector/memory.js";

const WIDTHS: readonly (readonly [bits: number, encoding: string])[] = [
  [8, "000"],
  [16, "101"],
  [32, "110"],
  [64, "111"],
];
const FIELDS = [1, 2, 3, 4, 5, 6, 7, 8];
const LOAD = "0000111";
const STORE = "0100111";
const PLAIN = ", (rs1), vm";
const STRIDED = ", (rs1), rs2, vm";
const INDEXED = ", (rs1), vs2, vm";

const binary = (value: number): string => value.toString(2).padStart(3, "0");

/** Rows of one mode of addressing; `name` of the fields ("" or "seg2") and the width. */
function rows(
  mop: string,
  rs2: string,
  opcode: string,
  name: (segment: string, bits: number) => string,
  operands: string,
  build: Build,
): Row[] {
  const data = opcode === LOAD ? "vd" : "vs3";
  return FIELDS.flatMap((fields) =>
    WIDTHS.map(([bits, width]): Row => {
      const segment = fields === 1 ? "" : `seg${fields}`;
      const encoding = `${binary(fields - 1)} 0 ${mop} vm ${rs2} rs1 ${width} rd ${opcode}`;
      return [encoding, name(segment, bits), data + operands, build];
    }),
  );
}

const UNIT = "00000";
const FAULT_ONLY_FIRST = "10000";

/** Whole registers, in any case. */
const wholeLoads = [1, 2, 4, 8].flatMap((count) =>
  WIDTHS.map(
    ([bits, width]): Row => [
      `${binary(count - 1)} 0 00 1 01000 rs1 ${width} rd ${LOAD}`,
      `vl${count}re${bits}.v`,
      "vd, (rs1)",
      load,
    ],
  ),
);
const wholeStores = [1, 2, 4, 8].map(
  (count): Row => [`${binary(count - 1)} 0 00 1 01000 rs1 000 rd ${STORE}`, `vs${count}r.v`, "vs3, (rs1)", store],
);

export const MEMORY: readonly Row[] = [
  ...rows("00", UNIT, LOAD, (segment, bits) => `vl${segment}e${bits}.v`, PLAIN, load),
  ...rows("00", FAULT_ONLY_FIRST, LOAD, (segment, bits) => `vl${segment}e${bits}ff.v`, PLAIN, load),
  ...rows("10", "rs2", LOAD, (segment, bits) => `vls${segment}e${bits}.v`, STRIDED, loadStrided),
  ...rows("01", "rs2", LOAD, (segment, bits) => `vlux${segment}ei${bits}.v`, INDEXED, load),
  ...rows("11", "rs2", LOAD, (segment, bits) => `vlox${segment}ei${bits}.v`, INDEXED, load),
  ...rows("00", UNIT, STORE, (segment, bits) => `vs${segment}e${bits}.v`, PLAIN, store),
  ...rows("10", "rs2", STORE, (segment, bits) => `vss${segment}e${bits}.v`, STRIDED, storeStrided),
  ...rows("01", "rs2", STORE, (segment, bits) => `vsux${segment}ei${bits}.v`, INDEXED, store),
  ...rows("11", "rs2", STORE, (segment, bits) => `vsox${segment}ei${bits}.v`, INDEXED, store),
  ...wholeLoads,
  ...wholeStores,
  [`000 0 00 1 01011 rs1 000 rd ${LOAD}`, "vlm.v", "vd, (rs1)", load],
  [`000 0 00 1 01011 rs1 000 rd ${STORE}`, "vsm.v", "vs3, (rs1)", store],
];
