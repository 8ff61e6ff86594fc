// Programs of the toy for tier 1, run beside the same ones interpreted; and a helper whose thread is as slow as a test wants it.

import { expect } from "vitest";
import type { Port } from "../../../src/base/port.js";
import { Compiler } from "../../../src/tier1/link/compiler.js";
import { CompilerHelper, type FromHelper, serveCompiler, type ToHelper } from "../../../src/tier1/link/helper.js";
import { RegionTier, type Tier1Host, type Tier1Options } from "../../../src/tier1/tier1.js";
import { MODULES_YOUNG } from "../../../src/tuning/engine.js";
import { Assembler, R0, R1, R2, R3, R4, R5, R6, R7 } from "../../../testing/toy/assembler.js";
import { ToyFrontend } from "../../../testing/toy/frontend.js";
import * as T from "../../../testing/toy/layout.js";
import { LAYOUTS, ToyMachine } from "../../../testing/toy/machine.js";

const CODE = 0x400000;
const DATA = 0x800000;
const HOT = 8;

export interface Lab {
  readonly machine: ToyMachine;
  readonly tier?: RegionTier;
}

/** A toy with the program at its start, in the system's mode or a program's; with options, tier 1. */
export function lab(
  program: Assembler,
  options?: Tier1Options,
  { host = (engine) => engine, user = false }: { host?: (engine: Tier1Host) => Tier1Host; user?: boolean } = {},
): Lab {
  let tier: RegionTier | undefined;
  const machine = new ToyMachine(
    LAYOUTS[1]!.ram,
    options &&
      ((engine) => {
        tier = new RegionTier(host(engine), { hotBlock: { system: HOT, user: HOT }, ...options });
        return tier;
      }),
  );
  machine.map(CODE, 4);
  machine.map(DATA, 4);
  machine.write(CODE, program.finish());
  machine.cpu.setField32(T.T_USER, user ? 1 : 0);
  machine.cpu.update();
  machine.start(CODE);
  return tier ? { machine, tier } : { machine };
}

/** Runs both in the same steps until the program halts or gives up, and compares at each; gives the machine with regions. */
export function compare(
  program: Assembler,
  steps: readonly number[],
  options: Tier1Options = { eager: true },
  between: (step: number, machine: ToyMachine) => void = () => {},
): Required<Lab> {
  const plain = lab(program);
  const fast = lab(program, options) as Required<Lab>;
  for (let k = 0; ; k++) {
    const budget = steps[k % steps.length]!;
    const exits = [plain, fast].map(({ machine }) => machine.cpu.run(budget));
    expect(fast.machine.state()).toBe(plain.machine.state());
    expect(exits[1]).toBe(exits[0]);
    if (exits[0] !== "budget") return fast;
    between(k, fast.machine);
  }
}

/** for (r1 = 0; r1 < n; r1++) DATA[0] += f(r1), with f in code of its own; `inside` is done in each turn. */
function calling(n: number, inside: (code: Assembler) => void): Assembler {
  const code = new Assembler(CODE).op("li", R6, DATA).op("li", R5, n).op("li", R1, 0).label("loop").op("mov", R0, R1);
  code.op("call", "f").op("ldw", R2, R6, 0).op("add", R2, R0).op("stw", R2, R6, 0).op("addi", R1, 1);
  inside(code);
  code.op("bltu", R1, R5, "loop").op("sys", R0, T.SYS_HALT);
  // Code is dropped by pieces of 64 bytes: this one's is not that of the loop.
  while ((code.here & 63) !== 0) code.op("nop");
  return code
    .label("f")
    .op("mov", R3, R0)
    .label("addend")
    .op("addi", R3, 3)
    .op("mul", R0, R3)
    .op("stw", R0, R6, 8)
    .op("ldw", R0, R6, 8)
    .op("jr", R7);
}

export const CALLS = (n: number): Assembler => calling(n, () => {});

/** Every 64th turn writes its number into an instruction of f. */
export const OVERWRITING = calling(4000, (code) =>
  code
    .op("mov", R0, R1)
    .op("li", R3, 1 << 26)
    .op("mul", R0, R3)
    .op("li", R3, 0)
    .op("bne", R0, R3, "over")
    .op("li", R2, "addend")
    .op("stb", R1, R2, 3)
    .label("over"),
);

/** n times: loads and a store in both pages around DATA + 0x1000, and across its start. */
export function acrossPages(n: number, before: (code: Assembler) => void): Assembler {
  const code = new Assembler(CODE)
    .op("li", R6, DATA + 0x1000)
    .op("li", R1, n)
    .op("li", R5, 0)
    .op("li", R4, DATA);
  before(code);
  return code
    .label("loop")
    .op("ldw", R0, R6, -8)
    .op("ldw", R2, R6, -2)
    .op("add", R0, R2)
    .op("add", R2, R1)
    .op("stw", R2, R6, -2)
    .op("ldw", R2, R6, 8)
    .op("add", R0, R2)
    .op("stw", R0, R4, 0)
    .op("addi", R1, -1)
    .op("bne", R1, R5, "loop")
    .op("sys", R0, T.SYS_HALT);
}

/** `count` loops of 40 turns, one after the other, once, or for ever. */
export function loops(count: number, forever = false): Assembler {
  const code = new Assembler(CODE).op("li", R5, 0).label("again");
  for (let k = 0; k < count; k++) {
    code.op("li", R1, 40).label(`loop${k}`).op("addi", R0, k).op("addi", R1, -1).op("bne", R1, R5, `loop${k}`);
  }
  return forever ? code.op("jmp", "again") : code.op("sys", R0, T.SYS_HALT);
}

/** More loops than there are to be modules, for ever. */
export const MANY_LOOPS = loops(MODULES_YOUNG + 50, true);
/** Instructions of MANY_LOOPS that make regions of all its loops and link them. */
export const ALL_LOOPS = 840_000;

/** A helper whose messages arrive when they are let through. */
export class SlowHelper {
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
    serveCompiler(this.thread, new Compiler(new ToyFrontend(), { shared: own.shared }));
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
