// XSAVE, XSAVEOPT, XRSTOR and XGETBV(1): which components count as in use, what of the header counts (SDM volume 1, 13.6 to 13.9; what is
// left to the processor is as Intel's do it, of which XSTATE_BV after LDMXCSR was looked at). In both tiers.

import { describe, expect, it } from "vitest";
import { corpusParts } from "../../../../testing/x86/parts.js";
import { Runner } from "../corpus/emulate.js";
import { DATA, type Input, type Output, PAGES } from "../corpus/state.js";

const [AX, CX, DX, SP, DI] = [0, 1, 2, 4, 7];
const COMPLETED = 0xffffffff;
const GENERAL_PROTECTION = 13;
const AREA = 0x400;
const HEADER = AREA + 512;
const MXCSR = AREA + 24;
const DEFAULT_MXCSR = 0x1f80;
const X87 = 1;
const SSE = 2;

const [XSAVE, XRSTOR, XSAVEOPT] = [4, 5, 6].map((digit) => [0x48, 0x0f, 0xae, (digit << 3) | DI]) as [
  number[],
  number[],
  number[],
];
const XGETBV = [0x0f, 0x01, 0xd0];

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  const runner = new Runner(corpusParts(), tier1);

  interface Start {
    mxcsr?: number;
    xmm15?: bigint;
    control?: number;
    /** Bytes of the area. */
    area?: (data: DataView) => void;
    mask?: number;
  }

  function run(
    code: readonly number[],
    { mxcsr = DEFAULT_MXCSR, xmm15 = 0n, control = 0x37f, area, mask = 3 }: Start,
  ): Output {
    const gpr = new BigUint64Array(16);
    gpr[SP] = BigInt(DATA + 0x1800);
    gpr[DI] = BigInt(DATA + AREA);
    gpr[AX] = BigInt(mask);
    gpr[CX] = 1n;
    gpr[DX] = 0n;
    const fx = new Uint8Array(512);
    const image = new DataView(fx.buffer);
    image.setUint16(0, control, true);
    image.setUint32(24, mxcsr, true);
    image.setBigUint64(160 + 15 * 16 + 8, xmm15, true);
    const data = new Uint8Array(PAGES);
    data.fill(0xaa, AREA, HEADER);
    area?.(new DataView(data.buffer));
    const input: Input = { code: Uint8Array.from(code), at: 0x100, gpr, rflags: 0x202n, fx, data };
    return runner.run(input);
  }

  const words = (out: Output) => new DataView(out.data.buffer, out.data.byteOffset);
  const present = (out: Output) => Number(words(out).getBigUint64(HEADER, true));

  it.each([
    ["XSAVE", XSAVE, true],
    ["XSAVEOPT", XSAVEOPT, false],
  ] as const)("%s: MXCSR, XMM registers and the x87 state show in XSTATE_BV", (_name, code, always) => {
    const none = run(code, {});
    expect([none.trap, present(none)]).toEqual([COMPLETED, 0]);
    const control = run(code, { mxcsr: 0x1fa0 });
    expect(present(control)).toBe(SSE);
    expect(words(control).getUint32(MXCSR, true)).toBe(0x1fa0);
    expect(words(control).getUint8(AREA + 160), "zeros are written with the bit").toBe(0);
    expect(present(run(code, { xmm15: 1n }))).toBe(SSE);
    expect(present(run(code, { control: 0x27f }))).toBe(X87);
    expect(present(run(code, { control: 0x27f, mxcsr: 0x1fa0 }))).toBe(X87 | SSE);
    // What the mask leaves out keeps its bit.
    const kept = run(code, { mxcsr: 0x1fa0, mask: X87, area: (data) => data.setBigUint64(HEADER, 2n, true) });
    expect([present(kept), words(kept).getUint32(MXCSR, true)]).toEqual([SSE, 0xaaaaaaaa]);
    // MXCSR is written even where its component is not.
    expect(words(none).getUint32(MXCSR, true)).toBe(DEFAULT_MXCSR);
    expect(words(none).getUint8(AREA + 160)).toBe(always ? 0 : 0xaa);
  });

  it("XGETBV(1) has the same bits", () => {
    const inUse = (start: Start) => Number(run(XGETBV, start).gpr[AX]);
    expect([inUse({}), inUse({ mxcsr: 0x1f81 }), inUse({ xmm15: 1n }), inUse({ control: 0x27f })]).toEqual([
      0,
      SSE,
      SSE,
      X87,
    ]);
  });

  it("XRSTOR gives back what XSAVEOPT saved when only MXCSR differed", () => {
    // xsaveopt; movd xmm15, edi; ldmxcsr [rdi - 4]; xrstor
    const code = [...XSAVEOPT, 0x66, 0x44, 0x0f, 0x6e, 0xff, 0x0f, 0xae, 0x57, 0xfc, ...XRSTOR];
    const out = run(code, { mxcsr: 0x3f80, area: (data) => data.setUint32(AREA - 4, 0x9f80, true) });
    const fx = new DataView(out.fx.buffer, out.fx.byteOffset);
    expect([out.trap, fx.getUint32(24, true), fx.getBigUint64(160 + 15 * 16, true)]).toEqual([COMPLETED, 0x3f80, 0n]);
  });

  it("XRSTOR refuses bytes 8 to 23 of the header and does not look at the rest", () => {
    const trap = (at: number, value: number, mask = 3) =>
      run(XRSTOR, {
        mask,
        area: (data) => {
          data.setUint32(MXCSR, DEFAULT_MXCSR, true);
          data.setUint8(at, value);
        },
      }).trap;
    for (let at = 8; at < 64; at++)
      expect([at, trap(HEADER + at, 1)]).toEqual([at, at < 24 ? GENERAL_PROTECTION : COMPLETED]);
    // A component that XCR0 does not enable.
    expect(trap(HEADER, 4)).toBe(GENERAL_PROTECTION);
    // Reserved bits of MXCSR, where it is loaded, whether or not its component is there.
    expect([trap(MXCSR + 2, 1), trap(MXCSR + 2, 1, X87)]).toEqual([GENERAL_PROTECTION, COMPLETED]);
  });
});
