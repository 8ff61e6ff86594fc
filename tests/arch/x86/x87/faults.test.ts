// What x87 instructions do around faults: a store that faults leaves the FPU as it was, an unmasked exception keeps memory
// and stack, and is reported by the next waiting instruction, device-not-available comes before anything else.

import { beforeEach, describe, expect, it } from "vitest";
import * as X from "../../../../src/arch/x86/layout.js";
import * as L from "../../../../src/layout/layout.js";
import { EngineGuestMemory } from "../../../../src/machine/guest-memory.js";
import { corpusParts } from "../../../../testing/x86/parts.js";
import { X87Lab } from "./lab.js";

const CODE = 0x180000;
const PAGE_TABLE = 0x4000;
const PAGE_DIRECTORY = 0x5000;
const DATA = 0x300000;
const HANDLERS = 0xa000;
const ONE = 0x8000000000000000n;

const NM = 7;
const PF = 14;
const MF = 16;

let lab: X87Lab;
let ram: EngineGuestMemory;
let next = 0;

/** Runs code to its end; gives the vector it raised, or -1. */
function run(...code: number[]): number {
  const { cpu } = lab;
  const { vcpu } = cpu.engine;
  const at = CODE + next;
  next += 64;
  ram.write(at, Uint8Array.from([...code, 0xf4]));
  cpu.setGpr("rdi", BigInt(DATA));
  cpu.setGpr("rsp", 0xc000n);
  cpu.setPc(BigInt(at));
  vcpu.set(L.S_HALTED, 0);
  cpu.update();
  expect(cpu.run(1000)).toBe("halt");
  const pc = Number(cpu.pc);
  return pc === at + code.length + 1 ? -1 : pc - HANDLERS - 1;
}

function fpu(fcw: number, ...stack: [se: number, sig: bigint][]): void {
  const { vcpu } = lab.cpu.engine;
  vcpu.set(X.X_FCW, fcw);
  vcpu.set(X.X_FSW, 0x4700);
  vcpu.set(X.X_FTOP, 3);
  vcpu.set(X.X_FTAG, ~(((1 << stack.length) - 1) << 3) & 0xff);
  stack.forEach(([se, sig], k) => {
    vcpu.set64(X.X_FPR + 16 * (3 + k), sig);
    vcpu.set64(X.X_FPR + 16 * (3 + k) + 8, BigInt(se));
  });
}

function state(): { fsw: number; top: number; tags: number } {
  const { vcpu } = lab.cpu.engine;
  return { fsw: vcpu.get(X.X_FSW), top: vcpu.get(X.X_FTOP), tags: vcpu.get(X.X_FTAG) };
}

beforeEach(() => {
  next = 0;
  lab = new X87Lab(corpusParts());
  const { cpu } = lab;
  ram = new EngineGuestMemory(cpu.engine);
  // Everything mapped writable but the pages at DATA + 1000h (read-only) and DATA + 3000h (absent).
  ram.writeU32(PAGE_DIRECTORY, PAGE_TABLE | 3);
  for (let k = 0; k < 1024; k++) ram.writeU32(PAGE_TABLE + 4 * k, (k << 12) | 3);
  ram.writeU32(PAGE_TABLE + ((DATA + 0x1000) >> 10), (DATA + 0x1000) | 1);
  ram.writeU32(PAGE_TABLE + ((DATA + 0x3000) >> 10), 0);
  cpu.setField(X.X_CR3, BigInt(PAGE_DIRECTORY));
  cpu.setField(X.X_CR0, 0x80010031n);
  cpu.update();
});

describe("x87 instructions and faults", () => {
  it.each([
    ["fstp m32", [0xd9, 0x9f]],
    ["fstp m64", [0xdd, 0x9f]],
    ["fstp m80", [0xdb, 0xbf]],
    ["fistp m16", [0xdf, 0x9f]],
    ["fistp m32", [0xdb, 0x9f]],
    ["fistp m64", [0xdf, 0xbf]],
    ["fisttp m64", [0xdd, 0x8f]],
    ["fbstp", [0xdf, 0xb7]],
    ["fnsave", [0xdd, 0xb7]],
    ["fnstenv", [0xd9, 0xb7]],
  ] as const)("%s to a read-only page leaves the FPU as it was", (_, code) => {
    fpu(0x37f, [0x3fff, 0xc000000000000001n], [0x4000, ONE]);
    const before = state();
    expect(run(...code, 0, 0x10, 0, 0)).toBe(PF);
    expect(state()).toEqual(before);
    expect(lab.cpu.engine.vcpu.get(X.X_FOP)).toBe(0);
    expect(lab.cpu.field(X.X_CR2)).toBe(BigInt(DATA + 0x1000));
  });

  it("a ten-byte store into an absent second page faults there and can be repeated", () => {
    fpu(0x37f, [0x3fff, ONE]);
    const before = state();
    // fstpt 0x2ff8(%edi)
    const code = [0xdb, 0xbf, 0xf8, 0x2f, 0, 0];
    expect(run(...code)).toBe(PF);
    expect(lab.cpu.field(X.X_CR2)).toBe(BigInt(DATA + 0x3000));
    expect(state()).toEqual(before);
    ram.writeU32(PAGE_TABLE + ((DATA + 0x3000) >> 10), (DATA + 0x3000) | 3);
    expect(run(...code)).toBe(-1);
    expect(ram.readU32(DATA + 0x2ffc)).toBe(0x80000000);
    expect(ram.readU32(DATA + 0x3000) & 0xffff).toBe(0x3fff);
    expect(state()).toEqual({ fsw: before.fsw & ~0x200, top: 4, tags: 0xff });
  });

  it("a load from an absent page leaves the FPU as it was", () => {
    fpu(0x37f, [0x3fff, ONE]);
    const before = state();
    for (const code of [
      [0xdd, 0x87],
      [0xdb, 0xaf],
      [0xdc, 0x87],
      [0xda, 0x87],
      [0xd9, 0xa7],
      [0xdd, 0xa7],
      [0xd9, 0xaf],
    ]) {
      expect(run(...code, 0, 0x30, 0, 0)).toBe(PF);
      expect(state()).toEqual(before);
    }
  });

  it("an unmasked exception keeps a store from happening and is raised by the next waiting instruction", () => {
    ram.writeU32(DATA, 0x12345678);
    // Overflow: 2^1000 to binary32, then FNSTSW AX, which does not wait.
    fpu(0x377, [0x43e7, ONE]);
    expect(run(0xd9, 0x1f, 0xdf, 0xe0)).toBe(-1);
    expect(Number(lab.cpu.gpr("rax")) & 0xffff).toBe(0xdd88);
    expect(ram.readU32(DATA)).toBe(0x12345678);
    expect(state()).toEqual({ fsw: 0xc588, top: 3, tags: 0xf7 });
    expect(run(0x9b)).toBe(MF);
    expect(run(0xd9, 0xe8)).toBe(MF);
    expect(run(0xdd, 0x07)).toBe(MF);
    expect(state()).toEqual({ fsw: 0xc588, top: 3, tags: 0xf7 });
    // FNCLEX, then it goes on.
    expect(run(0xdb, 0xe2, 0xd9, 0xe8)).toBe(-1);
    expect(state().fsw).toBe(0x4500);
  });

  it("an unmasked exception that is not stored still needs the page writable", () => {
    fpu(0x377, [0x43e7, ONE]);
    const before = state();
    expect(run(0xd9, 0x9f, 0, 0x10, 0, 0)).toBe(PF);
    expect(state()).toEqual(before);
  });

  it("without CR0.NE pending exceptions are ignored", () => {
    lab.cpu.setField(X.X_CR0, 0x80010011n);
    fpu(0x37e, [0x7fff, ONE | 1n]);
    lab.cpu.engine.vcpu.set(X.X_FSW, 0x8081);
    expect(run(0x9b, 0xd9, 0xe8)).toBe(-1);
  });

  it("CR0.TS and EM make every instruction raise #NM, FWAIT with MP and TS only", () => {
    const { cpu } = lab;
    const outcomes = (cr0: bigint) => {
      cpu.setField(X.X_CR0, 0x80010031n | cr0);
      fpu(0x37f, [0x3fff, ONE]);
      return [run(0xd9, 0xe8), run(0xdf, 0xe0), run(0xd9, 0x3f), run(0x9b)];
    };
    expect(outcomes(8n)).toEqual([NM, NM, NM, -1]);
    expect(outcomes(10n)).toEqual([NM, NM, NM, NM]);
    expect(outcomes(4n)).toEqual([NM, NM, NM, -1]);
    expect(outcomes(2n)).toEqual([-1, -1, -1, -1]);
  });

  it("environment images of the real-mode format hold linear addresses", () => {
    const { cpu } = lab;
    const { vcpu } = cpu.engine;
    // Virtual-8086 would do as well: the form depends on the mode alone.
    cpu.setField(X.X_CR0, 0x30n);
    cpu.setSegment(X.CS, 0x1234, 0x12340n, 0xffffn, 0x9b);
    for (const s of [X.SS, X.DS, X.ES]) cpu.setSegment(s, 0x2000, 0x20000n, 0xffffn, 0x93);
    fpu(0x37f, [0x3fff, ONE]);
    // fadds 0x10(%bx); fnstenv (%bx); fldenv (%bx); hlt
    ram.write(0x12340 + 0x100, Uint8Array.from([0xd8, 0x47, 0x10, 0xd9, 0x37, 0xd9, 0x27, 0xf4]));
    cpu.setGpr("rbx", 0x4000n);
    cpu.setPc(0x100n);
    vcpu.set(L.S_HALTED, 0);
    cpu.update();
    expect(cpu.run(100)).toBe("halt");
    const words = [0, 2, 4, 6, 8, 10, 12].map((k) => ram.readU32(0x24000 + k) & 0xffff);
    // FIP 12440h, opcode 047h, FDP 24010h.
    expect(words.slice(3)).toEqual([0x2440, 0x1047, 0x4010, 0x2000]);
    expect(cpu.field(X.X_FIP)).toBe(0x12440n);
    expect(cpu.field(X.X_FDP)).toBe(0x24010n);
    expect(vcpu.get(X.X_FOP)).toBe(0x047);
  });
});
