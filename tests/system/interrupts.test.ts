import { describe, expect, it } from "vitest";
import { INTR } from "../../src/arch/x86/arch.js";
import type { X86Cpu } from "../../src/arch/x86/cpu.js";
import * as X from "../../src/arch/x86/layout.js";
import { bareCpu, enterPaging, peek16, poke } from "../../testing/x86/bare.js";

const CODE = 0x7c00;
const HANDLER = 0x500;
const STACK = 0x7000;

/** Real mode at CODE; vector 0x20 and NMI (2) go to HANDLER, which does nothing but IRET. */
function realMode(code: number[], flags = 2): X86Cpu {
  const cpu = bareCpu(
    {
      acknowledge: () => {
        cpu.setInterrupt(INTR, false);
        return 0x20;
      },
    },
    { icountShift: 0 },
  );
  for (const vector of [2, 0x20]) poke(cpu, vector * 4, [HANDLER & 0xff, HANDLER >> 8, 0, 0]);
  poke(cpu, HANDLER, [0xcf]);
  poke(cpu, CODE, code);
  cpu.setSegment(X.CS, 0, 0n, 0xffffn, 0x9b);
  cpu.setPc(BigInt(CODE));
  cpu.setGpr("rsp", BigInt(STACK));
  cpu.setField(X.X_FLAGS, BigInt(flags));
  cpu.update();
  return cpu;
}

/** Return address of the frame an interrupt has just pushed. */
function returnAddress(cpu: X86Cpu): number {
  return peek16(cpu, STACK - 6);
}

describe("interrupts", () => {
  it("STI holds off for one instruction", () => {
    const cpu = realMode([0xfb, 0x40, 0x43, 0x43]); // sti; inc ax; inc bx; inc bx
    cpu.setInterrupt(INTR, true);
    cpu.run(2);
    // What is pending is taken at the end of a run already.
    expect(cpu.pc).toBe(BigInt(HANDLER));
    expect(returnAddress(cpu)).toBe(CODE + 2);
    expect(cpu.gpr("rax")).toBe(1n);
    expect(cpu.gpr("rbx")).toBe(0n);
  });

  it("STI with interrupts already on does not", () => {
    const cpu = realMode([0xfb, 0x40, 0x43], 2 | X.F_IF);
    cpu.run(1);
    cpu.setInterrupt(INTR, true);
    cpu.run(1);
    expect(returnAddress(cpu)).toBe(CODE + 1);
  });

  it("MOV SS and POP SS hold off for one instruction", () => {
    for (const [code, length] of [
      [[0x8e, 0xd0, 0x43, 0x43], 2], // mov ss, ax; inc bx; inc bx
      [[0x17, 0x43, 0x43], 1], // pop ss
    ] as const) {
      const cpu = realMode([...code], 2 | X.F_IF);
      cpu.run(1);
      expect(cpu.pc).toBe(BigInt(CODE + length));
      cpu.setInterrupt(INTR, true);
      cpu.run(1);
      expect(cpu.gpr("rbx")).toBe(1n);
      expect(cpu.pc).toBe(BigInt(HANDLER));
    }
  });

  it("POPF lets a pending interrupt in at once", () => {
    const cpu = realMode([0x68, 0x02, 0x02, 0x9d, 0x43, 0x43]); // push 0x202; popf; inc bx
    cpu.setInterrupt(INTR, true);
    cpu.run(3);
    expect(returnAddress(cpu)).toBe(CODE + 4);
    expect(cpu.gpr("rbx")).toBe(0n);
  });

  it("HLT waits and goes on behind itself", () => {
    const cpu = realMode([0xfb, 0xf4, 0x40]); // sti; hlt; inc ax
    expect(cpu.run(1000)).toBe("halt");
    expect(cpu.halted).toBe(true);
    expect(cpu.run(1000)).toBe("halt");
    expect(cpu.gpr("rax")).toBe(0n);
    cpu.setInterrupt(INTR, true);
    cpu.run(2);
    expect(returnAddress(cpu)).toBe(CODE + 2);
    expect(cpu.gpr("rax")).toBe(1n);
  });

  it("HLT with interrupts off stays halted by the line but not by NMI", () => {
    const cpu = realMode([0xf4, 0x40]);
    expect(cpu.run(10)).toBe("halt");
    cpu.setInterrupt(INTR, true);
    expect(cpu.run(10)).toBe("halt");
    cpu.nmi();
    cpu.run(1);
    expect(returnAddress(cpu)).toBe(CODE + 1);
  });

  it("NMIs do not nest before IRET", () => {
    const cpu = realMode([0x43, 0x43, 0x43, 0x43]);
    poke(cpu, HANDLER, [0x40, 0x40, 0xcf]); // inc ax; inc ax; iret
    cpu.nmi();
    cpu.run(1);
    expect(cpu.pc).toBe(BigInt(HANDLER + 1));
    cpu.nmi();
    cpu.run(1);
    expect(cpu.pc).toBe(BigInt(HANDLER + 2));
    cpu.run(1);
    // IRET lets the second one in before anything of the program is executed.
    expect(cpu.pc).toBe(BigInt(HANDLER));
    expect(returnAddress(cpu)).toBe(CODE);
    expect(cpu.gpr("rbx")).toBe(0n);
  });

  it("interrupts and software interrupts clear IF and TF and keep the pushed image", () => {
    const cpu = realMode([0xcd, 0x20], 2 | X.F_IF); // int 0x20
    poke(cpu, HANDLER, [0xeb, 0xfe]); // jmp $
    cpu.run(1);
    expect(returnAddress(cpu)).toBe(CODE + 2);
    expect(peek16(cpu, STACK - 2) & (X.F_IF | X.F_TF)).toBe(X.F_IF);
    expect(Number(cpu.field(X.X_FLAGS)) & (X.F_IF | X.F_TF)).toBe(0);
  });

  it("a spurious line is forgotten", () => {
    const cpu = bareCpu({ acknowledge: () => -1 }, { icountShift: 0 });
    poke(cpu, CODE, [0x43, 0x43]);
    cpu.setSegment(X.CS, 0, 0n, 0xffffn, 0x9b);
    cpu.setPc(BigInt(CODE));
    cpu.setField(X.X_FLAGS, BigInt(2 | X.F_IF));
    cpu.update();
    cpu.setInterrupt(INTR, true);
    cpu.run(2);
    expect(cpu.gpr("rbx")).toBe(2n);
  });

  it("a triple fault shuts down", () => {
    const cpu = realMode([0x0f, 0x0b]);
    cpu.setField32(X.X_IDT_LIMIT, 0);
    expect(cpu.run(10)).toBe("shutdown");
  });

  it("what comes again and again without an instruction uses up a run", () => {
    // mov ax, [bx] over the end of the segment, in the handler too.
    const cpu = realMode([0x8b, 0x07]);
    poke(cpu, 13 * 4, [HANDLER & 0xff, HANDLER >> 8, 0, 0]);
    poke(cpu, HANDLER, [0x8b, 0x07]);
    cpu.setGpr("rbx", 0xffffn);
    expect(cpu.run(1000)).toBe("budget");
    expect(cpu.instructions).toBe(1000);
    // The first is no instruction.
    expect(cpu.gpr("rsp")).toBe(BigInt(STACK - 6 * 1001) & 0xffffn);
  });

  it("so do page faults of the handler's first fetch, and a line that stays high where handlers leave interrupts on", () => {
    for (const vector of [14, 0x20]) {
      const cpu = bareCpu({ acknowledge: () => 0x20 }, { icountShift: 0 });
      const [gdt, idt, tables, handler] = [0x1000, 0x2000, 0x3000, vector === 14 ? 0x800000 : HANDLER];
      poke(cpu, gdt + 8, [0xff, 0xff, 0, 0, 0, 0x9b, 0xcf, 0]);
      // Trap gate.
      poke(cpu, idt + 8 * vector, [handler & 0xff, handler >> 8, 8, 0, 0, 0x8f, handler >> 16, 0]);
      poke(cpu, tables, [0x87, 0, 0, 0, 0x87, 0, 0x40, 0]);
      poke(cpu, CODE, [0xe9, 0, 0, 0x80, 0]); // jmp to where nothing is mapped
      cpu.setField(X.X_GDT_BASE, BigInt(gdt));
      cpu.setField(X.X_IDT_BASE, BigInt(idt));
      cpu.setPc(BigInt(CODE));
      cpu.setGpr("rsp", 0x700000n);
      cpu.setField(X.X_FLAGS, BigInt(2 | (vector === 14 ? 0 : X.F_IF)));
      enterPaging(cpu, tables);
      if (vector !== 14) cpu.setInterrupt(INTR, true);
      expect(cpu.run(1000)).toBe("budget");
      expect(cpu.instructions).toBe(1000);
      expect(Number(0x700000n - cpu.gpr("rsp"))).toBeGreaterThan(900 * 12);
    }
  });
});
