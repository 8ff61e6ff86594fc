// Accuracy of the transcendental instructions against reference.ts, in the rounding mode nearest.

import { expect, it } from "vitest";
import { corpusParts } from "../../../../testing/x86/parts.js";
import { X87Lab } from "./lab.js";
import { Dice } from "./operands.js";
import { CODE_BYTES, IN_CODE, IN_FCW, IN_VALID, OUT_FSW, RECORD, STACK } from "./records.js";
import {
  angle,
  cosine,
  errorInUlps,
  fixed,
  power2Minus1,
  sine,
  tangent,
  timesLog2,
  timesLog2Plus1,
} from "./reference.js";

const seed = Number(process.env.X87_SEED ?? Date.now() % 1000000);
const CASES = 250;
/** Half a unit is perfect rounding. */
const LIMIT = 0.5001;

interface Function {
  name: string;
  code: number;
  /** Binary exponents of ST(0) and ST(1), from and to. */
  range: readonly [number, number];
  range1?: readonly [number, number];
  signs: boolean;
  exact: (st0: bigint, st1: bigint) => bigint;
  /** Where the result is: ST(0), or ST(1) under a pushed value. */
  result?: number;
}

const FUNCTIONS: readonly Function[] = [
  { name: "fsin", code: 0xfe, range: [-40, 62], signs: true, exact: (x) => sine(x) },
  { name: "fcos", code: 0xff, range: [-40, 62], signs: true, exact: (x) => cosine(x) },
  { name: "fsin of small arguments", code: 0xfe, range: [-12, 4], signs: true, exact: (x) => sine(x) },
  { name: "fcos of small arguments", code: 0xff, range: [-12, 4], signs: true, exact: (x) => cosine(x) },
  { name: "fsincos", code: 0xfb, range: [-12, 20], signs: true, exact: (x) => sine(x), result: 1 },
  { name: "fptan", code: 0xf2, range: [-70, 62], signs: true, exact: (x) => tangent(x), result: 1 },
  { name: "f2xm1", code: 0xf0, range: [-70, -1], signs: true, exact: (x) => power2Minus1(x) },
  { name: "f2xm1 of large arguments", code: 0xf0, range: [-8, -1], signs: true, exact: (x) => power2Minus1(x) },
  { name: "fpatan", code: 0xf3, range: [-20, 20], range1: [-20, 20], signs: true, exact: (x, y) => angle(y, x) },
  {
    name: "fpatan of near coordinates",
    code: 0xf3,
    range: [-1, 1],
    range1: [-1, 1],
    signs: true,
    exact: (x, y) => angle(y, x),
  },
  { name: "fyl2x", code: 0xf1, range: [-60, 60], range1: [-20, 20], signs: false, exact: (x, y) => timesLog2(y, x) },
  { name: "fyl2x near 1", code: 0xf1, range: [-1, 0], range1: [-2, 2], signs: false, exact: (x, y) => timesLog2(y, x) },
  {
    name: "fyl2xp1",
    code: 0xf9,
    range: [-90, -2],
    range1: [-20, 20],
    signs: true,
    exact: (x, y) => timesLog2Plus1(y, x),
  },
  {
    name: "fyl2xp1 of large arguments",
    code: 0xf9,
    range: [-8, -2],
    range1: [-2, 2],
    signs: true,
    exact: (x, y) => timesLog2Plus1(y, x),
  },
];

it.each(FUNCTIONS)("$name is right to the last place", ({ code, range, range1, signs, exact, result }) => {
  const lab = new X87Lab(corpusParts());
  const dice = new Dice(seed);
  const input = new DataView(new ArrayBuffer(RECORD));
  const output = new DataView(new ArrayBuffer(RECORD));
  let worst = 0;
  for (let n = 0; n < CASES; n++) {
    for (let k = 0; k < CODE_BYTES; k++) input.setUint8(IN_CODE + k, [0xd9, code][k] ?? 0x90);
    input.setUint16(IN_FCW, 0x37f, true);
    input.setUint8(IN_VALID, 3);
    const put = (at: number, [from, to]: readonly [number, number]) => {
      const near = dice.below(4);
      input.setUint32(at, near === 0 ? 0 : dice.u32(), true);
      input.setUint32(at + 4, (0x80000000 | (near === 1 ? dice.below(4) : dice.u32())) >>> 0, true);
      input.setUint16(at + 8, (0x3fff + from + dice.below(to - from + 1)) | (signs ? dice.u32() & 0x8000 : 0), true);
    };
    put(STACK, range);
    put(STACK + 10, range1 ?? [0, 0]);
    lab.run(input, output, 0);
    expect(output.getUint16(OUT_FSW, true) & 0x5f).toBe(0);
    const at = STACK + 10 * (result ?? 0);
    const error = errorInUlps(output, at, exact(fixed(input, STACK), fixed(input, STACK + 10)));
    worst = Math.max(worst, Math.abs(error));
  }
  expect(worst, `seed ${seed}`).toBeLessThan(LIMIT);
});
