import { expect, it } from "vitest";
import { IrBlock } from "./block.js";
import { IrBuilder } from "./builder.js";
import { Op, Ty } from "./ops.js";

const SLOT = 0x400;

it("makes one OR of two with constants, and none where the bits are set already", () => {
  const block = new IrBlock();
  const b = new IrBuilder([]);
  b.begin(block);
  for (const [lo, hi] of [
    [0x6000, 0],
    [0x2000, 0],
    [0, -1],
  ] as const)
    b.st(SLOT, b.or(b.ld(SLOT, Ty.I64), b.i64(lo, hi)));
  const stores = [...block.op.subarray(0, block.count).keys()].filter((n) => block.op[n] === Op.ST);
  expect(stores).toHaveLength(2);
  const last = block.b[stores[1]!]!;
  expect([block.op[last], block.op[block.a[last]!]]).toEqual([Op.OR, Op.LD]);
  const constant = block.b[last]!;
  expect([block.a[constant], block.b[constant]]).toEqual([0x6000, -1]);
});
