// Region choice on a made-up machine: blocks are given as IR, counts as a profile would have them.

import { describe, expect, it } from "vitest";
import type { Frontend } from "../../arch/frontend.js";
import type { IrBlock } from "../../ir/block.js";
import { IrBuilder } from "../../ir/builder.js";
import { HINT_CALL, HINT_RETURN } from "../../ir/ops.js";
import { B_COUNT, B_INSNS, B_TAKEN, B_TARGETS } from "../../layout/block.js";
import { REGION_MAX_BYTES } from "../../tuning/engine.js";
import { BlockDecoder } from "./decode.js";
import { propagate } from "./propagate.js";
import type { Region } from "./region.js";
import { type Others, RegionSelector } from "./select.js";
import type { BlockSource } from "./source.js";

const SLOT = 0x100;
const BYTES = 4;

interface Fake {
  count: number;
  taken?: number;
  /** Displacements of the last indirect targets from the hot block. */
  last?: number[];
  /** `entry`: what the block was told at its start. */
  end(b: IrBuilder, entry: number): void;
  /** What the block knows at its end; a function of what it was told at its start. */
  context?: (entry: number) => number;
}

const goto = (to: number) => (b: IrBuilder) => b.goto(to);
const branch = (taken: number, not: number) => (b: IrBuilder) => b.branch(b.wrap(b.ld(SLOT, 1)), taken, not);
const call = (to: number) => (b: IrBuilder) => b.goto(to, HINT_CALL, BYTES);
const ret = (b: IrBuilder) => b.jump(b.ld(SLOT, 1), HINT_RETURN);

const ALONE: Others = {
  maxBytes: REGION_MAX_BYTES,
  keep: () => false,
  replace: () => false,
  inherit: () => false,
  crossings: { within: () => false },
};

const beside = (others: Partial<Others>): Others => ({ ...ALONE, ...others });

/** Blocks by guest-physical address; the hot one is at `at`, where the virtual page of displacement d is at the same distance. */
function select(
  blocks: Record<number, Fake>,
  at = 0x1000,
  mapped: (disp: number) => number = (d) => at + d,
  others = ALONE,
): Region {
  const source: BlockSource = {
    find: (phys) => (blocks[phys] ? phys : 0),
    read: (header, field) => {
      const fake = blocks[header]!;
      if (field === B_COUNT) return fake.count;
      if (field === B_TAKEN) return fake.taken ?? 0;
      if (field === B_INSNS) return 1;
      throw new Error(`field ${field}`);
    },
    write: () => {},
    phys: (header) => header,
    code: (host) => Uint8Array.of(host & 0xff, host >> 8, host >> 16),
    hostOf: (phys) => phys + 0x100000,
    target: mapped,
    distance: (header, field) => {
      return blocks[header]!.last?.[(field - B_TARGETS) / 8] ?? Number.NaN;
    },
  };
  const builder = new IrBuilder([]);
  const frontend: Frontend = {
    helpers: [],
    maxInsnBytes: 15,
    contextSlot: SLOT,
    translate: (block: IrBlock, code, options) => {
      const phys = (code[0]! | (code[1]! << 8) | (code[2]! << 16)) - 0x100000;
      const fake = blocks[phys]!;
      builder.begin(block);
      fake.end(builder, options.entry);
      block.insns = 1;
      block.insnOffset[1] = BYTES;
      return { status: "ok", context: fake.context?.(options.entry) ?? 0 };
    },
    disassemble: () => ({ length: 1, text: "" }),
  };
  const decoder = new BlockDecoder(frontend);
  const region = new RegionSelector(source, decoder).select(at, 0, others);
  if (!region) throw new Error("no region");
  propagate(region, decoder);
  return region;
}

/** Displacements of the region's blocks, in order of choice. */
const disps = (region: Region) => region.blocks.map((b) => b.disp);
/** Where block i leads: displacements, "exit" where that leaves. */
const leads = (region: Region, i: number) =>
  region.blocks[i]!.targets.map((t) => (t.block < 0 ? "exit" : region.blocks[t.block]!.disp));

describe("region choice", () => {
  it("follows a loop and leaves the cold way out", () => {
    const region = select({
      4096: { count: 100, end: goto(0x10) },
      4112: { count: 100, taken: 99, end: branch(-0x10, 0x10) },
      4128: { count: 1, end: goto(4) },
    });
    expect(disps(region)).toEqual([0, 0x10]);
    expect(leads(region, 1)).toEqual([0, "exit"]);
    expect(region.entries).toEqual([0]);
  });

  it("has a block that loops to itself once", () => {
    const region = select({ 4096: { count: 100, taken: 99, end: branch(0, 0x10) } });
    expect(disps(region)).toEqual([0]);
  });

  it("can be entered at an inner loop's header, where it may stop", () => {
    const region = select({
      4096: { count: 100, end: goto(0x10) },
      4112: { count: 1000, end: goto(0x10) },
      4128: { count: 1000, taken: 900, end: branch(-0x10, 0x10) },
      4144: { count: 100, taken: 99, end: branch(-0x30, 0x10) },
    });
    const header = region.blocks.findIndex((b) => b.disp === 0x10);
    expect(region.entries).toEqual([0, header]);
  });

  it("follows a call into a copy for each caller and back", () => {
    const region = select({
      4096: { count: 100, end: call(0x100) },
      4100: { count: 100, end: call(0xfc) },
      4104: { count: 100, end: goto(-8) },
      4352: { count: 200, end: ret },
    });
    expect(disps(region).filter((d) => d === 0x100)).toHaveLength(2);
    const returns = region.blocks.flatMap((b, i) => (b.disp === 0x100 ? leads(region, i) : []));
    expect(returns.sort()).toEqual([4, 8]);
    // Nothing but the outer loop goes round.
    expect(region.entries).toEqual([0]);
  });

  it("keeps a recursion inside: too deep calls go to a shallower copy, whose returns look for every return address", () => {
    const region = select({
      4096: { count: 100, taken: 50, end: branch(0x10, 0x20) },
      4112: { count: 50, end: call(-0x10) },
      4116: { count: 50, end: call(-0x14) },
      4120: { count: 50, end: ret },
      4128: { count: 50, end: ret },
    });
    const calls = region.blocks.flatMap((b, i) => (b.disp === 0x10 || b.disp === 0x14 ? leads(region, i) : []));
    expect(new Set(calls)).toEqual(new Set([0]));
    const shallow = region.blocks.findIndex((b) => b.disp === 0x20);
    expect(leads(region, shallow)).toEqual([0x14, 0x18]);
  });

  it("is entered again behind a call it does not follow", () => {
    const region = select({
      4096: { count: 100, end: call(0x100) },
      4100: { count: 100, end: goto(-4) },
    });
    expect(leads(region, 0)).toEqual(["exit"]);
    expect(region.entries.map((e) => region.blocks[e]!.disp)).toEqual([0, BYTES]);
  });

  it("guesses the target of a computed jump from the last one, at any distance", () => {
    const far = 0x2a0000000000;
    const region = select(
      {
        4096: { count: 100, last: [far], end: (b) => b.jump(b.ld(SLOT, 1)) },
        20480: { count: 50, end: goto(0x10) },
      },
      0x1000,
      (d) => (d === far ? 20480 : -1),
    );
    expect(disps(region)).toEqual([0, far]);
    expect(region.pages.map((p) => p.host)).toEqual([0x101000, 0x105000]);
  });

  it("leaves for a page that is not mapped", () => {
    const region = select(
      { 4096: { count: 100, end: goto(0x2000) }, 12288: { count: 100, end: goto(4) } },
      0x1000,
      () => -1,
    );
    expect(leads(region, 0)).toEqual(["exit"]);
  });

  it("tells a block what all its predecessors know, unless it can be entered from outside", () => {
    const seen = new Map<number, number>();
    const note = (phys: number, end: number) => (entry: number) => {
      seen.set(phys, entry);
      return end;
    };
    select({
      4096: { count: 100, taken: 50, end: branch(0x10, 0x20), context: note(4096, 7) },
      4112: { count: 50, end: goto(0x20), context: note(4112, 3) },
      4128: { count: 50, end: goto(0x10), context: note(4128, 3) },
      4144: { count: 100, end: goto(-0x30), context: note(4144, 5) },
    });
    expect(Object.fromEntries(seen)).toEqual({ 4096: 0, 4112: 7, 4128: 7, 4144: 3 });
  });

  it("stops growing at the size of a function", () => {
    const blocks: Record<number, Fake> = {};
    for (let i = 0; i < 500; i++) {
      blocks[4096 + i * 4] = {
        count: 100,
        end: (b) => {
          for (let k = 0; k < 20; k++) b.load(1, b.ld(SLOT + 8 * k, 1), 3);
          b.goto(4);
        },
      };
    }
    const most = (maxBytes: number) => select(blocks, 0x1000, undefined, beside({ maxBytes })).blocks.length;
    expect(most(8 << 10)).toBeGreaterThan(5);
    expect(most(8 << 10)).toBeLessThan(40);
    expect(most(REGION_MAX_BYTES)).toBeLessThanOrEqual(most(8 << 10));
    expect(most(24 << 10)).toBeGreaterThan(2 * most(8 << 10));
  });

  const twoLoops = {
    4096: { count: 100, end: goto(0x10) },
    4112: { count: 1000, end: goto(0x10) },
    4128: { count: 1000, taken: 900, end: branch(-0x10, 0x10) },
    4144: { count: 100, taken: 99, end: branch(-0x30, 0x10) },
  };

  it("does not tell a block what would undecide its branch", () => {
    const region = select({
      4096: { count: 100, end: goto(0x10), context: () => 7 },
      4112: { count: 100, end: (b, entry) => (entry ? branch(-0x10, 0x10)(b) : goto(-0x10)(b)) },
    });
    expect(region.blocks.map((b) => b.entry)).toEqual([0, 0]);
    expect(leads(region, 1)).toEqual([0]);
  });

  it("takes in no more than it may have", () => {
    const most = (maxBytes: number) => disps(select(twoLoops, 0x1000, undefined, beside({ maxBytes }))).length;
    expect(most(0)).toBe(1);
    expect(most(60)).toBeLessThan(most(REGION_MAX_BYTES));
  });

  it("leaves to another region what that is entered at", () => {
    const region = select(twoLoops, 0x1000, undefined, beside({ keep: (phys) => phys === 4112 }));
    expect(disps(region)).toEqual([0]);
    expect(leads(region, 0)).toEqual(["exit"]);
  });

  it("tells the blocks whose accesses cross pages", () => {
    const region = select(twoLoops, 0x1000, undefined, beside({ crossings: { within: (phys) => phys === 4112 } }));
    expect(region.blocks.filter((b) => b.crossingAccesses).map((b) => b.phys)).toEqual([4112]);
  });

  it("can be entered where the regions were whose place it takes", () => {
    const region = select(twoLoops, 0x1000, undefined, beside({ replace: (phys) => phys === 4144 }));
    expect(region.entries.map((k) => region.blocks[k]!.disp)).toEqual([0, 0x10, 0x30]);
  });

  it("takes in once what an earlier region had, however rare it looks, and goes on in that one's caller", () => {
    const blocks = {
      4096: { count: 1000, taken: 1, end: branch(0x100, 0x10) },
      4112: { count: 1000, last: [0x200], end: ret },
      4352: { count: 2, end: goto(-0x100) },
      4608: { count: 100, end: goto(-0x200) },
    };
    expect(disps(select(blocks))).toEqual([0, 0x10]);
    const region = select(blocks, 0x1000, undefined, beside({ inherit: (phys) => phys >= 4352 }));
    expect(disps(region).sort((x, y) => x - y)).toEqual([0, 0x10, 0x100, 0x200]);
  });

  it("looks for several targets of a computed jump", () => {
    const region = select({
      4096: { count: 100, last: [0x20, 0x40, 0x60], end: (b) => b.jump(b.ld(SLOT, 1)) },
      4128: { count: 30, end: goto(-0x20) },
      4160: { count: 30, end: goto(-0x40) },
      4192: { count: 30, end: goto(-0x60) },
    });
    expect(leads(region, 0)).toEqual([0x20, 0x40, 0x60]);
  });
});
