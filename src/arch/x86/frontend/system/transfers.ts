// Far transfers, returns from interrupts, system calls, software interrupts, HLT. The helpers set the program counter.

import { EXC_SOFT, EXC_TRAP } from "../../layout.js";
import type { Emitter, Size } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";

const H_FAR_JMP = helperId("x86_far_jmp");
const H_FAR_CALL = helperId("x86_far_call");
const H_FAR_RET = helperId("x86_far_ret");
const H_IRET = helperId("x86_iret");
const H_SYSCALL = helperId("x86_syscall");
const H_SYSRET = helperId("x86_sysret");
const H_SYSENTER = helperId("x86_sysenter");
const H_SYSEXIT = helperId("x86_sysexit");
const H_INT = helperId("x86_int");
const H_HLT = helperId("x86_hlt");

function farImmediate(e: Emitter, insn: Insn, helper: number): void {
  const b = e.b;
  e.call(helper, b.i64((insn.imm2 & 0xffff) | (insn.opSize << 16)), b.u64(insn.immLo), e.next());
  e.exit();
}

export function jmpFar(e: Emitter, insn: Insn): void {
  farImmediate(e, insn, H_FAR_JMP);
}

export function callFar(e: Emitter, insn: Insn): void {
  farImmediate(e, insn, H_FAR_CALL);
}

function farMemory(e: Emitter, insn: Insn, helper: number): void {
  const b = e.b;
  const size = insn.opSize as Size;
  const address = e.ea(insn, false, size + 2);
  const offset = e.loadWide(size, address);
  const selector = b.extu(e.load(2, b.add(address, b.i64(size))));
  e.call(helper, b.or(selector, b.i64(size << 16)), offset, e.next());
  e.exit();
}

export function jmpFarMem(e: Emitter, insn: Insn): void {
  farMemory(e, insn, H_FAR_JMP);
}

export function callFarMem(e: Emitter, insn: Insn): void {
  farMemory(e, insn, H_FAR_CALL);
}

export function retFar(e: Emitter, insn: Insn): void {
  const bytes = insn.opcode === 0xca ? insn.immLo & 0xffff : 0;
  e.call(H_FAR_RET, e.b.i64(insn.opSize), e.b.i64(bytes));
  e.exit();
}

export function iret(e: Emitter, insn: Insn): void {
  e.call(H_IRET, e.b.i64(insn.opSize), e.next());
  e.exit();
}

// The trap after SYSCALL and SYSRET depends on TF after them: the helpers see to it.
export function syscall(e: Emitter): void {
  e.call(H_SYSCALL, e.next());
  e.exit(false);
}

export function sysret(e: Emitter, insn: Insn): void {
  e.call(H_SYSRET, e.b.i64(insn.opSize));
  e.exit(false);
}

export function sysenter(e: Emitter): void {
  e.call(H_SYSENTER);
  e.exit();
}

export function sysexit(e: Emitter, insn: Insn): void {
  e.call(H_SYSEXIT, e.b.i64(insn.opSize));
  e.exit();
}

export function int(e: Emitter, insn: Insn): void {
  e.call(H_INT, e.b.i64(insn.immLo & 0xff), e.next());
  e.exit(false);
}

export function int3(e: Emitter): void {
  e.raise(3, -1, EXC_SOFT);
}

export function int1(e: Emitter): void {
  e.raise(1, -1, EXC_TRAP);
}

export function hlt(e: Emitter): void {
  e.call(H_HLT, e.next());
  e.exit();
}
