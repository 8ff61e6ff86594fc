// The host's end of the connection to the agent in a guest: commands under way by their numbers. A guest is hostile: what is no frame, or
// of no command there is, ends the connection or is passed over; the next command begins a new one.

import { MachineError } from "../../../machine/host.js";
import { stageError } from "./errors.js";
import * as p from "./protocol.js";
import type { Request } from "./request.js";
import { Run, type RunResult } from "./run.js";

/** Commands under way at once; more wait. */
const MOST_RUNS = 256;
/** Bytes on their way to the guest that its port has not taken. */
const WINDOW = 1 << 18;

export interface AgentPort {
  send(bytes: Uint8Array): void;
  /** Waits with what is asked for until the guest has the port open; ends as an error for whom that takes too long. */
  waiting(waits: boolean): void;
}

export interface RunOptions {
  readonly most: number;
  readonly signal?: AbortSignal | undefined;
}

export class Agent {
  private readonly reader = new p.FrameReader();
  /** By their ids. */
  private readonly runs = new Map<number, Run>();
  /** Not begun. */
  private queue: Run[] = [];
  private outbox: Uint8Array[] = [];
  private unaccepted = 0;
  private nextId = 1;
  private state: "closed" | "open" | "greeting" | "ready" = "closed";
  private over: MachineError | undefined;
  private waits = false;

  constructor(private readonly port: AgentPort) {}

  /** Runs a command, or does work with files. Rejects with MachineError. */
  run(request: Request, { most, signal }: RunOptions): Promise<RunResult> {
    return new Promise((resolve, reject) => {
      if (this.over) throw this.over;
      signal?.throwIfAborted();
      const stop = (): void => this.abort(run, signal!.reason);
      const done = <T>(then: (value: T) => void) => {
        return (value: T): void => {
          signal?.removeEventListener("abort", stop);
          then(value);
        };
      };
      const run = new Run(request, done(resolve), done(reject), most);
      signal?.addEventListener("abort", stop);
      this.queue.push(run);
      this.goOn();
    });
  }

  // ---- what the machine says -----------------------------------------------------------------------------------------------

  /** The guest has opened or closed its end. */
  opened(open: boolean): void {
    this.outbox = [];
    this.unaccepted = 0;
    if (this.state !== "closed") this.drop("the agent in the guest has gone");
    this.state = open ? "open" : "closed";
    this.goOn();
  }

  received(bytes: Uint8Array): void {
    if (this.state !== "greeting" && this.state !== "ready") return;
    try {
      this.reader.read(bytes, (frame) => this.take(frame));
    } catch (error) {
      if (!(error instanceof p.ProtocolError)) throw error;
      this.broken(error.message);
    }
  }

  /** The machine has taken so many bytes. */
  accepted(count: number): void {
    this.unaccepted -= count;
    this.flush();
  }

  /** There is, or will be, no agent: all commands end so. */
  giveUp(error: MachineError, forGood = false): void {
    if (forGood) this.over = error;
    const all = [...this.runs.values(), ...this.queue];
    this.runs.clear();
    this.queue = [];
    for (const run of all) run.reject(error);
    this.wait(false);
  }

  // ---- commands ------------------------------------------------------------------------------------------------------------

  private goOn(): void {
    this.wait(this.state !== "ready" && this.queue.length > 0);
    if (this.state === "open" && this.queue.length > 0) this.greet();
    while (this.state === "ready" && this.queue.length > 0 && this.runs.size < MOST_RUNS)
      this.begin(this.queue.shift()!);
    this.flush();
  }

  /** Said once: it is counted from then how long is waited. */
  private wait(waits: boolean): void {
    if (waits === this.waits) return;
    this.waits = waits;
    this.port.waiting(waits);
  }

  private greet(): void {
    const nonce = crypto.getRandomValues(new Uint8Array(p.NONCE));
    this.state = "greeting";
    this.reader.expect(nonce);
    this.send(p.greeting(nonce));
  }

  private begin(run: Run): void {
    run.id = this.nextId;
    this.nextId = (this.nextId % 0xffffffff) + 1;
    this.runs.set(run.id, run);
    const { bytes } = run.request;
    for (let at = 0; at < bytes.length; at += p.MOST_PAYLOAD) {
      const more = at + p.MOST_PAYLOAD < bytes.length;
      this.send(p.frame(p.EXEC, run.id, bytes.subarray(at, at + p.MOST_PAYLOAD), more ? p.FLAG_MORE : 0));
    }
    this.sendInput(run);
  }

  private sendInput(run: Run): void {
    for (const bytes of run.input()) this.send(bytes);
  }

  private abort(run: Run, reason: unknown): void {
    this.queue = this.queue.filter((other) => other !== run);
    if (this.runs.delete(run.id)) this.send(p.frame(p.KILL, run.id, new Uint8Array(0)));
    run.reject(reason);
    this.goOn();
  }

  private take({ type, id, payload }: p.Frame): void {
    if (type === p.WELCOME) {
      this.welcome(payload);
      return;
    }
    const run = this.runs.get(id);
    // Of one that was given up.
    if (!run) return;
    const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
    const words = (count: number): number[] => {
      if (payload.length !== 4 * count) throw new p.ProtocolError(`a frame of type ${type} has another length`);
      return Array.from({ length: count }, (_, n) => view.getUint32(4 * n, true));
    };
    switch (type) {
      case p.OUTPUT:
      case p.ERRORS:
        if (!run.wrote(payload, type === p.ERRORS)) this.abort(run, tooMuch());
        return;
      case p.TAKEN:
        if (!run.took(words(1)[0]!)) throw new p.ProtocolError("it has taken more than it was sent");
        this.sendInput(run);
        return;
      case p.EXITED: {
        const [code, signal, timedOut] = words(3);
        this.end(run);
        run.ended(code!, signal!, timedOut !== 0);
        break;
      }
      case p.FAILED: {
        const [stage, error] = words(2);
        this.end(run);
        run.reject(stageError(stage!, error!));
        break;
      }
      default:
        throw new p.ProtocolError(`there is no frame of type ${type}`);
    }
    this.goOn();
  }

  private welcome(payload: Uint8Array): void {
    if (this.state !== "greeting") throw new p.ProtocolError("it greets again");
    if (payload[p.NONCE] !== p.VERSION) {
      this.state = "open";
      const version = payload[p.NONCE];
      this.giveUp(
        agentError(`the agent in the guest speaks version ${version} of the protocol, and this host ${p.VERSION}`),
      );
      return;
    }
    this.state = "ready";
    this.goOn();
  }

  private end(run: Run): void {
    this.runs.delete(run.id);
  }

  private broken(why: string): void {
    this.state = "open";
    this.outbox = [];
    this.drop(`the agent in the guest does not keep to the protocol (${why})`);
    this.goOn();
  }

  private drop(why: string): void {
    const runs = [...this.runs.values()];
    this.runs.clear();
    for (const run of runs) run.reject(agentError(`${why}; what became of the command is not known`));
  }

  // ---- bytes ---------------------------------------------------------------------------------------------------------------

  private send(bytes: Uint8Array): void {
    this.outbox.push(bytes);
    this.flush();
  }

  private flush(): void {
    while (this.outbox.length > 0 && this.unaccepted < WINDOW) {
      const bytes = this.outbox.shift()!;
      this.unaccepted += bytes.length;
      this.port.send(bytes);
    }
  }
}

export function agentError(message: string): MachineError {
  return new MachineError(message, { code: "ERR_AGENT" });
}

function tooMuch(): MachineError {
  return new MachineError("the command wrote more than maxOutput allows, and was killed", { code: "ERR_GUEST" });
}
