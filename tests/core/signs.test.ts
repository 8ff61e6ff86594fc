// Nothing that is unsigned is taken for signed in the guests' cores: a size of RAM from 2 GiB on once was, and a guest reached the emulator's own
// memory by it.

import { beforeAll, describe, expect, it } from "vitest";
import * as R from "../../src/arch/riscv/layout.js";
import * as X from "../../src/arch/x86/layout.js";
import * as L from "../../src/layout/layout.js";
import { evaluate, hostAddresses, offsetOf } from "./host-addresses.js";
import { walk } from "./walk.js";
import { compile, type WasmText } from "./wat.js";

const PROBE = "core/testing/signs.ts";

describe("the compiler", () => {
  it("extends what is unsigned without a sign, wherever it was loaded", () => {
    const { functions } = compile(PROBE);
    const names = [...functions.keys()].filter((name) => name.startsWith("$core/testing/"));
    expect(names.length).toBeGreaterThanOrEqual(6);
    for (const name of names) {
      const signed = functions.get(name)!.body.filter(({ op }) => /load\d+_s$|extend_i32_s$/.test(op));
      // Functions that mean a sign say so.
      expect({ name, signed: signed.length > 0 }).toEqual({ name, signed: name.includes("signed_") });
    }
  });
});

describe.each(["x86", "riscv"])("the core of %s", (guest) => {
  let core: WasmText;
  beforeAll(() => {
    core = compile(`core/arch/${guest}/entry.ts`);
  }, 300_000);

  it("takes no host address for a signed number", () => {
    const { wrong, made } = hostAddresses(core);
    expect(wrong).toEqual([]);
    // Else nothing was looked at.
    for (const name of ["softmmu/tlb/fill", "softmmu/access/ld64", "lookup/lookup/find", ...MORE[guest]!])
      expect(made).toContain(`core/engine/${name}`);
  });

  it("loads 32 bits with a sign only where there is one, or where the top bit is never set", () => {
    const unknown = [...signedLoads(core)].filter((where) => !SIGNED_LOADS.has(where as number));
    expect(unknown, "offsets and functions to look at: signs.test.ts has the list").toEqual([]);
  });
});

/** Functions that not every guest's core has. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  x86: ["softmmu/access/hostForWrite"],
  riscv: ["softmmu/spaces/restore"],
};

/** Offset in the CPU's state, or address, and why. */
const SIGNED_LOADS = new Set([
  // Instructions left go below 0.
  L.S_FUEL,
  L.S_PENDING,
  L.ENGINE + L.E_ICOUNT_SHIFT,
  // 1 or -1.
  X.X_DF,
  // Selectors have 16 bits.
  ...[X.ES, X.CS, X.SS, X.DS, X.FS, X.GS, X.LDTR, X.TR].map((n) => X.X_SEG + n * X.SEG_STRIDE + X.SEG_SEL),
  // PCMPESTRI and PCMPESTRM: lengths are signed, in EAX and EDX.
  X.RAX,
  X.RDX,
  // 0 to 3.
  R.RV_PRIV,
  // Elements of vectors that are signed numbers.
  R.RV_V,
  // Debug hits are the low four bits of DR6, to which they are added.
  X.X_DR_HIT,
]);

/** Operations of the IR that extend what they load; displacements. */
const SIGNED_OPERANDS = ["core/engine/interpreter/interpret/interpret", "core/engine/encoder/encode/node"];

/** Where each reads, or, where that is not a constant, the function. */
function signedLoads(text: WasmText): Set<string | number> {
  const where = new Set<string | number>();
  for (const f of text.functions.values()) {
    walk(f, text, new Set(), (instruction, operands) => {
      if (instruction.op === "i64.load32_s") {
        const at = operands[0]!.plus + offsetOf(instruction);
        if (!SIGNED_OPERANDS.includes(f.name)) where.add(at === 0 ? f.name : at);
      }
      return evaluate(instruction, operands);
    });
  }
  return where;
}
