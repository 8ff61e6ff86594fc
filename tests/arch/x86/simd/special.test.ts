// What the comparison with a CPU leaves out: approximations, control state, faults by mode and alignment, MMX tags.

import { beforeEach, describe, expect, it } from "vitest";
import * as X from "../../../../src/arch/x86/layout.js";
import { simdParts } from "./check.js";
import { SimdLab } from "./lab.js";
import { IN_MEM, IN_MXCSR, IN_XMM, OUT_MXCSR, OUT_SIGNAL, OUT_XMM, RECORD } from "./records.js";

const parts = simdParts();
let lab: SimdLab;

beforeEach(() => {
  lab = new SimdLab(parts);
});

interface Setup {
  xmm1?: readonly number[];
  xmm2?: readonly number[];
  mem?: readonly number[];
  mxcsr?: number;
}

/** Runs one instruction with 32-bit lanes as operands. */
function run(code: readonly number[], setup: Setup = {}) {
  const input = new DataView(new ArrayBuffer(RECORD));
  const output = new DataView(new ArrayBuffer(RECORD));
  for (let k = 0; k < 16; k++) input.setUint8(k, code[k] ?? 0x90);
  const put = (at: number, lanes: readonly number[] = []) =>
    lanes.forEach((v, k) => {
      input.setUint32(at + 4 * k, v, true);
    });
  put(IN_XMM + 16, setup.xmm1);
  put(IN_XMM + 32, setup.xmm2);
  put(IN_MEM, setup.mem);
  input.setUint32(IN_MXCSR, setup.mxcsr ?? 0x1f80, true);
  lab.run(input, output, 0);
  return {
    signal: output.getUint32(OUT_SIGNAL, true),
    mxcsr: output.getUint32(OUT_MXCSR, true),
    xmm1: [0, 1, 2, 3].map((k) => output.getUint32(OUT_XMM + 16 + 4 * k, true)),
    mem: [0, 1, 2, 3].map((k) => output.getUint32(80 + 4 * k, true)),
  };
}

const f32 = (bits: number) => new Float32Array(new Uint32Array([bits]).buffer)[0]!;
const bits = (value: number) => new Uint32Array(new Float32Array([value]).buffer)[0]!;

describe("approximations", () => {
  it.each([
    ["rcpps", 0x53, (x: number) => 1 / x],
    ["rsqrtps", 0x52, (x: number) => 1 / Math.sqrt(x)],
  ])("%s is within 1.5 * 2^-12", (_, opcode, exact) => {
    for (const x of [1, 2, 3, 0.1, 1e-30, 1e30, 123456.789, 7]) {
      const { xmm1, mxcsr } = run([0x0f, opcode as number, 0xca], { xmm2: [bits(x), bits(x), bits(x), bits(x)] });
      for (const lane of xmm1) expect(Math.abs(f32(lane) / exact(x) - 1)).toBeLessThan(1.5 / 4096);
      expect(mxcsr).toBe(0x1f80);
    }
  });

  it("take denormals as zeros and raise nothing", () => {
    const lanes = [1, 0x80000001, 0, 0x7f800001];
    expect(run([0x0f, 0x53, 0xca], { xmm2: lanes })).toMatchObject({
      xmm1: [0x7f800000, 0xff800000, 0x7f800000, 0x7fc00001],
      mxcsr: 0x1f80,
    });
    expect(run([0x0f, 0x52, 0xca], { xmm2: [0x80000001, 0x80000000, bits(-1), 0x7f800000] }).xmm1).toEqual([
      0xff800000, 0xff800000, 0xffc00000, 0,
    ]);
  });

  it("the scalar forms keep the upper lanes", () => {
    const { xmm1 } = run([0xf3, 0x0f, 0x53, 0xca], { xmm1: [1, 2, 3, 4], xmm2: [bits(4), 9, 9, 9] });
    expect(xmm1).toEqual([bits(0.25), 2, 3, 4]);
  });
});

describe("MXCSR", () => {
  it("is stored and loaded", () => {
    expect(run([0x0f, 0xae, 0x1f], { mxcsr: 0x9fc3, mem: [0, 5, 6, 7] }).mem).toEqual([0x9fc3, 5, 6, 7]);
    expect(run([0x0f, 0xae, 0x17], { mem: [0xffff] })).toMatchObject({ mxcsr: 0xffff, signal: 0 });
  });

  it("has reserved bits that fault with #GP", () => {
    expect(run([0x0f, 0xae, 0x17], { mem: [0x11f80] })).toMatchObject({ mxcsr: 0x1f80, signal: 11 });
  });
});

describe("faults", () => {
  const setCr = (slot: number, change: (old: bigint) => bigint) => {
    lab.cpu.setField(slot, change(lab.cpu.field(slot)));
    lab.cpu.update();
  };
  /** Vector as a "signal" of the lab: 100 + vector, or the signal Linux would send. */
  const addps = () => run([0x0f, 0x58, 0xca]).signal;
  const paddb = () => run([0x0f, 0xfc, 0xc1]).signal;

  it("#UD with CR0.EM or without CR4.OSFXSR, #NM with CR0.TS", () => {
    expect([addps(), paddb()]).toEqual([0, 0]);
    setCr(X.X_CR4, (v) => v & ~0x200n);
    expect([addps(), paddb()]).toEqual([4, 0]);
    setCr(X.X_CR4, (v) => v | 0x200n);
    setCr(X.X_CR0, (v) => v | 8n);
    expect([addps(), paddb()]).toEqual([107, 107]);
    setCr(X.X_CR0, (v) => (v & ~8n) | 4n);
    expect([addps(), paddb()]).toEqual([4, 4]);
  });

  it("#UD instead of #XM without CR4.OSXMMEXCPT", () => {
    const divide = () => run([0x0f, 0x5e, 0xca], { xmm1: [bits(1)], mxcsr: 0x1d80 });
    expect(divide().signal).toBe(8);
    setCr(X.X_CR4, (v) => v & ~0x400n);
    expect(divide().signal).toBe(4);
  });

  it("#GP for 16-byte operands that are not aligned, but not for the unaligned moves", () => {
    // [rdi + 4]
    expect(run([0x0f, 0x58, 0x4f, 4]).signal).toBe(11);
    expect(run([0x0f, 0x28, 0x4f, 4]).signal).toBe(11);
    expect(run([0x66, 0x0f, 0x7f, 0x4f, 4]).signal).toBe(11);
    expect(run([0x66, 0x0f, 0xfc, 0x4f, 4]).signal).toBe(11);
    for (const code of [
      [0x0f, 0x10, 0x4f, 4],
      [0xf3, 0x0f, 0x6f, 0x4f, 4],
      [0xf2, 0x0f, 0xf0, 0x4f, 4],
      [0x0f, 0x11, 0x4f, 4],
      [0x66, 0x0f, 0x3a, 0x63, 0x4f, 4, 0],
      [0xf3, 0x0f, 0x58, 0x4f, 4],
    ]) {
      expect(run(code).signal).toBe(0);
    }
  });

  it("MASKMOVDQU needs all of its operand and writes only the bytes it is to", () => {
    // The SDM leaves to the processor whether bytes that are not written can fault; Intel's do, even with a mask of zeros.
    const { memory } = lab.cpu.engine;
    const LAST = 0x1fffff; // of mapped memory
    const attempt = (address: number, mask: number) => {
      memory.u8.fill(0, memory.physical.hostOf(LAST - 15), memory.physical.hostOf(LAST) + 1);
      // mov edi, address; maskmovdqu xmm1, xmm2
      const code = [0xbf, address & 0xff, (address >> 8) & 0xff, address >> 16, 0, 0x66, 0x0f, 0xf7, 0xca];
      const r = run(code, { xmm1: [0x4241], xmm2: [mask] });
      return [r.signal, memory.u8[memory.physical.hostOf(LAST - 15)], memory.u8[memory.physical.hostOf(LAST)]];
    };
    for (const mask of [0, 0x80, 0x8080]) expect(attempt(LAST, mask)).toEqual([11, 0, 0]);
    expect(attempt(LAST - 15, 0)).toEqual([0, 0, 0]);
    expect(attempt(LAST - 15, 0x80)).toEqual([0, 0x41, 0]);
    expect(attempt(LAST - 15, 0x8000)).toEqual([0, 0, 0]);
    expect(memory.u8[memory.physical.hostOf(LAST - 14)]).toBe(0x42);
  });
});

describe("MMX", () => {
  it("makes all x87 registers valid with TOP 0, EMMS empties them", () => {
    const { memory, vcpu } = lab.cpu.engine;
    vcpu.set(X.X_FTAG, 0xff);
    vcpu.set(X.X_FTOP, 5);
    run([0x0f, 0xfc, 0xc1]);
    expect([vcpu.get(X.X_FTAG), vcpu.get(X.X_FTOP)]).toEqual([0, 0]);
    expect(memory.view.getUint16(vcpu.base + X.X_FPR + 8, true)).toBe(0xffff);
    run([0x0f, 0x77]);
    expect(vcpu.get(X.X_FTAG)).toBe(0xff);
  });
});

describe("registers", () => {
  it("XMM8 to XMM15 by REX", () => {
    // movdqa xmm9, xmm1; movdqa xmm14, xmm9; paddd xmm14, xmm9; movdqa xmm1, xmm14
    const code = [0x66, 0x44, 0x0f, 0x6f, 0xc9, 0x66, 0x45, 0x0f, 0x6f, 0xf1, 0x66, 0x45, 0x0f, 0xfe, 0xf1];
    run(code, { xmm1: [1, 2, 3, 4] });
    expect(run([0x66, 0x41, 0x0f, 0x6f, 0xce]).xmm1).toEqual([2, 4, 6, 8]);
  });
});
