// Tier 1 in the real engine: the same programs interpreted and in regions, at every instruction count looked at.

import { describe, expect, it } from "vitest";
import { X86Cpu } from "../../../../src/arch/x86/cpu.js";
import * as X from "../../../../src/arch/x86/layout.js";
import type { Port } from "../../../../src/base/port.js";
import * as L from "../../../../src/layout/layout.js";
import type { LiveRegion } from "../../../../src/tier1/cache/live.js";
import type { FunctionBody } from "../../../../src/tier1/emit/code.js";
import { packRecipe, type Recipe, RecipeReader } from "../../../../src/tier1/form/recipe.js";
import type { Draft } from "../../../../src/tier1/form/region.js";
import { Compiler, type Linked } from "../../../../src/tier1/link/compiler.js";
import { CompilerHelper, type FromHelper, serveCompiler, type ToHelper } from "../../../../src/tier1/link/helper.js";
import { RegionTier, type Tier1Host, type Tier1Options } from "../../../../src/tier1/tier1.js";
import {
  MODULES_QUIET_NS,
  MODULES_YOUNG,
  REGION_UNUSED_INSNS,
  RETHINK_PATIENCE_NS,
} from "../../../../src/tuning/engine.js";
import { corpusParts } from "../../../../testing/x86/parts.js";

const CODE = 0x10000;
const DATA = 0x40000;
const STACK = 0x80000;
const HOT = 8;
const parts = corpusParts();

interface Machine {
  cpu: X86Cpu;
  tier?: RegionTier;
}

/** A CPU in flat 32-bit code without paging, at CODE, EBX = DATA. */
function machine(
  program: readonly number[],
  options?: Tier1Options,
  host: (engine: Tier1Host) => Tier1Host = (engine) => engine,
): Machine {
  let tier: RegionTier | undefined;
  const cpu = new X86Cpu({
    ...parts,
    ram: [{ address: 0, length: 2 << 20 }],
    hooks: {
      mmioRead: () => 0,
      mmioWrite: () => {},
      portRead: () => 0,
      portWrite: () => {},
      now: () => 0,
      acknowledge: () => -1,
      random: () => 0,
      guestCall: () => 0n,
    },
    ...(options
      ? {
          tier1: (engine) => {
            tier = new RegionTier(host(engine), { hotBlock: { system: HOT, user: HOT }, ...options });
            return tier;
          },
        }
      : {}),
  });
  const { memory, vcpu } = cpu.engine;
  vcpu.set(L.S_EXACT, 1);
  memory.u8.set(program, memory.physical.hostOf(CODE));
  for (const segment of [X.CS, X.SS, X.DS, X.ES])
    cpu.setSegment(segment, 8, 0n, 0xffffffffn, segment === X.CS ? 0xc09b : 0xc093);
  cpu.setField(X.X_CR0, 1n);
  cpu.update();
  cpu.setPc(BigInt(CODE));
  cpu.setGpr("rbx", BigInt(DATA));
  cpu.setGpr("rsp", BigInt(STACK));
  return tier ? { cpu, tier } : { cpu };
}

function state({ cpu }: Machine): string {
  const { memory, vcpu } = cpu.engine;
  const registers = Array.from({ length: 8 }, (_, k) => vcpu.get64(X.X_GPR + 8 * k).toString(16));
  const data = memory.u8.subarray(memory.physical.hostOf(DATA), memory.physical.hostOf(DATA) + 64).join();
  return [cpu.instructions, cpu.pc.toString(16), ...registers, data].join(" ");
}

/** Runs both in the same steps to the end and compares at each; gives the machine with regions. */
function compare(
  program: readonly number[],
  steps: readonly number[],
  options: Tier1Options = { eager: true },
  between: (step: number, engine: X86Cpu["engine"]) => void = () => {},
): Machine {
  const plain = machine(program);
  const fast = machine(program, options);
  for (let k = 0; ; k++) {
    const budget = steps[k % steps.length]!;
    const exits = [plain.cpu.run(budget), fast.cpu.run(budget)];
    expect(state(fast)).toBe(state(plain));
    expect(exits[1]).toBe(exits[0]);
    if (exits[0] === "halt") return fast;
    between(k, fast.cpu.engine);
  }
}

const i32 = (x: number) => [x & 0xff, (x >> 8) & 0xff, (x >> 16) & 0xff, (x >> 24) & 0xff];

/** for (ecx = 0; ecx < n; ecx++) [ebx] += f(ecx), f at offset 32. */
const CALLS = (n: number) => [
  0xb9,
  ...i32(0), // mov $0, %ecx
  0x89,
  0xc8, // 5: mov %ecx, %eax
  0xe8,
  ...i32(32 - 12), // call f
  0x01,
  0x03, // add %eax, (%ebx)
  0x41, // inc %ecx
  0x81,
  0xf9,
  ...i32(n), // cmp $n, %ecx
  0x72,
  5 - 23, // jb 5
  0xf4, // hlt
  ...new Array<number>(8).fill(0x90),
  0x6b,
  0xc0,
  3, // f: imul $3, %eax, %eax
  0x50, // push %eax
  0x5a, // pop %edx
  0x01,
  0xd0, // add %edx, %eax
  0xc3, // ret
];

/** The loop writes its counter's low byte into the multiplier of f. */
const OVERWRITING_LOOP = [
  0xb9,
  ...i32(0),
  0x89,
  0xc8,
  0xe8,
  ...i32(48 - 12),
  0x01,
  0x03,
  0x41,
  0xf6,
  0xc1,
  0x3f, // test $63, %cl
  0x75,
  6, // jne over the store
  0x88,
  0x0d,
  ...i32(CODE + 48 + 2), // mov %cl, f+2
  0x81,
  0xf9,
  ...i32(4000), // cmp
  0x72,
  5 - 34, // jb 5
  0xf4,
];
const OVERWRITING = [
  ...OVERWRITING_LOOP,
  ...new Array<number>(48 - OVERWRITING_LOOP.length).fill(0x90),
  ...CALLS(0).slice(32),
];

/** n times: loads and a store in both pages around DATA + 0x1000, and across its start. */
const STRADDLING = (n: number, before: readonly number[]) => [
  0xb9,
  ...i32(n), // mov $n, %ecx
  0xbe,
  ...i32(DATA + 0x1000), // mov $edge, %esi
  ...before,
  0x8b,
  0x46,
  0xf8, // 10: mov -8(%esi), %eax
  0x03,
  0x46,
  0xfe, // add -2(%esi), %eax
  0x01,
  0x4e,
  0xfe, // add %ecx, -2(%esi)
  0x03,
  0x46,
  0x08, // add 8(%esi), %eax
  0x01,
  0x03, // add %eax, (%ebx)
  0x49, // dec %ecx
  0x75,
  10 - 27, // jne 10
  0xf4, // hlt
];

const loops = Array.from({ length: MODULES_YOUNG + 50 }, (_, k) => [
  0xb9,
  ...i32(40), // mov $40, %ecx
  0x83,
  0x03,
  k & 0x7f, // add $k, (%ebx)
  0x49, // dec %ecx
  0x75,
  0xfa, // jne to the addition
]).flat();
/** More loops than there are to be modules, for ever. */
const MANY_LOOPS = [...loops, 0xe9, ...i32(-(loops.length + 5))];

describe("tier 1", () => {
  it("agrees with tier 0 wherever a run stops", () => {
    const { tier } = compare(CALLS(3000), [1, 7, 100, 1, 1, 33, 5000]);
    expect(tier!.statistics.made).toBeGreaterThan(0);
  });

  it("spends nearly all instructions in regions", () => {
    const { cpu } = compare(CALLS(20000), [50_000]);
    expect(cpu.engine.inRegions).toBeGreaterThan(0.95 * cpu.instructions);
  });

  it("makes them of a system's code and of programs' after different numbers of executions", () => {
    const hot = (system: number, user: number): number =>
      compare(CALLS(3000), [50_000], { eager: true, hotBlock: { system, user } }).tier!.statistics.made;
    expect(hot(1000, 1e9)).toBeGreaterThan(0);
    expect(hot(4000, 1)).toBe(0);
  });

  it("drops a region when its code is written, and makes another", () => {
    const { tier } = compare(OVERWRITING, [1000]);
    expect(tier!.statistics.killed).toBeGreaterThan(5);
    expect(tier!.statistics.regions).toBeLessThan(10);
  });

  it("keeps few modules and stays within its limit of code", () => {
    // 200 loops of 40 rounds, one after the other, four times.
    const loops: number[] = [];
    for (let k = 0; k < 200; k++) loops.push(0xb9, ...i32(40), 0x83, 0x03, k & 0x7f, 0x49, 0x75, 0xfa);
    const program = [0xbe, ...i32(4), ...loops, 0x4e, 0x0f, 0x85, ...i32(-(loops.length + 7)), 0xf4];
    const codeBytes = 20_000;
    const { tier } = compare(program, [500], { eager: true, codeBytes });
    expect(tier!.statistics.made).toBeGreaterThan(150);
    expect(tier!.statistics.evicted).toBeGreaterThan(0);
    // One region too many has not been noticed yet at the end. All are as large as one another, and each has a module here.
    const { bytes, regions, modules } = tier!.statistics;
    expect(bytes).toBeLessThan(codeBytes + (2 * bytes) / regions);
    expect(regions).toBeLessThan(codeBytes / 450);
    expect(modules).toBeLessThanOrEqual(regions);
  });

  it("links small modules into one when there are many", () => {
    const { cpu, tier } = machine(MANY_LOOPS, { eager: true });
    for (let k = 0; k < 840; k++) cpu.run(1000);
    expect(tier!.statistics.made).toBeGreaterThan(MODULES_YOUNG);
    expect(tier!.statistics.consolidations).toBeGreaterThan(0);
    expect(tier!.statistics.modules).toBeLessThan(MODULES_YOUNG);
    const plain = machine(MANY_LOOPS);
    plain.cpu.run(840_000);
    expect(state({ cpu })).toBe(state(plain));
  });

  it("leaves out of a larger module what has not been entered for long", () => {
    let seconds = 0;
    let skipped = 0;
    const { cpu, tier } = machine(MANY_LOOPS, { eager: true, now: () => seconds * 1e9 }, (engine) =>
      Object.create(engine, { instructions: { get: () => engine.instructions + skipped } }),
    );
    while (tier!.statistics.modules < 100) cpu.run(100);
    const { regions } = tier!.statistics;
    // It looks at what is used.
    seconds = 1;
    cpu.run(1);
    skipped = REGION_UNUSED_INSNS;
    cpu.run(100);
    // Quiet is when nothing has been made for long.
    seconds += MODULES_QUIET_NS / 1e9 + 1;
    cpu.run(1);
    expect(tier!.statistics.consolidations).toBe(1);
    expect(tier!.statistics.evicted).toBeGreaterThan(regions - 5);
    cpu.run(100_000);
    expect(tier!.statistics.made).toBeGreaterThan(200);
  });

  it("lets regions wait for a module they share", () => {
    const { tier } = compare(CALLS(5000), [1000], {});
    expect(tier!.statistics.made).toBeGreaterThan(0);
    expect(tier!.statistics.modules).toBeLessThanOrEqual(tier!.statistics.made);
  });
});

it.each([
  ["in the middle of a block", []],
  ["at its start", [0xeb, 0]], // jmp to the next instruction
])("does accesses in several pages within a region once they have kept leaving it, %s", (_, before) => {
  let now = 0;
  const entries: number[] = [];
  const n = 200_000;
  const { tier, cpu } = compare(STRADDLING(n, before), [300_000], { eager: true, now: () => now }, (_, { vcpu }) => {
    now += RETHINK_PATIENCE_NS;
    entries.push(Number(vcpu.stat(L.STAT_T1_ENTRIES)));
  });
  expect(tier!.statistics.rethought).toBeGreaterThan(0);
  // At first every turn of the loop left it.
  expect(entries[0]).toBeGreaterThan(30_000);
  expect(entries.at(-1)! - entries.at(-2)!).toBeLessThan(100);
  expect(cpu.engine.inRegions).toBeGreaterThan(0.5 * cpu.instructions);
});

/** A helper whose messages arrive when they are let through. */
class SlowHelper {
  private readonly mail: (() => void)[] = [];
  private readonly posted = new Map<string, number>();
  private readonly machine: Port<ToHelper, FromHelper> = this.port((message) => this.thread.onMessage?.(message));
  private readonly thread: Port<FromHelper, ToHelper> = this.port((message) => this.machine.onMessage?.(message));

  private port<Out, In>(arrive: (message: Out) => void): Port<Out, In> {
    return {
      onMessage: undefined,
      onFailure: undefined,
      post: (message) => {
        const { type } = message as ToHelper | FromHelper;
        this.posted.set(type, this.sent(type) + 1);
        this.mail.push(() => arrive(message));
      },
      close: () => {},
    };
  }

  /** The first message to come says that the thread is ready. */
  connect(own: Compiler): CompilerHelper {
    const client = new CompilerHelper(this.machine, own);
    serveCompiler(this.thread, new Compiler(parts.frontend, { shared: own.shared }));
    return client;
  }

  /** Ready from the start. */
  readonly helper = (own: Compiler): CompilerHelper => {
    const client = this.connect(own);
    this.deliver(1);
    return client;
  };

  /** Messages of a kind so far. */
  sent(type: string): number {
    return this.posted.get(type) ?? 0;
  }

  /** Lets so many messages through. */
  deliver(most: number): void {
    for (const arrive of this.mail.splice(0, most)) arrive();
  }

  fail(): void {
    this.mail.length = 0;
    this.machine.onFailure?.("gone");
  }
}

describe("with a helper in another thread", () => {
  it("goes on while regions are made, and uses them when they come", () => {
    const slow = new SlowHelper();
    const { tier, cpu } = compare(CALLS(3000), [100], { eager: true, helper: slow.helper }, () => slow.deliver(1));
    expect(tier!.statistics.modules).toBeGreaterThan(0);
    expect(cpu.engine.inRegions).toBeGreaterThan(0.5 * cpu.instructions);
  });

  it("drops what comes when its code has been overwritten meanwhile", () => {
    const slow = new SlowHelper();
    const { tier } = compare(OVERWRITING, [1000], { eager: true, helper: slow.helper }, (step) =>
      slow.deliver(step % 4),
    );
    expect(tier!.statistics.made).toBeGreaterThan(5);
    expect(tier!.statistics.regions).toBeLessThan(10);
  });

  it("makes the same code there as here", () => {
    const there = new Compiler(parts.frontend, { shared: false });
    const reader = new RecipeReader(there.decoder);
    const made: { region: LiveRegion; body: FunctionBody }[] = [];
    compare(OVERWRITING, [1000], {
      eager: true,
      onRegion: (draft, region) => made.push({ region, body: there.emit(reader.read(packRecipe(draft))) }),
    });
    expect(made.length).toBeGreaterThan(5);
    for (const { region, body } of made) expect(body).toEqual(region.code);
  });

  it("is told there which blocks straddle pages", () => {
    const reader = new RecipeReader(new Compiler(parts.frontend, { shared: false }).decoder);
    const straddles = (draft: Draft) => draft.blocks.map((b) => b.straddles);
    const chosen: ReturnType<typeof straddles>[] = [];
    let now = 0;
    compare(
      STRADDLING(200_000, []),
      [300_000],
      {
        eager: true,
        now: () => now,
        onRegion: (draft) => {
          chosen.push(straddles(draft));
          expect(straddles(reader.read(packRecipe(draft)))).toEqual(chosen.at(-1));
        },
      },
      () => {
        now += RETHINK_PATIENCE_NS;
      },
    );
    expect(chosen.flat()).toContain(true);
    expect(chosen.flat()).toContain(false);
  });

  it("links what was made here before the thread was ready with what was made there", () => {
    const recipes: Recipe[] = [];
    compare(OVERWRITING, [1000], { eager: true, onRegion: (draft) => recipes.push(packRecipe(draft)) });
    const here = new Compiler(parts.frontend, { shared: false });
    const reader = new RecipeReader(here.decoder);
    const draft = (k: number) => reader.read(recipes[k]!);
    const slow = new SlowHelper();
    const client = slow.connect(here);
    const first = client.emit(draft(0));
    slow.deliver(1);
    const second = client.emit(draft(1));
    expect([typeof first, typeof second]).toEqual(["object", "number"]);
    let linked: Linked | undefined;
    client.link([second, first], (result) => {
      linked = result;
    });
    expect(linked).toBeUndefined();
    // To the thread, and its answer.
    slow.deliver(2);
    slow.deliver(1);
    expect(linked!.sizes).toEqual([1, 0].map((k) => here.emit(draft(k)).bytes.length));
    expect(WebAssembly.Module.exports(linked!.module).map(({ name }) => name)).toEqual(["0", "1"]);
  });

  it("links small modules into one there, and lets go of functions no longer used", () => {
    const slow = new SlowHelper();
    const { cpu, tier } = machine(MANY_LOOPS, { eager: true, helper: slow.helper });
    for (let k = 0; k < 840; k++) {
      cpu.run(1000);
      slow.deliver(10);
    }
    const { made, regions, consolidations } = tier!.statistics;
    expect(consolidations).toBeGreaterThan(0);
    expect(slow.sent("emit")).toBe(made);
    expect(slow.sent("forget")).toBe(made - regions);
    expect(cpu.engine.inRegions).toBeGreaterThan(0.5 * cpu.instructions);
  });

  it("makes regions anew that cannot be linked again since the helper is gone", () => {
    const slow = new SlowHelper();
    const { cpu, tier } = machine(MANY_LOOPS, { eager: true, helper: slow.helper });
    for (let k = 0; k < 840; k++) {
      cpu.run(1000);
      slow.deliver(10);
      if (tier!.statistics.modules === 50) slow.fail();
    }
    const { made, madeBeside, consolidations, regions } = tier!.statistics;
    expect(madeBeside).toBeLessThan(made);
    expect(consolidations).toBeGreaterThan(0);
    expect(regions).toBeGreaterThan(MODULES_YOUNG);
  });

  it("makes regions itself when the helper is gone", () => {
    const slow = new SlowHelper();
    const { tier } = compare(OVERWRITING, [1000], { eager: true, helper: slow.helper }, (step) => {
      if (step === 10) slow.fail();
      slow.deliver(2);
    });
    expect(tier!.awaiting).toBe(false);
    expect(tier!.statistics.killed).toBeGreaterThan(5);
  });
});
