// Counts the calls of core's helpers by name: each gets a shim in Wasm that counts in a global and calls it, one shim for
// tier 0 (in the function table) and one for tier 1 (which imports core's exports).

import * as L from "../../dist/layout/layout.js";

const I32 = 0x7f;
const I64 = 0x7e;
const V128 = 0x7b;
const SHAPES = {
  int: [[I32, I64, I64, I64], I64],
  vec: [[I32, V128, V128, I64], V128],
  vecint: [[I32, V128, V128, I64], I64],
};

function leb(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}
const text = (string) => [...leb(string.length), ...new TextEncoder().encode(string)];
const list = (items) => [...leb(items.length), ...items.flat()];
const section = (id, items) => {
  const bytes = list(items);
  return [id, ...leb(bytes.length), ...bytes];
};

/** Import k of module "c" is helper k; export "f<k>" is its shim, export "g<k>" the count. */
function shimModule(helpers) {
  const shapes = Object.keys(SHAPES);
  const types = Object.values(SHAPES).map(([params, result]) => [0x60, ...list(params), 1, result]);
  const typeOf = ({ shape }) => shapes.indexOf(shape);
  const n = helpers.length;
  const body = (k) => {
    const count = [0x23, ...leb(k), 0x42, 1, 0x7c, 0x24, ...leb(k)];
    const code = [0, ...count, 0x20, 0, 0x20, 1, 0x20, 2, 0x20, 3, 0x10, ...leb(k), 0x0b];
    return [...leb(code.length), ...code];
  };
  const bytes = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(
      2,
      helpers.map((h, k) => [...text("c"), ...text(String(k)), 0, typeOf(h)]),
    ),
    ...section(
      3,
      helpers.map((h) => [typeOf(h)]),
    ),
    ...section(
      6,
      helpers.map(() => [I64, 1, 0x42, 0, 0x0b]),
    ),
    ...section(
      7,
      helpers.flatMap((_, k) => [
        [...text(`f${k}`), 0, ...leb(n + k)],
        [...text(`g${k}`), 3, ...leb(k)],
      ]),
    ),
    ...section(
      10,
      helpers.map((_, k) => body(k)),
    ),
  ];
  return new WebAssembly.Module(Uint8Array.from(bytes));
}

/** Puts the shims in; returns a function that reads the counts, { tier0: { name: calls }, tier1: ... }. */
export function countHelpers(engine) {
  const { core, frontend, memory } = engine;
  const { helpers } = frontend;
  const module = shimModule(helpers);
  const originals = Object.fromEntries(helpers.map(({ name }, k) => [k, core.exports[name]]));
  const shims = () => new WebAssembly.Instance(module, { c: originals }).exports;
  const tiers = { tier0: shims(), tier1: shims() };
  const first = memory.i32[(L.ENGINE + L.E_HELPERS) >> 2];
  const exports = { ...core.exports };
  helpers.forEach(({ name }, k) => {
    core.table.set(first + k, tiers.tier0[`f${k}`]);
    exports[name] = tiers.tier1[`f${k}`];
  });
  Object.defineProperty(core, "exports", { value: exports });
  const read = (shim) => Object.fromEntries(helpers.map(({ name }, k) => [name, Number(shim[`g${k}`].value)]));
  return () => ({ tier0: read(tiers.tier0), tier1: read(tiers.tier1) });
}
