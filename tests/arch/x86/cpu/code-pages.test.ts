// Pages that hold code and are written to.

import { describe, expect, it } from "vitest";
import type { X86Cpu } from "../../../../src/arch/x86/cpu.js";
import * as X from "../../../../src/arch/x86/layout.js";
import * as L from "../../../../src/layout/layout.js";
import { EngineGuestMemory } from "../../../../src/machine/guest-memory.js";
import { CODE_PAGE_STORES } from "../../../../src/tuning/engine.js";
import { bareCpu, enterPaging, poke } from "../../../../testing/x86/bare.js";

const CODE = 0x7c00;
const ROUTINE = 0x9000;

/** Real mode at CODE; at ROUTINE: inc ax; ret. */
function realMode(code: number[]): X86Cpu {
  const cpu = bareCpu({}, { icountShift: 0 });
  poke(cpu, ROUTINE, [0x40, 0xc3]);
  poke(cpu, CODE, code);
  cpu.setSegment(X.CS, 0, 0n, 0xffffn, 0x9b);
  cpu.setPc(BigInt(CODE));
  cpu.setGpr("rsp", 0x7000n);
  cpu.update();
  return cpu;
}

const slowStores = (cpu: X86Cpu): number => cpu.engine.vcpu.stat(L.STAT_CODE_STORE);

describe("pages with code", () => {
  it("lose code that is left over when other data is written there, and take new code", () => {
    const cpu = realMode([
      ...[0xe8, 0xfd, 0x13], // call ROUTINE
      ...[0xb9, 0xe8, 0x03], // mov cx, 1000
      ...[0xa3, 0x00, 0x98], // again: mov [ROUTINE + 0x800], ax
      ...[0x49, 0x75, 0xfa], // dec cx; jnz again
      ...[0xc6, 0x06, 0x00, 0x90, 0x4b], // mov byte [ROUTINE], "dec bx"
      ...[0xe8, 0xec, 0x13, 0xf4], // call ROUTINE; hlt
    ]);
    cpu.run(4 + 3000 + 4);
    expect(cpu.gpr("rax") & 0xffffn).toBe(1n);
    expect(cpu.gpr("rbx") & 0xffffn).toBe(0xffffn);
    // The one that makes the code go is executed again, in a block of its own.
    expect(slowStores(cpu)).toBe(CODE_PAGE_STORES + 1);
  });

  it("keep code that is in use, after a few translations", () => {
    const cpu = realMode([
      ...[0xb9, 0xe8, 0x03], // mov cx, 1000
      ...[0xe8, 0xfa, 0x13], // again: call ROUTINE
      ...[0xa3, 0x00, 0x98], // mov [ROUTINE + 0x800], ax
      ...[0x49, 0x75, 0xf7, 0xf4], // dec cx; jnz again; hlt
    ]);
    cpu.run(1 + 6000);
    expect(cpu.gpr("rax") & 0xffffn).toBe(1000n);
    expect(slowStores(cpu)).toBeGreaterThan(900);
    expect(cpu.engine.translations).toBeLessThan(12);
  });

  it("may follow themselves: a page of RAM mapped twice in a row, with an instruction across its end and its beginning", () => {
    const [TABLES, TABLE, FRAME, FIRST] = [0x1000, 0x2000, 0x5000, 0x10000];
    const cpu = bareCpu();
    const ram = new EngineGuestMemory(cpu.engine);
    const entry = (at: number, value: number) => poke(cpu, at, [value & 255, (value >> 8) & 255, value >> 16, 0]);
    entry(TABLES, TABLE | 3);
    for (const page of [FIRST, FIRST + 0x1000]) entry(TABLE + (page >> 10), FRAME | 3);
    enterPaging(cpu, TABLES);
    const executed = (): bigint => {
      cpu.setPc(BigInt(FIRST + 0xffe));
      cpu.engine.vcpu.set(L.S_HALTED, 0);
      expect(cpu.run(1000)).toBe("halt");
      return cpu.gpr("rax");
    };
    // mov eax, ...; hlt
    ram.write(FRAME + 0xffe, Uint8Array.of(0xb8, 0x11));
    ram.write(FRAME, Uint8Array.of(0x22, 0x33, 0x44, 0xf4));
    expect(executed()).toBe(0x44332211n);
    // Both parts are noticed, one after the other.
    ram.write(FRAME + 1, Uint8Array.of(0x55));
    expect(executed()).toBe(0x44552211n);
    ram.write(FRAME + 0xfff, Uint8Array.of(0x66));
    expect(executed()).toBe(0x44552266n);
    // What is written beside it leaves it, and the guard of both parts.
    ram.write(FRAME + 0x800, Uint8Array.of(0x77));
    const { translations } = cpu.engine;
    expect(executed()).toBe(0x44552266n);
    expect(cpu.engine.translations).toBe(translations);
    ram.write(FRAME + 2, Uint8Array.of(0x88));
    expect(executed()).toBe(0x88552266n);
  });
});
