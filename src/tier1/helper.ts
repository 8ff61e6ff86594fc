// A compiler in another thread: the CPU goes on while regions are made. Drafts are sent as they are chosen; the functions
// stay there until they are linked, and come back with their module, so that nothing but unfinished work is lost with the thread.

import type { FunctionBody } from "./code.js";
import type { Compiler, Linked, RegionCode, RegionCompiler } from "./compiler.js";
import { packRecipe, type Recipe, RecipeReader } from "./recipe.js";
import type { Draft } from "./region.js";

export type ToHelper =
  | { type: "emit"; number: number; recipe: Recipe }
  | { type: "link"; codes: readonly RegionCode[] };

export type FromHelper =
  | { type: "ready" }
  /** Answers "link"s in their order. `bodies`: those of the functions named by numbers. */
  | { type: "linked"; module: WebAssembly.Module; imports: readonly string[]; bodies: readonly FunctionBody[] };

/** One end of a connection to a thread. */
export interface HelperPort<Out, In> {
  onMessage: ((message: In) => void) | undefined;
  /** The thread cannot be had, or has failed. */
  onFailure: ((message: string) => void) | undefined;
  post(message: Out): void;
  close(): void;
}

interface Job {
  readonly codes: readonly RegionCode[];
  readonly done: (linked: Linked | undefined) => void;
}

/** The machine's end. Until the thread is ready, and when it has failed, `own` does the work. */
export class CompilerHelper implements RegionCompiler {
  private ready = false;
  private next = 0;
  private readonly jobs: Job[] = [];

  constructor(
    private readonly port: HelperPort<ToHelper, FromHelper>,
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
      this.jobs.push({ codes, done });
      this.port.post({ type: "link", codes });
    } else if (codes.some((code) => typeof code === "number")) done(undefined);
    else this.own.link(codes, done);
  }

  close(): void {
    this.port.close();
  }

  private receive(message: FromHelper): void {
    if (message.type === "ready") {
      this.ready = true;
      return;
    }
    const { codes, done } = this.jobs.shift()!;
    const { module, imports } = message;
    let k = 0;
    const bodies = codes.map((code) => (typeof code === "number" ? message.bodies[k++]! : code));
    done({ module, imports, bodies });
  }

  private fail(): void {
    this.ready = false;
    for (const { done } of this.jobs.splice(0)) done(undefined);
  }
}

/** The thread's end: answers with what `compiler` makes. */
export function serveCompiler(port: HelperPort<FromHelper, ToHelper>, compiler: Compiler): void {
  const reader = new RecipeReader(compiler.decoder);
  const waiting = new Map<number, FunctionBody>();
  port.onMessage = (message) => {
    if (message.type === "emit") {
      waiting.set(message.number, compiler.emit(reader.read(message.recipe)));
      return;
    }
    const { codes } = message;
    const numbers = codes.filter((code) => typeof code === "number");
    const bodies = codes.map((code) => (typeof code === "number" ? waiting.get(code)! : code));
    compiler.link(bodies, ({ module, imports }) => {
      port.post({ type: "linked", module, imports, bodies: numbers.map((number) => waiting.get(number)!) });
    });
    for (const number of numbers) waiting.delete(number);
  };
  port.post({ type: "ready" });
}
