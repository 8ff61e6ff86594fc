import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DeviceState, Stateful } from "../devices/interfaces.js";
import { StateError, type StateReader } from "../devices/state.js";
import { FORMAT, type SnapshotHeader } from "./container.js";
import { hashPages, hashState } from "./hash.js";
import { loadPages, PAGE, savePages } from "./pages.js";
import { checkHeader, checkSections, loadSections, named, saveSections, settle } from "./sections.js";

describe("pages of RAM", () => {
  it("come back, and only those with something in them are kept", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(16 * PAGE - 1), fc.nat(255))), (writes) => {
        const ram = new Uint8Array(16 * PAGE);
        for (const [at, value] of writes) ram[at] = value;
        const saved = savePages(ram);
        const full = new Set(writes.filter(([at]) => ram[at] !== 0).map(([at]) => Math.floor(at / PAGE)));
        expect([...saved.numbers]).toEqual([...full].sort((a, b) => a - b));
        const other = new Uint8Array(ram.length).fill(7);
        loadPages(saved, other);
        expect(other.every((byte, at) => byte === ram[at])).toBe(true);
        expect(hashPages(savePages(other))).toBe(hashPages(saved));
      }),
    );
  });

  it.each([
    ["of another size", { size: 2 * PAGE }, "8192 bytes of RAM, and this machine has 16384"],
    ["cut off", { bytes: new Uint8Array(PAGE - 1) }, "4095 bytes for 1 pages"],
    ["outside", { numbers: Uint32Array.of(4) }, "page 4 of RAM is outside it or out of order"],
    ["twice", { numbers: Uint32Array.of(1, 1), bytes: new Uint8Array(2 * PAGE) }, "page 1 of RAM is outside"],
    ["of nothing", { numbers: undefined as unknown as Uint32Array }, "it has no RAM"],
  ])("%s are refused, and RAM is as it was", (_what, change, sentence) => {
    const ram = new Uint8Array(4 * PAGE).fill(1);
    const pages = { size: 4 * PAGE, numbers: Uint32Array.of(1), bytes: new Uint8Array(PAGE), ...change };
    expect(() => loadPages(pages, ram)).toThrow(StateError);
    expect(() => loadPages(pages, ram)).toThrow(sentence);
    expect(ram.every((byte) => byte === 1)).toBe(true);
  });
});

describe("a hash", () => {
  it("is of values, their kinds and their names, in any order", () => {
    const state = { a: 1, b: [1, 2], c: { d: "x" }, e: Uint8Array.of(1, 2, 3, 4, 5), f: true, g: null };
    expect(hashState({ g: null, f: true, e: state.e.slice(), c: { d: "x" }, b: [1, 2], a: 1 })).toBe(hashState(state));
    const others: DeviceState[] = [
      { ...state, a: 2 },
      { ...state, a: "1" },
      { ...state, b: [2, 1] },
      { ...state, b: [1, 2, 0] },
      { ...state, c: { d: "x", e: "" } },
      { ...state, e: Uint8Array.of(1, 2, 3, 4, 6) },
      { ...state, f: false },
      { ...state, g: 0 },
    ];
    const hashes = [state, ...others].map(hashState);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it("does not depend on where bytes lie", () => {
    const bytes = Uint8Array.from({ length: 13 }, (_, n) => n);
    for (const shift of [0, 1, 2, 3]) {
      const other = new Uint8Array(20).subarray(shift, shift + 13);
      other.set(bytes);
      expect(hashState({ bytes: other })).toBe(hashState({ bytes }));
    }
  });
});

class Counter implements Stateful {
  stateVersion = 1;
  settled = 0;
  constructor(
    readonly name: string,
    public count: number,
    private readonly order: string[] = [],
  ) {}
  save(): DeviceState {
    return { count: this.count };
  }
  load(state: StateReader): void {
    this.count = state.uint("count");
    this.order.push(`load ${this.name}`);
  }
  settle(): void {
    this.order.push(`settle ${this.name}`);
  }
}

describe("sections", () => {
  it("are all loaded before the first part settles, in order", () => {
    const order: string[] = [];
    const parts = named([new Counter("a", 1, order), new Counter("b", 2, order), new Counter("a", 3, order)]);
    expect(parts.map(([id]) => id)).toEqual(["a", "b", "a.1"]);
    const sections = saveSections(parts);
    const others = named([new Counter("a", 0, order), new Counter("b", 0, order), new Counter("a", 0, order)]);
    checkSections(sections, others);
    expect(order).toEqual([]);
    loadSections(sections, others);
    settle(others);
    expect(order).toEqual(["load a", "load b", "load a", "settle a", "settle b", "settle a"]);
    expect(saveSections(others)).toEqual(sections);
  });

  it.each([
    [[{ id: "a", version: 2, state: {} }], "Saved state of a: version 2, and this program reads version 1"],
    [[], "Saved state of a: there is none"],
    [
      [
        { id: "a", version: 1, state: {} },
        { id: "b", version: 1, state: {} },
      ],
      "Saved state of b: this machine has no such part",
    ],
    [[{ id: 7, version: 1, state: {} }], "Saved state: a section has no name"],
    [[{ id: "a", version: 1, state: [] }], "Saved state of a: there is nothing in it"],
    [[undefined], "Saved state: a section has no name"],
    [undefined, "Saved state: it has no sections"],
  ])("%j are refused", (sections, sentence) => {
    expect(() => checkSections(sections as never, named([new Counter("a", 1)]))).toThrow(sentence);
  });
});

describe("a header", () => {
  const own: SnapshotHeader = { format: FORMAT, engine: "1.2.3", machine: "m", cpu: "c", options: { "-m": "1" } };

  it("of the same minor version and the same options is taken", () => {
    checkHeader({ ...own, engine: "1.2.9" }, own);
  });

  it.each([
    [{ format: 0 }, `its format is 0, and this program (1.2.3) reads format ${FORMAT}`],
    [{ engine: "1.3.3" }, "the program's version is '1.3.3' there and '1.2.3' in this machine"],
    [{ machine: "n" }, "the machine is 'n' there and 'm' in this machine"],
    [{ options: { "-m": "2" } }, "-m is '2' there and '1' in this machine"],
    [{ options: {} }, "-m is none there and '1' in this machine"],
    [{ options: { "-m": "1", "-x": "y" } }, "-x is 'y' there and none in this machine"],
    [{ engine: 5 }, "its header does not say what machine it is of"],
    [{ options: null }, "its header does not say what machine it is of"],
  ])("%j is refused", (change, sentence) => {
    expect(() => checkHeader({ ...own, ...change } as SnapshotHeader, own)).toThrow(`Saved state: ${sentence}`);
  });
});
