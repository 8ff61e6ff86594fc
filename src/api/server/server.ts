// The machine's side of a remote control: makes the machine, passes requests on, reports what becomes of it.

import type { Port } from "../../base/port.js";
import { oneLine } from "../../base/printable.js";
import { encodeText } from "../../base/text.js";
import { programName } from "../../guests/programs.js";
import type { HostScheduler } from "../../machine/clock/scheduler.js";
import { type HostChardev, MachineError, type MachineHost, type OutputGate } from "../../machine/host.js";
import type { Machine } from "../../machine/machine.js";
import { catalogue, parseArguments } from "../../machines/arguments.js";
import type { EngineParts } from "../../machines/create/create.js";
import { createMachine } from "../../machines/create.js";
import { attachMonitors } from "../../monitor/attach.js";
import type { ChardevConfig, MachineConfig } from "../../options/config.js";
import { chosenMachine } from "../../options/machine-options.js";
import { OUTPUT_WINDOW, STATE_LOOK_MS } from "../../tuning/host.js";
import type { LoadProgress, MachineState } from "../api.js";
import { postedError } from "../errors.js";
import type { ChannelName, CreateMessage, FromMachine, ToMachine } from "../messages.js";
import { AGENT_CHARDEV, AgentWatch, addAgentPort } from "./agent.js";
import { Channel } from "./channel.js";
import { PanicWatch } from "./panic.js";
import { ReportingScheduler } from "./scheduler.js";

/** What the thread's program brings along. */
export interface Surroundings {
  readonly version: string;
  readonly scheduler: HostScheduler;
  /**
   * Files, clocks and entropy; `progress` is told of what is being loaded, `warn` of what goes wrong later. Begins to load
   * what `config` names.
   */
  open(
    create: CreateMessage,
    config: MachineConfig,
    progress: (progress: LoadProgress) => void,
    warn: (message: string) => void,
  ): HostFiles;
  /** Calls `action` every so many milliseconds. */
  every(milliseconds: number, action: () => void): void;
}

export type HostFiles = Pick<
  MachineHost,
  | "entropy"
  | "monotonic"
  | "date"
  | "readFile"
  | "openFile"
  | "locate"
  | "openImage"
  | "openNetwork"
  | "openOverlay"
  | "openFolder"
  | "startRegionHelper"
  | "hotBlock"
  | "unpackModule"
> & {
  engineParts(): Promise<EngineParts>;
};

/** Character device of the API's own monitor; not a name a user can give. */
const API_MONITOR = "#monitor";

export class MachineServer {
  private readonly channels: Record<ChannelName, Channel>;
  private readonly panics = new PanicWatch();
  private readonly agent = new AgentWatch(
    () => this.agentPort,
    (message) => this.port.post({ type: "agentMissing", message }),
  );
  private agentPort = true;
  private machine: Machine | undefined;
  private startWanted = false;
  private started = false;
  private panicked = false;
  private reported: MachineState = "loading";
  private readonly scheduler: ReportingScheduler;
  private readonly output: OutputGate;

  constructor(
    private readonly port: Port<FromMachine, ToMachine>,
    private readonly surroundings: Surroundings,
    now: () => number,
  ) {
    this.channels = {
      console: this.channel("console", false),
      monitor: this.channel("monitor", false),
      agent: this.channel("agent", false),
    };
    this.channels.agent.opened = (open) => this.agentOpened(open);
    this.scheduler = new ReportingScheduler(surroundings.scheduler, now, STATE_LOOK_MS / 2, () => {
      for (const channel of Object.values(this.channels)) channel.flush();
    });
    const behind = (): boolean => this.behind();
    this.output = {
      get closed() {
        return behind();
      },
    };
    port.onMessage = (message) => this.receive(message);
  }

  private receive(message: ToMachine): void {
    switch (message.type) {
      case "create":
        this.create(message).catch((error: unknown) => this.fail(error));
        break;
      case "start":
        this.startWanted = true;
        this.start();
        break;
      case "pause":
        this.machine?.pause();
        break;
      case "resume":
        if (this.started) this.machine?.resume();
        break;
      case "reset":
        this.machine?.resetByUser();
        break;
      case "powerDown":
        this.machine?.powerDown();
        break;
      case "resize":
        this.channels.console.resize({ columns: message.columns, rows: message.rows });
        break;
      case "waiting":
        this.agent.waiting(message.waits);
        break;
      case "input":
        this.channels[message.channel].input(message.bytes);
        break;
      case "taken":
        this.channels[message.channel].unread -= message.count;
        if (!this.behind()) this.output.onRoom?.();
        break;
    }
  }

  private async create(create: CreateMessage): Promise<void> {
    const { version } = this.surroundings;
    const program = { name: programName(create.guest), version, separateMonitor: true };
    const rows = catalogue(create.guest);
    const parsed = parseArguments(create.arguments, program, rows);
    if (parsed.kind === "text") {
      this.channels.console.write(encodeText(parsed.text.replaceAll("\n", "\r\n")));
      this.channels.console.flush();
      this.port.post({ type: "exit", exit: { status: 0, reason: "help" } });
      return;
    }
    const { config } = parsed;
    this.agentPort = create.agent && addAgentPort(config, chosenMachine(config, rows.machines));
    if (create.holdInput) {
      const { size } = this.channels.console;
      this.channels.console = this.channel("console", true);
      if (size) this.channels.console.resize(size);
    }
    config.chardevs.push({ id: API_MONITOR, kind: "vc", mux: false, signal: false });
    config.monitors.push(API_MONITOR);
    const files = this.surroundings.open(
      create,
      config,
      (progress) => this.port.post({ type: "progress", progress }),
      (message) => this.port.post({ type: "warning", message: oneLine(message) }),
    );
    const machine = await createMachine(config, this.host(config, files), await files.engineParts());
    attachMonitors(machine, version);
    machine.on("state", () => this.look());
    machine.on("reset", (cause) => {
      this.panicked = false;
      this.port.post({ type: "reset", cause });
      this.look();
    });
    this.machine = machine;
    if (!this.startWanted) this.report("stopped");
    this.surroundings.every(STATE_LOOK_MS, () => {
      this.look();
      if (machine.state === "running") this.agent.look(this.scheduler.asleep(), this.panicked);
    });
    this.start();
  }

  private host(config: MachineConfig, files: HostFiles): MachineHost {
    return {
      scheduler: this.scheduler,
      output: this.output,
      entropy: files.entropy,
      monotonic: files.monotonic,
      date: files.date,
      readFile: files.readFile,
      ...(files.openFile ? { openFile: files.openFile } : {}),
      ...(files.locate ? { locate: files.locate } : {}),
      openImage: files.openImage,
      ...(files.openNetwork ? { openNetwork: files.openNetwork } : {}),
      reach: "public",
      ...(files.openOverlay ? { openOverlay: this.keeping(files.openOverlay) } : {}),
      ...(files.openFolder ? { openFolder: files.openFolder } : {}),
      hotBlock: files.hotBlock,
      ...(files.unpackModule ? { unpackModule: files.unpackModule } : {}),
      ...(files.startRegionHelper ? { startRegionHelper: files.startRegionHelper } : {}),
      openChardev: (chardev) => this.openChardev(chardev, config),
      log: (message) => this.port.post({ type: "log", message }),
      warn: (message) => this.port.post({ type: "warning", message: oneLine(message) }),
    };
  }

  private keeping(open: NonNullable<MachineHost["openOverlay"]>): typeof open {
    return (name, image) => {
      this.port.post({ type: "keeps" });
      return open(name, image);
    };
  }

  private openChardev(chardev: ChardevConfig, config: MachineConfig): HostChardev {
    switch (chardev.kind) {
      case "stdio":
        return this.channels.console;
      case "vc":
        if (chardev.id === API_MONITOR) return this.channels.monitor;
        if (chardev.id === AGENT_CHARDEV) return this.channels.agent;
        // The first serial port is what a user wants to see where no port is on the terminal.
        if (chardev.id === config.serial[0] && !config.chardevs.some(({ kind }) => kind === "stdio")) {
          return this.channels.console;
        }
        return NOWHERE;
      case "null":
        return NOWHERE;
      case "file":
        throw new MachineError(`chardev ${chardev.id}: there are no files to write to, such as '${chardev.path}'`);
    }
  }

  private channel(name: ChannelName, piped: boolean): Channel {
    const posts = {
      output: (bytes: Uint8Array) => this.port.post({ type: "output", channel: name, bytes }),
      accepted: (count: number) => this.port.post({ type: "accepted", channel: name, count }),
    };
    if (name !== "console") return new Channel(posts, piped);
    return new Channel(posts, piped, (bytes) => {
      if (!this.panics.see(bytes)) return;
      this.panicked = true;
      this.look();
    });
  }

  private agentOpened(open: boolean): void {
    const { agent } = this.channels;
    agent.flush();
    agent.forget();
    this.port.post({ type: "agent", open });
  }

  private start(): void {
    if (!this.machine || !this.startWanted || this.started) return;
    this.started = true;
    const running = this.machine.start();
    this.port.post({ type: "started" });
    this.look();
    running.then(
      ({ status, reason }) => {
        for (const channel of Object.values(this.channels)) channel.flush();
        this.port.post({ type: "exit", exit: { status, reason } });
      },
      (error: unknown) => this.fail(error),
    );
  }

  private look(): void {
    if (!this.machine) return;
    const idle = this.scheduler.asleep();
    switch (this.machine.state) {
      case "running":
        this.report(this.panicked ? "panicked" : idle && !this.behind() ? "halted" : "running");
        break;
      case "ended":
        // Told with the exit.
        break;
      default:
        this.report("stopped");
    }
  }

  /** Whether a reader of the machine's output is far behind. */
  private behind(): boolean {
    return Object.values(this.channels).some(({ unread }) => unread >= OUTPUT_WINDOW);
  }

  private report(state: MachineState): void {
    if (state === this.reported) return;
    this.reported = state;
    this.port.post({ type: "state", state });
  }

  private fail(error: unknown): void {
    this.port.post({ type: "error", error: postedError(error) });
  }
}

const NOWHERE: HostChardev = { write() {}, close() {} };
