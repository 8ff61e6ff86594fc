import { describe, expect, it } from "vitest";
import * as X from "../../../arch/x86/layout.js";
import { applyInitialCpu } from "./apply.js";
import { longMode } from "./cpu-state.js";
import { TestMemory } from "./testing.js";

describe("applyInitialCpu", () => {
  it("sets everything before it asks for the update", () => {
    const fields = new Map<number, bigint | number>();
    const gpr = new Map<string, bigint>();
    const segments = new Map<number, unknown[]>();
    let pc = 0n;
    let updated = false;
    const changing = () => expect(updated).toBe(false);
    applyInitialCpu(
      {
        setGpr: (name, value) => gpr.set(name, value),
        setPc: (value) => {
          pc = value;
        },
        setField: (slot, value) => {
          changing();
          fields.set(slot, value);
        },
        setField32: (slot, value) => {
          changing();
          fields.set(slot, value);
        },
        setSegment: (segment, ...rest) => {
          changing();
          segments.set(segment, rest);
        },
        update: () => {
          updated = true;
        },
      },
      longMode(new TestMemory(2 ** 20), { rip: 0x1000200, registers: { rsi: 0x10000 } }),
    );
    expect(updated).toBe(true);
    expect(pc).toBe(0x1000200n);
    expect(gpr.get("rsi")).toBe(0x10000n);
    expect(gpr.get("rax")).toBe(0n);
    expect(segments.get(X.CS)).toEqual([0x10, 0n, 0xffffffffn, 0xa09b]);
    expect(segments.get(X.TR)).toEqual([0x20, 0n, 0x67n, 0x8b]);
    expect(fields.get(X.X_CR0)).toBe(0x80000011n);
    expect(fields.get(X.X_EFER)).toBe(0x500n);
    expect(fields.get(X.X_GDT_LIMIT)).toBe(47);
    // MTRRs on, memory write-back
    expect(fields.get(X.X_MTRR_DEFAULT)).toBe(0xc06n);
  });
});
