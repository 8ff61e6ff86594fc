import { describe, expect, it } from "vitest";
import type { StateReader } from "../arch.js";
import * as X from "./layout.js";
import { infoMem, infoTlb } from "./page-tables.js";

const memory = new Uint8Array(0x10000);

describe("page tables", () => {
  const read = (address: number, length: number) =>
    address + length <= memory.length ? memory.slice(address, address + length) : undefined;
  const put = (address: number, value: bigint) => new DataView(memory.buffer).setBigUint64(address, value, true);

  const cpu = (registers: { cr0: bigint; cr3?: bigint; cr4?: bigint; efer?: bigint }): StateReader => {
    const { cr0, cr3, cr4, efer } = registers;
    const slots = new Map([
      [X.X_CR0, cr0],
      [X.X_CR3, cr3],
      [X.X_CR4, cr4],
      [X.X_EFER, efer],
    ]);
    return { u64: (slot) => slots.get(slot) ?? 0n, u32: () => 0, helper: () => 0n };
  };

  it("says so while paging is off", () => {
    expect(infoMem(cpu({ cr0: 0x11n }), read)).toBe("PG disabled\n");
  });

  it("merges pages of equal protection in long mode, sign-extends, knows large pages", () => {
    memory.fill(0);
    put(0x1000, 0x2007n);
    put(0x1000 + 511 * 8, 0x8003n);
    put(0x2000, 0x3007n);
    put(0x8000 + 510 * 8, 0x3003n);
    put(0x3000, 0x4007n);
    put(0x3008, 0x2000e3n);
    put(0x4000, 0x8000000000000067n);
    put(0x4008, 0x5007n);
    put(0x4010, 0x6005n);
    const state = cpu({ cr0: 0x80000001n, cr3: 0x1000n, cr4: 0x20n, efer: 0x500n });
    expect(infoMem(state, read)).toBe(
      "0000000000000000-0000000000002000 0000000000002000 urw\n" +
        "0000000000002000-0000000000003000 0000000000001000 ur-\n" +
        "0000000000200000-0000000000400000 0000000000200000 -rw\n" +
        "ffffffff80000000-ffffffff80002000 0000000000002000 -rw\n" +
        "ffffffff80002000-ffffffff80003000 0000000000001000 -r-\n" +
        "ffffffff80200000-ffffffff80400000 0000000000200000 -rw\n",
    );
    expect(infoTlb(state, read).split("\n")[0]).toBe("0000000000000000: 0000000000000000 X--DA--UW");
  });

  it("walks two levels with 4 MiB pages", () => {
    memory.fill(0);
    const view = new DataView(memory.buffer);
    view.setUint32(0x1000, 0x2007, true);
    view.setUint32(0x1004, 0x400083, true);
    view.setUint32(0x2004, 0x9007, true);
    const state = cpu({ cr0: 0x80000001n, cr3: 0x1000n, cr4: 0x10n, efer: 0n });
    expect(infoMem(state, read)).toBe("00001000-00002000 00001000 urw\n00400000-00800000 00400000 -rw\n");
  });
});
