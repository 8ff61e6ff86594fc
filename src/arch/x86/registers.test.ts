import { expect, it } from "vitest";
import { S_HALTED, S_PC } from "../../layout/vcpu.js";
import type { StateReader } from "../arch.js";
import * as X from "./layout.js";
import { registerByName } from "./register-table.js";
import { registersText } from "./registers.js";

function state(values: [number, bigint][], flags = 0): StateReader {
  const map = new Map(values);
  return {
    u64: (slot) => map.get(slot) ?? 0n,
    u32: (slot) => Number((map.get(slot) ?? 0n) & 0xffffffffn),
    helper: () => BigInt(flags),
  };
}

const segment = (n: number, selector: bigint, base: bigint, limit: bigint, attr: bigint): [number, bigint][] => [
  [X.X_SEG + n * X.SEG_STRIDE + X.SEG_SEL, selector],
  [X.X_SEG + n * X.SEG_STRIDE + X.SEG_BASE, base],
  [X.X_SEG + n * X.SEG_STRIDE + X.SEG_LIMIT, limit],
  [X.X_SEG + n * X.SEG_STRIDE + X.SEG_ATTR, attr],
];

// Lines of QEMU 7.2's monitor for the same states.
it("shows real mode as QEMU does", () => {
  const text = registersText(
    state(
      [
        [X.RCX, 0xb79dn],
        [X.RSI, 0xb79dn],
        [X.RBP, 0xb79dn],
        [X.RSP, 0x6f94n],
        [S_PC, 0xb7b9n],
        [X.X_FLAGS, 0x202n],
        [X.X_DF, 1n],
        [S_HALTED, 1n],
        ...segment(X.CS, 0xf000n, 0xf0000n, 0xffffn, 0x9bn),
        [X.X_IDT_LIMIT, 0x3ffn],
        [X.X_CR0, 0x10n],
        [X.X_DR + 48, 0xffff0ff0n],
        [X.X_DR + 56, 0x400n],
        [X.X_FCW, 0x37fn],
        [X.X_FTAG, 0xffn],
        [X.X_MXCSR, 0x1f80n],
      ],
      0x44,
    ),
  );
  for (const line of [
    "EAX=00000000 EBX=00000000 ECX=0000b79d EDX=00000000",
    "ESI=0000b79d EDI=00000000 EBP=0000b79d ESP=00006f94",
    "EIP=0000b7b9 EFL=00000246 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=1",
    "CS =f000 000f0000 0000ffff 00009b00",
    "IDT=     00000000 000003ff",
    "CR0=00000010 CR2=00000000 CR3=00000000 CR4=00000000",
    "DR6=00000000ffff0ff0 DR7=0000000000000400",
    "EFER=0000000000000000",
    "FCW=037f FSW=0000 [ST=0] FTW=00 MXCSR=00001f80",
    "XMM06=0000000000000000 0000000000000000 XMM07=0000000000000000 0000000000000000",
  ]) {
    expect(text).toContain(`${line}\n`);
  }
  expect(text).not.toContain("XMM08");
});

it("shows 64-bit mode with segment kinds", () => {
  const text = registersText(
    state([
      [S_PC, 0xffffffff81000000n],
      [X.X_EFER, 0xd01n],
      [X.X_CR0, 0x80050033n],
      ...segment(X.CS, 0x10n, 0n, 0xffffffffn, 0xa09bn),
      ...segment(X.SS, 0x18n, 0n, 0xffffffffn, 0xc093n),
      ...segment(X.TR, 0x40n, 0xfffffe0000003000n, 0x206fn, 0x008bn),
    ]),
  );
  expect(text).toContain("RIP=ffffffff81000000 RFL=00000002 [-------] CPL=0");
  expect(text).toContain("CS =0010 0000000000000000 ffffffff 00a09b00 DPL=0 CS64 [-RA]\n");
  expect(text).toContain("SS =0018 0000000000000000 ffffffff 00c09300 DPL=0 DS   [-WA]\n");
  expect(text).toContain("TR =0040 fffffe0000003000 0000206f 00008b00 DPL=0 TSS64-busy\n");
  expect(text).toContain("XMM15=");
});

it("knows registers by name", () => {
  const cpu = state([
    [X.RSP, 0xffffc90000001234n],
    [X.X_GPR + 8 * 12, 5n],
    [X.X_CR3, 0x1000n],
  ]);
  expect(registerByName(cpu, "rsp")).toBe(0xffffc90000001234n);
  expect(registerByName(cpu, "esp")).toBe(0x1234n);
  expect(registerByName(cpu, "r12")).toBe(5n);
  expect(registerByName(cpu, "cr3")).toBe(0x1000n);
  expect(registerByName(cpu, "r16")).toBeUndefined();
  expect(registerByName(cpu, "eflags")).toBe(2n);
  expect(registerByName(cpu, "bogus")).toBeUndefined();
});
