// The modes hostile programs begin in: tables in memory, and the CPU's registers.

import type { X86Cpu } from "../../../../src/arch/x86/cpu.js";
import * as X from "../../../../src/arch/x86/layout.js";
import type { Random } from "../../../../testing/random.js";
import * as A from "./layout.js";

export type Bits = 16 | 32 | 64;

export interface Mode {
  name: string;
  bits: Bits;
  user: boolean;
  paging: "none" | "32" | "pae" | "long";
  /** Real mode or virtual-8086 mode: segments are addresses. */
  segments: "protected" | "real" | "virtual";
}

export const MODES: readonly Mode[] = [
  { name: "long mode, system", bits: 64, user: false, paging: "long", segments: "protected" },
  { name: "long mode, user", bits: 64, user: true, paging: "long", segments: "protected" },
  { name: "compatibility mode, user", bits: 32, user: true, paging: "long", segments: "protected" },
  { name: "16-bit compatibility mode", bits: 16, user: true, paging: "long", segments: "protected" },
  { name: "protected mode, system, 32-bit paging", bits: 32, user: false, paging: "32", segments: "protected" },
  { name: "protected mode, user, 32-bit paging", bits: 32, user: true, paging: "32", segments: "protected" },
  { name: "protected mode, user, PAE", bits: 32, user: true, paging: "pae", segments: "protected" },
  { name: "protected mode, system, no paging", bits: 32, user: false, paging: "none", segments: "protected" },
  { name: "16-bit protected mode, system", bits: 16, user: false, paging: "none", segments: "protected" },
  { name: "virtual-8086 mode", bits: 16, user: true, paging: "32", segments: "virtual" },
  { name: "real mode", bits: 16, user: false, paging: "none", segments: "real" },
];

/** Where CS ends: soon behind some of the entries. */
function codeLimit(entry: number, most: number): bigint {
  return BigInt(entry % 16 === 5 ? entry | [0x3f, 0xff, 0x7ff][entry % 3]! : most);
}

/** Puts the CPU at `entry` of a mode. */
export function enter(cpu: X86Cpu, mode: Mode, entry: number, random: Random): void {
  const { segments, bits, user, paging } = mode;
  const S = A.SEL;
  const real = segments === "real";
  const v86 = segments === "virtual";
  const long = paging === "long";
  cpu.setField(X.X_EFER, long ? 0xd01n : random.below(2) ? 0x801n : 1n);
  cpu.setField(X.X_CR3, BigInt(paging === "32" ? A.PD32 : paging === "pae" ? A.PDPT_PAE : A.PML4));
  const cr4 =
    (paging === "32" ? 0x10 : paging === "none" ? 0 : 0x20) | 0x600 | random.pick([0, 0x80, 0x80, 4, 8, 0x40000, 1, 2]);
  cpu.setField(X.X_CR4, BigInt(cr4));
  const cr0 =
    (paging === "none" ? 0x10 : 0x80000010) + (real ? 0 : 1) + 0x20 + random.pick([0, 0x10000, 0x40000, 0x50000]);
  cpu.setField(X.X_CR0, BigInt(cr0));
  cpu.setField(X.X_GDT_BASE, BigInt(A.GDT));
  cpu.setField32(X.X_GDT_LIMIT, A.GDT_BYTES - 1);
  cpu.setField(X.X_IDT_BASE, BigInt(real ? 0 : long ? A.IDT64 : A.IDT32));
  cpu.setField32(X.X_IDT_LIMIT, long ? 0xfff : real ? 0x3ff : 0x6ff);
  if (real || v86) {
    const attributes = v86 ? 0xf3 : 0x93;
    for (const n of [X.ES, X.SS, X.DS, X.FS, X.GS]) cpu.setSegment(n, 0, 0n, 0xffffn, attributes);
    cpu.setSegment(X.CS, 0, 0n, codeLimit(entry, 0xffff), v86 ? 0xf3 : 0x9b);
  } else {
    const code =
      bits === 64
        ? user
          ? S.user64
          : S.code64
        : bits === 32
          ? user
            ? S.user32
            : S.code32
          : user
            ? S.user16
            : S.code16;
    const attributes = (bits === 64 ? 0xa09b : bits === 32 ? 0xc09b : 0x809b) | (user ? 0x60 : 0);
    cpu.setSegment(X.CS, code, 0n, codeLimit(entry, 0xffffffff), attributes);
    for (const n of [X.ES, X.SS, X.DS, X.FS, X.GS])
      cpu.setSegment(n, user ? S.userData : S.data32, 0n, 0xffffffffn, user ? 0xc0f3 : 0xc093);
  }
  cpu.setSegment(X.LDTR, S.ldt, BigInt(A.LDT), 0xffn, 0x82);
  cpu.setSegment(X.TR, S.tss, BigInt(A.TSS), 0x27fn, 0x8b);
  cpu.setField32(X.X_CPL, user ? 3 : 0);
  const iopl = random.pick([0, 0x3000]);
  cpu.setField(
    X.X_FLAGS,
    BigInt((v86 ? 0x20002 : 2) | iopl | (random.below(2) ? 0x200 : 0) | (random.below(16) ? 0 : 0x40000)),
  );
  cpu.setField(X.X_STAR, (BigInt(S.data32) << 48n) | (BigInt(long ? S.code64 : S.code32) << 32n));
  cpu.setField(X.X_LSTAR, BigInt(A.CODE + random.below(0x200)));
  cpu.setField(X.X_CSTAR, BigInt(A.CODE + random.below(0x200)));
  cpu.setField(X.X_SFMASK, BigInt(random.u32() & 0x47700));
  cpu.setField(X.X_SYSENTER_CS, BigInt(S.code32));
  cpu.setField(X.X_SYSENTER_EIP, BigInt(A.CODE + random.below(0x200)));
  cpu.setField(X.X_SYSENTER_ESP, BigInt(A.STACK0));
  cpu.setField(X.X_XCR0, 3n);
  cpu.setGpr("rsp", BigInt(user ? A.STACK3 : A.STACK0) & (bits === 16 ? 0xfff0n : -1n));
  cpu.setPc(BigInt(entry));
}
