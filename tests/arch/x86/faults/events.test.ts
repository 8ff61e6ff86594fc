// Exceptions, traps and NMIs around MOV SS, POP SS and STI as a kernel sees them (Intel SDM volume 3, 6.8.3 and 17.3), in real mode, in both tiers.

import { describe, expect, it } from "vitest";
import type { X86Cpu } from "../../../../src/arch/x86/cpu.js";
import * as X from "../../../../src/arch/x86/layout.js";
import type { Engine, Tier1 } from "../../../../src/engine/engine.js";
import { S_ATTENTION, S_HALTED } from "../../../../src/layout/vcpu.js";
import { RegionTier } from "../../../../src/tier1/tier1.js";
import { bareCpu, peek16, poke } from "../../../../testing/x86/bare.js";
import { bytes } from "./lab.js";

const CODE = 0x7c00;
const HANDLERS = 0x500;
const STACK = 0x7000;
/** What MOV SS loads. */
const WORD = 0x6000;
const DR6_CLEAR = 0xffff0ff0n;
const DR7_GD = 0x2000;
/** Breakpoint 0 on accesses of the 2 bytes at WORD. */
const WATCH = 0x00070001;

const eager = (engine: Engine): Tier1 => new RegionTier(engine, { eager: true });

interface Start {
  flags?: number;
  dr7?: number;
  watch?: number;
}

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  /** Every handler is HLT; IRET. BX = WORD. */
  function realMode(code: string, { flags = 2, dr7 = 0, watch = WORD }: Start): X86Cpu {
    const cpu = bareCpu({}, tier1 ? { tier1: eager } : {});
    if (tier1) cpu.engine.memory.setHot(1);
    for (let v = 0; v < 32; v++) {
      poke(cpu, v * 4, [(HANDLERS + 16 * v) & 0xff, (HANDLERS + 16 * v) >> 8, 0, 0]);
      poke(cpu, HANDLERS + 16 * v, [0xf4, 0xcf]);
    }
    poke(cpu, CODE, bytes(code));
    cpu.setSegment(X.CS, 0, 0n, 0xffffn, 0x9b);
    for (const n of [X.SS, X.DS, X.ES]) cpu.setSegment(n, 0, 0n, 0xffffn, 0x93);
    cpu.setPc(BigInt(CODE));
    cpu.setGpr("rsp", BigInt(STACK));
    cpu.setGpr("rbx", BigInt(WORD));
    cpu.setGpr("rax", 0n);
    cpu.setField(X.X_FLAGS, BigInt(flags));
    cpu.setField(X.X_DR, BigInt(watch));
    cpu.setField(X.X_DR + 48, DR6_CLEAR);
    cpu.setField(X.X_DR + 56, BigInt(dr7 | 0x400));
    cpu.update();
    return cpu;
  }

  /** What is delivered until the code's own HLT: vector, where it interrupts (+ in the code, h in a handler), DR6 of #DB. */
  function events(code: string, start: Start = {}, onStop?: (cpu: X86Cpu, n: number) => void): string[] {
    const cpu = realMode(code, start);
    const end = CODE + bytes(code).length;
    const list: string[] = [];
    for (let n = 0; n < 10; n++) {
      // Single-step goes on behind HLT.
      if (list.at(-1)?.startsWith(`#1 +${bytes(code).length} `)) break;
      expect(cpu.run(1000)).toBe("halt");
      const pc = Number(cpu.pc);
      if (pc >= CODE && pc <= end) break;
      const vector = (pc - 1 - HANDLERS) >> 4;
      const from = peek16(cpu, Number(cpu.gpr("rsp") & 0xffffn));
      const where = from >= CODE ? `+${from - CODE}` : `h${(from - HANDLERS) >> 4}`;
      const dr6 = Number(cpu.field(X.X_DR + 48)) & 0xf00f;
      list.push(`#${vector} ${where}${vector === 1 ? ` ${dr6.toString(16)}` : ""}`);
      cpu.setField(X.X_DR + 48, DR6_CLEAR);
      onStop?.(cpu, n);
      cpu.engine.vcpu.set(S_HALTED, 0);
    }
    return list;
  }

  // mov ss, [bx]
  const MOV_SS = "8e 17";
  const TF = { flags: 2 | X.F_TF };

  it("a watched MOV SS is reported after the next instruction", () => {
    expect(events(`${MOV_SS} 40 40 f4`, { dr7: WATCH })).toEqual(["#1 +3 1"]);
  });

  it("before INT3, INT n and INTO it is reported at the handler's first instruction", () => {
    expect(events(`${MOV_SS} cc f4`, { dr7: WATCH })).toEqual(["#1 h3 1", "#3 +3"]);
    expect(events(`${MOV_SS} cd 14 f4`, { dr7: WATCH })).toEqual(["#1 h20 1", "#20 +4"]);
    // INT 1 is an interrupt like others.
    expect(events(`${MOV_SS} cd 01 f4`, { dr7: WATCH })).toEqual(["#1 h1 1", "#1 +4 0"]);
  });

  it("before ICEBP and faults it is lost", () => {
    expect(events(`${MOV_SS} f1 f4`, { dr7: WATCH })).toEqual(["#1 +3 0"]);
    let ud = 0;
    const skip = (cpu: X86Cpu): void => {
      // Behind UD2.
      const sp = Number(cpu.gpr("rsp"));
      poke(cpu, sp, [(CODE + 4) & 0xff, (CODE + 4) >> 8]);
      ud++;
    };
    expect(events(`${MOV_SS} 0f 0b f4`, { dr7: WATCH }, skip)).toEqual(["#6 +2"]);
    expect(ud).toBe(1);
  });

  it("it ends HLT", () => {
    expect(events(`${MOV_SS} f4 40 f4`, { dr7: WATCH })).toEqual(["#1 +3 1"]);
  });

  it("POP SS does as MOV SS, LSS does not", () => {
    // push ax; pop ss; inc ax; inc ax; hlt, watching the stack
    const watch = STACK - 2;
    // Else IRET of the second handler hits, too.
    const once = (cpu: X86Cpu, n: number): void => {
      if (n === 1) cpu.setField(X.X_DR + 56, 0x400n);
    };
    expect(events("50 17 40 40 f4", { dr7: WATCH, watch }, once)).toEqual(["#1 +1 1", "#1 +3 1"]);
    expect(events("50 17 40 40 f4", TF)).toEqual(["#1 +1 4000", "#1 +3 4000", "#1 +4 4000", "#1 +5 4000"]);
    // lss bp, [bx]
    expect(events("0f b2 2f 40 f4", TF)).toEqual(["#1 +3 4000", "#1 +4 4000", "#1 +5 4000"]);
  });

  it("single-step: none after MOV SS, and ICEBP has its own", () => {
    expect(events(`${MOV_SS} 40 40 f4`, TF)).toEqual(["#1 +3 4000", "#1 +4 4000", "#1 +5 4000"]);
    expect(events(`${MOV_SS} f1 40 f4`, TF)).toEqual(["#1 +3 0", "#1 +4 4000", "#1 +5 4000"]);
    // Of two, only the first is without.
    expect(events(`${MOV_SS} ${MOV_SS} 40 f4`, TF)).toEqual(["#1 +4 4000", "#1 +5 4000", "#1 +6 4000"]);
  });

  it("general detect in the shadow of MOV SS is told alone", () => {
    // mov ss, [bx]; mov ecx, dr0; hlt
    const gd = `${MOV_SS} 0f 21 c1 f4`;
    expect(events(gd, { dr7: DR7_GD, ...TF })).toEqual(["#1 +2 2000", "#1 +5 4000", "#1 +6 4000"]);
    expect(events(gd, { dr7: DR7_GD | WATCH })).toEqual(["#1 +2 2000"]);
  });

  it("STI holds off interrupts, not single-step", () => {
    expect(events("fa fb 40 f4", TF)).toEqual(["#1 +1 4000", "#1 +2 4000", "#1 +3 4000", "#1 +4 4000"]);
  });

  it("a breakpoint on the instruction after MOV SS is not hit", () => {
    const at = (offset: number): Start => ({ dr7: 1, watch: CODE + offset });
    const resume = (cpu: X86Cpu): void => cpu.setField(X.X_DR + 56, 0x400n);
    expect(events(`${MOV_SS} 40 40 f4`, at(2))).toEqual([]);
    expect(events(`${MOV_SS} 40 40 f4`, at(3), resume)).toEqual(["#1 +3 1"]);
    // After STI it is.
    expect(events("fa fb 40 f4", at(2), resume)).toEqual(["#1 +2 1"]);
  });

  it("REP INS and OUTS stop round by round", () => {
    // mov cx, 3; mov di, bx; mov si, bx; rep insb or outsb; hlt
    for (const code of ["b9 03 00 89 df 89 de f3 6c f4", "b9 03 00 89 df 89 de f3 6e f4"]) {
      const rounds = ["#1 +7 4000", "#1 +7 4000", "#1 +9 4000"];
      expect(events(code, TF)).toEqual(["#1 +3 4000", "#1 +5 4000", "#1 +7 4000", ...rounds, "#1 +10 4000"]);
      // Of the second byte alone.
      const second = { dr7: 0x00030001, watch: WORD + 1 };
      expect(events(code, second)).toEqual(["#1 +7 1"]);
    }
  });

  it("NMIs wait for the instruction after MOV SS and STI", () => {
    for (const [code, allowed] of [
      [`${MOV_SS} 40 eb fb`, [0, 3]],
      ["fa fb 40 eb fb", [0, 1, 3]],
    ] as const) {
      const cpu = realMode(code, {});
      for (let n = 1; n < 60; n++) {
        cpu.run(n % 7);
        cpu.setField32(X.X_NMI, 1);
        cpu.engine.vcpu.set(S_ATTENTION, 1);
        expect(cpu.run(100)).toBe("halt");
        expect(allowed).toContain(peek16(cpu, Number(cpu.gpr("rsp"))) - CODE);
        cpu.engine.vcpu.set(S_HALTED, 0);
        // IRET
        cpu.run(1);
      }
    }
  });

  it("an NMI that waits with a trap comes before the trap's handler begins, whether breakpoints are set or not", () => {
    for (const dr7 of [0, WATCH]) {
      // mov ss, [bx]; inc ax; inc ax
      const cpu = realMode(`${MOV_SS} 40 40`, { ...TF, dr7, watch: WORD + 0x100 });
      // The second time everything is translated, so that nothing but the rule makes the processor look at what is pending.
      for (let round = 0; round < 2; round++) {
        cpu.setPc(BigInt(CODE));
        cpu.setGpr("rsp", BigInt(STACK));
        cpu.setField(X.X_FLAGS, BigInt(TF.flags));
        cpu.setField32(X.X_NMI_BLOCKED, 0);
        cpu.engine.vcpu.set(S_HALTED, 0);
        cpu.update();
        cpu.run(1);
        if (round === 1) cpu.nmi();
        expect(cpu.run(1000)).toBe("halt");
        expect(peek16(cpu, STACK - 6)).toBe(CODE + 3);
      }
      // #DB behind INC, then the NMI, whose handler is HLT.
      expect(cpu.pc).toBe(BigInt(HANDLERS + 16 * 2 + 1));
      expect(peek16(cpu, STACK - 12)).toBe(HANDLERS + 16);
    }
  });
});
