import { expect, it } from "vitest";
import { IrBlock } from "../../ir/block.js";
import { IrBuilder, type Value } from "../../ir/builder.js";
import { type HelperDef, helper, system } from "../../ir/helpers.js";
import { Ty } from "../../ir/ops.js";
import { deadCode } from "../../ir/passes/dce.js";
import type { RegionBlock } from "../form/region.js";
import { Code } from "./code.js";
import { groupAccesses, type SharedAccess } from "./groups.js";
import { SlotMap } from "./slots.js";

const P = 0x100;
const Q = 0x108;
/** Memory word: 8 bytes. */
const WORD = 3;
const helpers: HelperDef[] = [
  system("flush"),
  helper("changes P", { writes: [[P, P + 8]] }),
  helper("changes Q", { writes: [[Q, Q + 8]] }),
];

type Fill = (b: IrBuilder, p: () => Value) => void;

/** The groups of blocks that each end in a branch; `before` says which lead to each. */
function groups(before: number[][], fills: Fill[], weights: number[] = []): (SharedAccess | undefined)[][] {
  const b = new IrBuilder(helpers);
  const blocks = fills.map((fill, k): RegionBlock => {
    const ir = new IrBlock();
    b.begin(ir);
    ir.insns = 1;
    fill(b, () => b.ld(P, Ty.I64));
    b.goto(0x10);
    return { ir, phys: 0, disp: 0x10 * k, weight: weights[k] ?? 1, targets: [], page: 0 };
  });
  const live = blocks.map(({ ir }) => {
    const l = new Uint8Array(ir.count);
    deadCode(ir, l, helpers);
    return l;
  });
  const slots = new SlotMap(new Code(2), blocks, live, [], helpers);
  const order = blocks.map((_, k) => k);
  return groupAccesses(blocks, live, slots, helpers, before, order).map((block) => block.filter((access) => access));
}

const at =
  (displacement: number): Fill =>
  (b, p) =>
    b.store(b.add(p(), b.i64(displacement)), b.i64(1), WORD);

/** One check, made in block 0, serves the accesses of all of these blocks. */
function expectShared(result: (SharedAccess | undefined)[][], shifts: number[], from: number, to: number): void {
  const group = result[0]![0]!.group;
  expect(group).toMatchObject({ block: 0, from, to });
  result.forEach((block, k) => {
    expect(block.map((access) => access!.group)).toEqual([group]);
    expect(block[0]!.shift).toBe(shifts[k]);
  });
}

it("one check serves the block behind", () => {
  expectShared(groups([[], [0]], [at(8), at(-16)]), [0, 0], -16, 16);
});

it("it does when the pointer has moved by a constant", () => {
  const push: Fill = (b, p) => {
    at(-8)(b, p);
    b.st(P, b.add(p(), b.i64(-8)));
  };
  expectShared(groups([[], [0], [1]], [push, push, at(0)]), [0, -8, -16], -16, 0);
});

it("it does when the pointer has been copied, and where two ways meet that both have it", () => {
  const copied: Fill = (b, p) => {
    at(0)(b, p);
    b.st(Q, p());
  };
  const other: Fill = (b) => b.store(b.ld(Q, Ty.I64), b.i64(1), WORD);
  expectShared(groups([[], [0], [0], [1, 2]], [copied, at(8), other, other]), [0, 0, 0, 0], 0, 16);
});

it("it does not behind a call, another pointer, or a way from elsewhere", () => {
  const alone = [[], []];
  const call: Fill = (b, p) => {
    at(0)(b, p);
    b.call(0);
  };
  expect(groups([[], [0]], [call, at(8)])).toEqual(alone);
  const changed: Fill = (b, p) => {
    at(0)(b, p);
    b.st(P, b.ld(Q, Ty.I64));
  };
  expect(groups([[], [0]], [changed, at(8)])).toEqual(alone);
  expect(groups([[], []], [at(0), at(8)])).toEqual(alone);
  expect(groups([[], [], [0, 1]], [at(0), at(0), at(0)])).toEqual([[], [], []]);
});

it("what is hardly ever executed does not make it cover more, but may use it", () => {
  expect(groups([[], [0]], [at(0), at(8)], [1, 1 / 50])).toEqual([[], []]);
  expectShared(groups([[], [0]], [at(0), at(0)], [1, 1 / 50]), [0, 0], 0, 8);
});

const load: Fill = (b, p) => b.st(Q, b.load(Ty.I64, p(), WORD));

it("a check for reading does not serve a store of another block, and becomes one for writing in its own", () => {
  expect(groups([[], [0]], [load, at(0)])).toEqual([[], []]);
  expectShared(groups([[], [0]], [at(0), load]), [0, 0], 0, 8);
  const [both] = groups(
    [[]],
    [
      (b, p) => {
        load(b, p);
        at(8)(b, p);
      },
    ],
  );
  expect(both!.map((access) => access!.group)).toEqual([both![0]!.group, both![0]!.group]);
  expect(both![0]!.group).toMatchObject({ write: true, from: 0, to: 16, size: 2 });
});

it("a helper that changes a slot leaves the others' checks as they are", () => {
  const call = (slot: number): Fill => {
    return (b, p) => {
      at(0)(b, p);
      b.call(slot === P ? 1 : 2);
    };
  };
  expect(groups([[], [0]], [call(P), at(8)])).toEqual([[], []]);
  expectShared(groups([[], [0]], [call(Q), at(8)]), [0, 0], 0, 16);
});
