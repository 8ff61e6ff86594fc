// What the core keeps between calls beside linear memory's tables: nothing of a CPU's. Globals are one worker's (each has an instance of
// its own), static data is everybody's, for all instances share linear memory.

import { beforeAll, expect, it } from "vitest";
import { evaluate, offsetOf } from "./host-addresses.js";
import { walk } from "./walk.js";
import { compile, type WasmText } from "./wat.js";

/** Where static data goes for this test: no other constant is near it. */
const STATIC = 0x30000000;
const STATIC_BYTES = 512 << 10;

/** Globals that are written to, and why none of them is anything of a CPU's: files, or single ones. All are values of one call. */
const GLOBALS: readonly [file: string, names: RegExp, reason: string][] = [
  ["core/engine/encoder/", /^(state\/area|operands\/\w+|encode\/\w+)$/, "of one call of tier0_encode"],
  ["core/float/env/", /^(rounding|flags|masks|inputsToZero|resultsToZero)$/, "of one operation, which fpBegin starts"],
  ["core/float/env/", /^(nans|defaultNegative)$/, "the guest's rules, which its init function says"],
  ["core/float/fma64/", /^(high|low)$/, "the product of one operation"],
  ["core/arch/riscv/csr/", /^absent$/, "a second result, read by who called"],
  ["core/float/f80", /^\/(se|se2|sig2|up|drop|narrowDenormal|normExp)$/, "second results, read by who called"],
  ["core/float/f80convert/", /^(fitsMagnitude|bcdTop)$/, "second results, read by who called"],
  ["core/float/f80step/", /^(quotientBits|partial)$/, "second results, read by who called"],
  ["core/float/soft64/", /^normExp$/, "a second result, read by who called"],
  ["core/float/wide/", /^remainder$/, "a second result, read by who called"],
  ["core/float/elementary/trig/", /^(rh|rl|re|negative|quadrant|sh|sl|ch|cl|sx|cx|last)$/, "an argument's parts"],
  ["core/float/elementary/wide128/", /^(lo|exp|restHigh|restLow)$/, "second results, read by who called"],
  ["core/float/elementary/log/", /^(sign|lh|ll|le|isExact)$/, "an argument's parts"],
  ["core/arch/x86/", /^(x87\/\w+\/\w+|simd\/strings\/\w+)$/, "second results of one instruction's function"],
  ["core/arch/x86/", /^integer\/bits\/\w+$/, "the table of CRC32 is there in this instance"],
];

/** Functions that write to static data, or give an address in it to another function. */
const WRITERS: readonly [name: string, reason: string][] = [
  ["core/arch/x86/integer/bits/x86_crc32", "its table is computed by who needs it first, always the same"],
];

const PLACE = ["--memoryBase", `${STATIC}`, "--initialMemory", "16384"];

const GUESTS = ["x86", "riscv"];
const cores = new Map<string, WasmText>();
beforeAll(() => {
  for (const guest of GUESTS) cores.set(guest, compile(`core/arch/${guest}/entry.ts`, ...PLACE));
}, 600_000);
const mutable = (): string[] => [...cores.values()].flatMap((core) => core.mutable);

it("finds what a module writes to", () => {
  const probe = compile("core/testing/static.ts", ...PLACE);
  const { written, read } = uses(probe);
  const named = (names: ReadonlySet<string>): string[] => [...names].map((name) => name.split("/").at(-1)!).sort();
  expect(named(written)).toEqual(["fills", "gives", "writes"]);
  expect(named(read)).toEqual(["reads"]);
  expect(probe.mutable.map((name) => name.split("/").at(-1))).toContain("kept");
}, 300_000);

it("has no globals that are written to but those of one call", () => {
  const known = (name: string): boolean =>
    GLOBALS.some(([file, names]) => name.startsWith(file) && names.test(name.slice(file.length)));
  for (const core of cores.values()) expect(core.mutable.length).toBeGreaterThan(5);
  expect(mutable().filter((name) => !known(name))).toEqual([]);
});

it("has no exception that nothing needs", () => {
  const needed = ([file, names]: (typeof GLOBALS)[number]): boolean =>
    mutable().some((name) => name.startsWith(file) && names.test(name.slice(file.length)));
  expect(GLOBALS.filter((one) => !needed(one)).map(([file]) => file)).toEqual([]);
});

it("has an unpack.wasm without static data, whose globals are of one unpacking", () => {
  const unpack = compile("core/unpack/entry.ts", ...PLACE);
  const globals = "begin to lc literalMask positionMask state rep0 rep1 rep2 rep3".split(" ");
  expect(unpack.mutable).toEqual(globals.map((name) => `core/unpack/lzma2/${name}`));
  // It shares linear memory with the core, whose static data lie at the same place.
  expect(unpack.data).toBe(0);
  for (const core of cores.values()) expect(core.data).toBeGreaterThan(0);
}, 300_000);

/** Files that read static data: else nothing was looked at. */
const READERS: Readonly<Record<string, string>> = { x86: "core/float/elementary/", riscv: "core/arch/riscv/csr" };

it.each(GUESTS)("writes to no static data in the core of %s", (guest) => {
  const { written, read } = uses(cores.get(guest)!);
  expect([...read].filter((name) => name.startsWith(READERS[guest]!)).length).toBeGreaterThan(0);
  expect([...written].filter((name) => !WRITERS.some(([known]) => known === name))).toEqual([]);
});

/** Functions that read static data, and those that do anything else with its addresses. */
function uses(text: WasmText): { read: Set<string>; written: Set<string> } {
  const read = new Set<string>();
  const written = new Set<string>();
  for (const f of text.functions.values()) {
    walk(f, text, new Set(), (instruction, operands) => {
      const result = evaluate(instruction, operands);
      const { op } = instruction;
      if (!/load|store|call|memory\.|atomic/.test(op)) return result;
      const at = operands.map(
        ({ plus }, k) => plus + (k === 0 && /load|store|atomic/.test(op) ? offsetOf(instruction) : 0),
      );
      if (!at.some((address) => address >= STATIC && address < STATIC + STATIC_BYTES)) return result;
      (/load/.test(op) ? read : written).add(f.name);
      return result;
    });
  }
  return { read, written };
}
