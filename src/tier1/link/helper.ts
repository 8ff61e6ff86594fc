// A compiler off-thread: the CPU goes on while regions are made. Drafts are sent as they are chosen. The functions stay in the helper, to
// be linked again into larger modules, and only modules come back. Modules go on working when the helper is gone.

import type { Port } from "../../base/port.js";
import type { FunctionBody } from "../emit/code.js";
import { packRecipe, type Recipe, RecipeReader } from "../form/recipe.js";
import type { Draft } from "../form/region.js";
import { Baseline } from "./baseline.js";
import type { Compiler, Linked, RegionCode, RegionCompiler } from "./compiler.js";

export type ToHelper =
  | { type: "emit"; number: number; recipe: Recipe }
  | { type: "link"; codes: readonly RegionCode[] }
  | { type: "forget"; number: number };

export type FromHelper =
  | { type: "ready" }
  /** Answers "link"s in their order. */
  | { type: "linked"; linked: Linked };

/** The machine's end. Until the thread is ready, and when it has failed, `own` does the work. */
export class CompilerHelper implements RegionCompiler {
  private ready = false;
  private next = 0;
  private readonly jobs: ((linked: Linked | undefined) => void)[] = [];

  constructor(
    private readonly port: Port<ToHelper, FromHelper>,
    private readonly own: Compiler,
  ) {
    port.onMessage = (message) => this.receive(message);
    port.onFailure = () => this.fail();
  }

  emit(draft: Draft): RegionCode {
    if (!this.ready) return this.own.emit(draft);
    const number = this.next++;
    this.port.post({ type: "emit", number, recipe: packRecipe(draft) });
    return number;
  }

  link(codes: readonly RegionCode[], done: (linked: Linked | undefined) => void): void {
    if (this.ready) {
      this.jobs.push(done);
      this.port.post({ type: "link", codes });
    } else if (codes.some((code) => typeof code === "number")) done(undefined);
    else this.own.link(codes, done);
  }

  forget(code: RegionCode): void {
    if (this.ready && typeof code === "number") this.port.post({ type: "forget", number: code });
  }

  close(): void {
    this.port.close();
  }

  private receive(message: FromHelper): void {
    if (message.type === "ready") this.ready = true;
    else this.jobs.shift()!(message.linked);
  }

  private fail(): void {
    this.ready = false;
    for (const done of this.jobs.splice(0)) done(undefined);
  }
}

/** The thread's end: answers with what `compiler` makes. */
export function serveCompiler(port: Port<FromHelper, ToHelper>, compiler: Compiler): void {
  const reader = new RecipeReader(compiler.decoder);
  const kept = new Map<number, FunctionBody>();
  const baseline = tryBaseline(compiler.shared);
  port.onMessage = (message) => {
    switch (message.type) {
      case "emit":
        kept.set(message.number, compiler.emit(reader.read(message.recipe)));
        return;
      case "forget":
        kept.delete(message.number);
        return;
      case "link": {
        const bodies = message.codes.map((code) => (typeof code === "number" ? kept.get(code)! : code));
        compiler.link(bodies, (linked) => {
          port.post({ type: "linked", linked });
          baseline?.compile(linked.module, linked.imports);
        });
      }
    }
  };
  port.post({ type: "ready" });
}

/** Undefined where the host has no room for its memory: the machine's thread does that work then. */
function tryBaseline(shared: boolean): Baseline | undefined {
  try {
    return new Baseline(shared);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
