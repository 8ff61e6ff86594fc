import { describe, expect, it } from "vitest";
import { IrBlock } from "../block.js";
import { IrBuilder } from "../builder.js";
import { helper, pure } from "../helpers.js";
import { deadCode } from "./dce.js";

const A = 0x100;
const B = 0x108;
const helpers = [pure("p"), helper("r", { reads: [[A, A + 8]] }), helper("f", { fault: true })];
const C = 0x110;

function build(make: (b: IrBuilder) => void): { block: IrBlock; live: Uint8Array } {
  const block = new IrBlock();
  const b = new IrBuilder(helpers);
  b.begin(block);
  make(b);
  const live = new Uint8Array(block.count);
  deadCode(block, live, helpers);
  return { block, live };
}

describe("deadCode", () => {
  it("drops unused values and pure calls, keeps memory accesses", () => {
    let unused = 0;
    let call = 0;
    let load = 0;
    const { live } = build((b) => {
      const x = b.ld(A, 1);
      unused = b.add(x, b.i64(3));
      call = b.call(0, x);
      load = b.load(1, x, 3);
      b.goto(4);
    });
    expect([live[unused], live[call], live[load]]).toEqual([0, 0, 1]);
    expect(live[live.length - 1]).toBe(1);
  });

  it("drops a helper that only reads, with the stores it would have seen, when its result is unused", () => {
    let first = 0;
    let call = 0;
    const { live } = build((b) => {
      const x = b.ld(B, 1);
      b.st(A, b.add(x, b.i64(1)));
      first = b.block.count - 1;
      call = b.call(1);
      b.st(A, x);
      b.goto(4);
    });
    expect([live[first], live[call]]).toEqual([0, 0]);
  });

  it("drops a slot store that is overwritten unseen", () => {
    let first = 0;
    const { block, live } = build((b) => {
      const x = b.ld(B, 1);
      b.st(A, b.add(x, b.i64(1)));
      first = b.block.count - 1;
      b.st(A, x);
      b.goto(4);
    });
    expect(block.a[first]).toBe(A);
    expect(live[first]).toBe(0);
  });

  it.each([
    ["a memory access", (b: IrBuilder) => void b.load(1, b.ld(B, 1), 3)],
    ["a helper that reads the slot", (b: IrBuilder) => b.st(C, b.call(1))],
    ["a helper that may fault", (b: IrBuilder) => void b.call(2)],
  ])("keeps a slot store before %s", (_name, between) => {
    let first = 0;
    const { live } = build((b) => {
      const x = b.ld(B, 1);
      b.st(A, b.add(x, b.i64(1)));
      first = b.block.count - 1;
      between(b);
      b.st(A, x);
      b.goto(4);
    });
    expect(live[first]).toBe(1);
  });
});
