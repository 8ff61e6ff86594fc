// The remote control of a machine in another thread.

import type { Port } from "../../base/port.js";
import { Emitter } from "../../machine/emitter.js";
import { MachineError } from "../../machine/host.js";
import type { Machine, MachineConsole, MachineEvents, MachineExit, MachineState } from "../api.js";
import { receivedError } from "../errors.js";
import type { ChannelName, CreateMessage, FromMachine, ToMachine } from "../messages.js";
import type { ExecOptions, ExecResult, MachineFiles, MachineShell } from "../services.js";
import { Agent, agentError } from "./agent/agent.js";
import { execute } from "./agent/exec.js";
import { AgentFiles } from "./agent/files.js";
import { ClientDrives } from "./drives.js";
import { RemoteFolders } from "./folders.js";
import { HeardPromise } from "./heard.js";
import { MachineServices } from "./services.js";
import { ConsoleShell } from "./shell.js";
import { RemoteStates } from "./states.js";
import { ChannelStreams } from "./streams.js";

/** Sizes are 16 bits wide in termios and in virtio's console. */
const LARGEST_TERMINAL = 1 << 16;

function later(milliseconds: number, action: () => void): () => void {
  const timer = setTimeout(action, milliseconds);
  return () => clearTimeout(timer);
}

export class MachineClient extends MachineServices implements Machine {
  override readonly console: MachineConsole & ChannelStreams;
  readonly monitor: ChannelStreams;
  readonly drives: ClientDrives = new ClientDrives((message) => this.post(message));
  readonly files: MachineFiles;
  readonly folders: RemoteFolders;
  private readonly states = new RemoteStates((call) => this.post({ type: "save", call }));
  private readonly agent: Agent;
  private readonly consoleShell: ConsoleShell;
  private readonly consoleListeners = new Set<(bytes: Uint8Array) => void>();
  readonly finished: HeardPromise<MachineExit>;
  private readonly events = new Emitter<MachineEvents>();
  private readonly started: HeardPromise<void>;
  private current: MachineState = "loading";
  private over = false;
  private keeps = false;
  private resolveStarted!: () => void;
  private rejectStarted!: (error: Error) => void;
  private resolveFinished!: (exit: MachineExit) => void;
  private rejectFinished!: (error: Error) => void;

  constructor(
    private readonly port: Port<ToMachine, FromMachine>,
    create: CreateMessage,
    /** Tells the user of a failure that nobody else hears of. */
    private readonly say: (sentence: string) => void,
  ) {
    super();
    this.finished = new HeardPromise((resolve, reject) => {
      this.resolveFinished = resolve;
      this.rejectFinished = reject;
    });
    this.started = new HeardPromise((resolve, reject) => {
      this.resolveStarted = resolve;
      this.rejectStarted = reject;
    });
    // A failure reaches whoever waits, and the listeners of "error"; nobody has to do both.
    this.finished.quiet();
    this.started.quiet();
    this.console = Object.assign(this.channel("console"), {
      resize: (columns: number, rows: number) => this.resize(columns, rows),
    });
    this.monitor = this.channel("monitor");
    this.agent = new Agent({
      send: (bytes) => this.post({ type: "input", channel: "agent", bytes }),
      waiting: (waits) => this.post({ type: "waiting", waits }),
    });
    this.files = new AgentFiles(this.agent);
    this.folders = new RemoteFolders({
      send: (call, request) => this.post({ type: "folder", call, request }),
      later,
    });
    this.consoleShell = new ConsoleShell({
      type: (text) => this.console.type(new TextEncoder().encode(text)),
      listen: (hear) => this.listen(hear),
      later,
    });
    port.onMessage = (message) => this.receive(message);
    port.onFailure = (message) => this.fail(new MachineError(message, { code: "ERR_WORKER" }));
    port.post(create);
  }

  get state(): MachineState {
    return this.current;
  }

  on<Name extends keyof MachineEvents>(name: Name, listener: (event: MachineEvents[Name]) => void): () => void {
    return this.events.on(name, listener);
  }

  start(): Promise<void> {
    this.post({ type: "start" });
    return this.started;
  }

  pause(): void {
    this.post({ type: "pause" });
  }

  resume(): void {
    this.post({ type: "resume" });
  }

  reset(): void {
    this.post({ type: "reset" });
  }

  powerDown(): void {
    this.post({ type: "powerDown" });
  }

  exec(command: string | readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    return execute(this.agent, command, options);
  }

  shell(): MachineShell {
    return this.consoleShell;
  }

  saveState(): Promise<ReadableStream<Uint8Array>> {
    return this.states.save();
  }

  dispose(): void {
    this.end({ status: 0, reason: "disposed" });
  }

  /** The page is left, but a browser may keep it, and its workers, for a while: others could not use what the machine keeps. */
  leave(): void {
    if (this.keeps) this.dispose();
  }

  private resize(columns: number, rows: number): void {
    const isSize = (count: number): boolean => Number.isInteger(count) && count > 0 && count < LARGEST_TERMINAL;
    if (!isSize(columns) || !isSize(rows)) throw new RangeError(`${columns} columns and ${rows} rows are no size`);
    this.post({ type: "resize", columns, rows });
  }

  private channel(channel: "console" | "monitor"): ChannelStreams {
    return new ChannelStreams({
      input: (bytes) => this.post({ type: "input", channel, bytes }),
      taken: (count) => this.post({ type: "taken", channel, count }),
    });
  }

  private post(message: ToMachine): void {
    if (!this.over) this.port.post(message);
  }

  private receive(message: FromMachine): void {
    if (this.over) return;
    switch (message.type) {
      case "progress":
        this.events.emit("progress", message.progress);
        break;
      case "started":
        this.resolveStarted();
        break;
      case "keeps":
        this.keeps = true;
        break;
      case "state":
        this.setState(message.state);
        break;
      case "reset":
        this.events.emit("reset", message.cause);
        break;
      case "output":
        this.arrived(message.channel, message.bytes);
        break;
      case "accepted":
        this[message.channel].accepted(message.count);
        break;
      case "folder":
        this.folders.answered(message.call, message.answer);
        break;
      case "folderRefused":
        this.folders.refused(message.call, receivedError(message.error));
        break;
      case "saved":
        this.states.arrived(message.call, message.bytes);
        break;
      case "saveRefused":
        this.states.refused(message.call, receivedError(message.error));
        break;
      case "agent":
        this.agent.opened(message.open);
        break;
      case "agentMissing":
        this.agent.giveUp(agentError(message.message));
        break;
      case "drives":
        this.drives.known(message.ids);
        break;
      case "piece":
        this.drives.piece(message.stream, message.bytes);
        break;
      case "noPiece":
        this.drives.failed(message.stream, message.error);
        break;
      case "warning":
      case "log":
        this.events.emit(message.type, message.message);
        break;
      case "exit":
        this.end(message.exit);
        break;
      case "error":
        this.fail(receivedError(message.error));
        break;
    }
  }

  private arrived(channel: ChannelName, bytes: Uint8Array): void {
    if (channel !== "agent") {
      if (channel === "console") for (const listener of this.consoleListeners) listener(bytes);
      this[channel].arrived(bytes);
      return;
    }
    this.post({ type: "taken", channel, count: bytes.length });
    this.agent.received(bytes);
  }

  /** A listener beside whoever reads the console. */
  private listen(hear: (text: string) => void): () => void {
    const decoder = new TextDecoder();
    const listener = (bytes: Uint8Array): void => hear(decoder.decode(bytes, { stream: true }));
    this.consoleListeners.add(listener);
    return () => void this.consoleListeners.delete(listener);
  }

  private setState(state: MachineState): void {
    if (state === this.current) return;
    this.current = state;
    this.events.emit("state", state);
  }

  private end(exit: MachineExit): void {
    if (this.over) return;
    this.close();
    this.resolveFinished(exit);
    this.rejectStarted(new MachineError("the machine has ended", { code: "ERR_ENDED" }));
    this.setState("ended");
    this.events.emit("exit", exit);
  }

  private fail(error: MachineError): void {
    if (this.over) return;
    this.close(error);
    if (!this.started.heard && !this.finished.heard && !this.events.heard("error")) this.say(error.message);
    this.rejectFinished(error);
    this.rejectStarted(error);
    this.setState("ended");
    this.events.emit("error", error);
  }

  private close(failure?: MachineError): void {
    this.over = true;
    const ended = new MachineError("the machine has ended", { code: "ERR_ENDED" });
    this.agent.giveUp(ended, true);
    this.consoleShell.end(ended);
    this.folders.end(ended);
    this.drives.end(failure ?? ended);
    this.states.end(failure ?? ended);
    this.port.close();
    this.console.end();
    this.monitor.end();
  }
}
