// RDTSC: time goes on by the instructions between two looks at the host's clock, never back, and an access to a device is
// followed by a look. In both tiers.

import { describe, expect, it } from "vitest";
import * as X from "../../../../src/arch/x86/layout.js";
import type { Engine, Tier1 } from "../../../../src/engine/engine.js";
import { RegionTier } from "../../../../src/tier1/tier1.js";
import { TIME_LOOK_LEAST, TIME_LOOK_MOST } from "../../../../src/tuning/engine.js";
import { bareCpu, poke } from "../../../../testing/x86/bare.js";

const CODE = 0x7c00;
const eager = (engine: Engine): Tier1 => new RegionTier(engine, { eager: true });

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  /** Runs `code`, which ends with HLT, while the host's clock goes on by `step` with every look at it; the values of EAX at each OUT. */
  function run(code: readonly number[], step: number): { looks: number; seen: number[] } {
    let time = 1_000_000;
    let looks = 0;
    const seen: number[] = [];
    const now = (): number => {
      looks++;
      time += step;
      return time;
    };
    const cpu = bareCpu(
      { now, portWrite: (_port: number, _size: number, value: number) => void seen.push(value) },
      tier1 ? { tier1: eager } : {},
    );
    if (tier1) cpu.engine.memory.setHot(2);
    poke(cpu, CODE, code);
    cpu.setSegment(X.CS, 0, 0n, 0xffffn, 0x9b);
    cpu.setPc(BigInt(CODE));
    cpu.update();
    looks = 0;
    cpu.run(1_000_000);
    return { looks, seen };
  }

  it.each([
    ["a slow host", 1_000_000, TIME_LOOK_LEAST],
    ["a fast host", 10, TIME_LOOK_MOST],
    ["a clock that stands still", 0, TIME_LOOK_MOST],
  ])("goes on between looks at the clock of %s, and never back", (_host, step, interval) => {
    // mov bx, 20000; L: rdtsc; cmp eax, esi; jb wrong; mov esi, eax; dec bx; jnz L; out dx, eax; hlt; wrong: hlt
    const { looks, seen } = run(
      // prettier-ignore
      [
        0xbb, 0x20, 0x4e, 0x0f, 0x31, 0x66, 0x39, 0xf0, 0x72, 0x09, 0x66, 0x89, 0xc6, 0x4b, 0x75, 0xf3, 0x66, 0xef,
        0xf4, 0xf4,
      ],
      step,
    );
    expect(seen).toHaveLength(1);
    const insns = 20_000 * 6;
    expect(looks).toBeGreaterThan(insns / interval / 2);
    expect(looks).toBeLessThan((insns / interval) * 2);
  });

  it("is the host's after an access to a device", () => {
    // mov cx, 3; L: out dx, eax; rdtsc; out dx, eax; loop L; hlt
    const { looks } = run([0xb9, 0x03, 0x00, 0x66, 0xef, 0x0f, 0x31, 0x66, 0xef, 0xe2, 0xf8, 0xf4], 1000);
    expect(looks).toBe(3);
  });
});
