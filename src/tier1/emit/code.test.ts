import { describe, expect, it } from "vitest";
import wabtInit from "wabt";
import { Ty } from "../../ir/ops.js";
import { link } from "../link/linker.js";
import { Bytes } from "./bytes.js";
import { Code } from "./code.js";
import { I32, W } from "./opcodes.js";

const wabt = await wabtInit();

describe("integer encodings", () => {
  it.each([
    [0, 0, "00"],
    [-1, -1, "7f"],
    [0x3f, 0, "3f"],
    [0x40, 0, "c000"],
    [-0x40, -1, "40"],
    [-0x41, -1, "bf7f"],
    [-1, 0, "ffffffff0f"],
    [0, -0x80000000, "8080808080808080807f"],
    [-1, 0x7fffffff, "ffffffffffffffffff00"],
  ])("s64(%i, %i)", (lo, hi, hex) => {
    const b = new Bytes(1);
    b.s64(lo, hi);
    expect(Buffer.from(b.toArray()).toString("hex")).toBe(hex);
  });

  it.each([
    [0, "00"],
    [63, "3f"],
    [64, "c000"],
    [-64, "40"],
    [-65, "bf7f"],
    [0x7fffffff, "ffffffff07"],
    [-0x80000000, "8080808078"],
  ])("s32(%i)", (value, hex) => {
    const b = new Bytes(1);
    b.s32(value);
    expect(Buffer.from(b.toArray()).toString("hex")).toBe(hex);
  });
});

describe("modules", () => {
  it("are what wabt makes of the same text", () => {
    const inner = new Code(1);
    inner.get(0);
    inner.call("core");
    const code = new Code(2);
    const x = code.local(Ty.I64);
    const y = code.local(Ty.I64);
    const z = code.local(Ty.V128);
    code.get(0);
    code.loadSlot(Ty.I64, 0x108);
    code.set(x);
    code.get(x);
    code.i64(-5);
    code.op(W.i64_add);
    code.set(y);
    code.get(0);
    code.loadSlot(Ty.V128, 0x800);
    code.set(z);
    code.get(0);
    code.get(y);
    code.storeSlot(Ty.I64, 0x10000);
    code.begin(W.block, I32);
    code.get(1);
    code.call("inner");
    code.brIf(0);
    code.op(W.unreachable);
    code.end();
    const module = link(
      [code.finish()],
      { params: [I32, I32], results: [I32] },
      (symbol) =>
        symbol === "inner"
          ? { kind: "local", type: { params: [I32], results: [I32, I32] }, body: inner.finish() }
          : { kind: "import", name: "core", type: { params: [I32], results: [I32, I32] } },
      { shared: true },
    );
    expect(module.imports.map(({ name }) => name)).toEqual(["core"]);
    const parsed = wabt.readWasm(module.bytes.slice(), { readDebugNames: false, threads: true, simd: true });
    expect(WebAssembly.validate(module.bytes as BufferSource)).toBe(true);
    const text = parsed.toText({ foldExprs: false, inlineExport: false });
    for (const line of [
      '(import "e" "m" (memory (;0;) 1 65536 shared))',
      '(import "c" "core" (func (;0;) (type 0)))',
      "(local i64 i64 v128)",
      "i64.load offset=264\n    local.tee 2",
      "i64.const -5",
      "v128.load offset=2048 align=1",
      "i64.store offset=65536",
      "block (result i32)",
      "br_if 0 (;@1;)",
      '(export "0" (func 2))',
    ]) {
      expect(text).toContain(line);
    }
  });
});

it("says where its hinted branches are", () => {
  const code = new Code(2);
  code.local(Ty.I64);
  code.begin(W.block);
  for (const taken of [false, true]) {
    code.get(0);
    code.brHinted(0, taken);
  }
  code.end();
  code.i32(0);
  const body = code.finish();
  for (const { at } of body.hints) expect(body.bytes[at]).toBe(W.br_if);
  const plain = new Code(2);
  plain.i32(0);
  const type = { params: [I32, I32], results: [I32] };
  const { bytes } = link(
    [plain.finish(), body],
    type,
    () => {
      throw new Error("nothing is called");
    },
    { shared: false },
  );
  const [section] = WebAssembly.Module.customSections(
    new WebAssembly.Module(bytes as BufferSource),
    "metadata.code.branch_hint",
  );
  const [first, second] = body.hints;
  // One function with hints, number 1: two of one byte each.
  expect([...new Uint8Array(section!)]).toEqual([1, 1, 2, first!.at, 1, 0, second!.at, 1, 1]);
});
