import { expect, it } from "vitest";
import { sharedModule } from "./shared.js";

/** Imports a table, a memory of `limits`, a global and a function, and exports the function. */
const module = (...limits: number[]): Uint8Array<ArrayBuffer> => {
  const text = (word: string) =>
    [word.length, ...word].map((one) => (typeof one === "number" ? one : one.charCodeAt(0)));
  const imports = [
    ...[4, ...text("e"), ...text("t"), 1, 0x70, 0, 1],
    ...[...text("e"), ...text("m"), 2, ...limits],
    ...[...text("e"), ...text("g"), 3, 0x7f, 0],
    ...[...text("e"), ...text("f"), 0, 0],
  ];
  const section = (id: number, content: number[]) => [id, content.length, ...content];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, 0]),
    ...section(2, imports),
    ...section(7, [1, ...text("f"), 0, 0]),
  ]);
};

const imports = (shared: boolean) => ({
  e: {
    t: new WebAssembly.Table({ initial: 1, element: "anyfunc" }),
    m: new WebAssembly.Memory({ initial: 2, maximum: 3, shared }),
    g: 1,
    f: () => {},
  },
});

it.each([
  ["a minimum", [0, 1]],
  ["a minimum and a maximum", [1, 1, 200, 1]],
])("makes a module of shared memory out of one with %s", (_, limits) => {
  const bytes = module(...limits);
  expect(() => new WebAssembly.Instance(new WebAssembly.Module(bytes), imports(true))).toThrow("shared");
  const shared = new WebAssembly.Module(sharedModule(bytes));
  expect(new WebAssembly.Instance(shared, imports(true)).exports.f).toBeTypeOf("function");
});

it.each([
  ["of a module that imports no memory", [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], "imports no memory"],
  ["of what is no module", [...new Uint8Array(16).fill(0xff)], "no WebAssembly module"],
  ["of an empty file", [], "no WebAssembly module"],
  ["of half a module", [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 2, 100, 1, 1], "ends before"],
])("says so %s", (_, bytes, text) => {
  expect(() => sharedModule(Uint8Array.from(bytes))).toThrow(text);
});
