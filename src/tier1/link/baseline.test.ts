import { describe, expect, it } from "vitest";
import { helper, pure } from "../../ir/helpers.js";
import { S_FUEL } from "../../layout/vcpu.js";
import { Code, type FunctionBody } from "../emit/code.js";
import { REGION_TYPE } from "../emit/emit.js";
import { W } from "../emit/opcodes.js";
import { Runtime } from "../emit/runtime.js";
import { Baseline } from "./baseline.js";
import { link } from "./linker.js";

/** One of each type. */
const HELPERS = [pure("integers"), pure("vectors", "vec"), helper("both", { shape: "vecint" })];

/** As regions do, leaves when there is no fuel; otherwise calls `symbol` or, without one, traps. */
function region(symbol?: string): FunctionBody {
  const code = new Code(2);
  code.get(0);
  code.mem(W.i32_load, S_FUEL, 2);
  code.op(W.i32_eqz);
  code.begin(W.if_);
  code.i32(symbol === undefined ? 1 : 0);
  code.begin(W.if_);
  code.op(W.unreachable);
  code.end();
  code.i32(0);
  code.op(W.return_);
  code.end();
  // Whatever it takes and gives.
  code.op(W.unreachable);
  if (symbol !== undefined) code.call(symbol);
  code.op(W.unreachable);
  return code.finish();
}

describe.each([
  ["own", false],
  ["shared", true],
])("a module of %s memory", (_, shared) => {
  const linked = (bodies: FunctionBody[]) => {
    const { bytes, imports } = link(bodies, REGION_TYPE, new Runtime(HELPERS).resolve, { shared });
    return [new WebAssembly.Module(bytes as BufferSource), imports] as const;
  };
  const shapes = new Map(HELPERS.map(({ shape, name }) => [shape, name]));

  it("may import functions of any type", () => {
    const baseline = new Baseline(shared);
    for (const name of shapes.values()) baseline.compile(...linked([region(`h.${name}`), region("crossing_open")]));
    expect(shapes.size).toBe(3);
  });

  it("has each of its functions called", () => {
    const baseline = new Baseline(shared);
    const ends = region("crossing_close");
    expect(() => baseline.compile(...linked([ends, region(), ends]))).toThrow("unreachable");
  });
});
