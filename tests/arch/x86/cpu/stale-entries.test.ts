// What the TLB has of a page counts until it is flushed, whatever the page tables say by then: for accesses that have to be aligned (EFLAGS.AC), too.
// Both tiers have to agree, as a region looks at the TLB alone.

import { expect, it } from "vitest";
import * as X from "../../../../src/arch/x86/layout.js";
import { bareCpu, enterPaging, poke } from "../../../../testing/x86/bare.js";

const TABLES = 0x1000;
const CODE = 0x2000;
const FAR = 0x400000;
/** Present, writable, a program's, 4 MiB. */
const PAGE = 0x87;

const word = (value: number) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);

it.each([
  ["not checked", 0],
  ["checked", X.F_AC],
])("alignment %s", (_name, ac) => {
  const cpu = bareCpu();
  poke(cpu, TABLES, [...word(PAGE), ...word(FAR | PAGE)]);
  poke(cpu, FAR, word(5));
  const code = [
    // mov eax, [FAR]; mov [FAR], eax
    ...[0xa1, ...word(FAR), 0xa3, ...word(FAR)],
    // mov dword [TABLES + 4], 0
    ...[0xc7, 0x05, ...word(TABLES + 4), ...word(0)],
    // mov eax, [FAR]; add eax, eax; mov [FAR], eax; add dword [FAR], 7; mov ecx, [FAR]
    ...[0xa1, ...word(FAR), 0x01, 0xc0, 0xa3, ...word(FAR), 0x83, 0x05, ...word(FAR), 7, 0x8b, 0x0d, ...word(FAR)],
  ];
  // jmp $
  poke(cpu, CODE, [...code, 0xeb, 0xfe]);
  enterPaging(cpu, TABLES);
  cpu.setField(X.X_CR0, 0x80040011n);
  cpu.setField(X.X_CR4, 0x10n);
  cpu.setSegment(X.CS, 0x1b, 0n, 0xffffffffn, 0xc0fb);
  for (const n of [X.SS, X.DS, X.ES]) cpu.setSegment(n, 0x23, 0n, 0xffffffffn, 0xc0f3);
  cpu.setField32(X.X_CPL, 3);
  cpu.setField(X.X_FLAGS, BigInt(2 | ac));
  cpu.setPc(BigInt(CODE));
  cpu.update();
  expect(cpu.run(20)).toBe("budget");
  expect([cpu.pc, cpu.gpr("rcx")]).toEqual([BigInt(CODE + code.length), 17n]);
});
