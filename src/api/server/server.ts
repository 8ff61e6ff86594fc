// The machine's side of a remote control: makes the machine, passes requests on, reports what becomes of it.

import type { Port } from "../../base/port.js";
import { oneLine } from "../../base/printable.js";
import { encodeText } from "../../base/text.js";
import { programName } from "../../guests/programs.js";
import { MachineError, type MachineHost, type OutputGate } from "../../machine/host.js";
import { catalogue, parseArguments } from "../../machines/arguments.js";
import { createMachine } from "../../machines/create.js";
import { attachMonitors } from "../../monitor/attach.js";
import type { MachineConfig } from "../../options/config.js";
import { chosenMachine } from "../../options/machine-options.js";
import type { Snapshot } from "../../snapshot/container.js";
import { STATE_LOOK_MS } from "../../tuning/host.js";
import type { MachineState } from "../api.js";
import { postedError } from "../errors.js";
import type { CreateMessage, FolderRequest, FromMachine, ToMachine } from "../messages.js";
import { AgentWatch, addAgentPort } from "./agent.js";
import { Channels } from "./channels.js";
import { Exports } from "./exports.js";
import { PanicWatch } from "./panic.js";
import { ReportingScheduler } from "./scheduler.js";
import { readState, sendState } from "./states.js";
import type { HostFiles, Surroundings } from "./surroundings.js";

export class MachineServer {
  private readonly channels: Channels;
  private readonly panics = new PanicWatch();
  private readonly agent = new AgentWatch(
    () => this.agentPort,
    (message) => this.port.post({ type: "agentMissing", message }),
  );
  private readonly exports = new Exports((message) => this.port.post(message));
  private agentPort = true;
  private machine: Awaited<ReturnType<typeof createMachine>> | undefined;
  /** What waits for the machine. */
  private waiting: (() => void)[] = [];
  /** What the machine is to go on from. */
  private saved: Snapshot | undefined;
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
    this.channels = new Channels(port, (bytes) => {
      if (!this.panics.see(bytes)) return;
      this.panicked = true;
      this.look();
    });
    this.scheduler = new ReportingScheduler(surroundings.scheduler, now, STATE_LOOK_MS / 2, () =>
      this.channels.flush(),
    );
    const behind = (): boolean => this.channels.behind();
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
        this.channels.get("console").resize({ columns: message.columns, rows: message.rows });
        break;
      case "waiting":
        this.agent.waiting(message.waits);
        break;
      case "input":
        this.channels.get(message.channel).input(message.bytes);
        break;
      case "folder":
        if (this.machine) this.folder(message.call, message.request);
        else this.waiting.push(() => this.folder(message.call, message.request));
        break;
      case "save":
        this.save(message.call).catch((error: unknown) =>
          this.port.post({ type: "saveRefused", call: message.call, error: postedError(error) }),
        );
        break;
      case "taken":
        this.channels.get(message.channel).unread -= message.count;
        if (!this.channels.behind()) this.output.onRoom?.();
        break;
      case "export":
        this.exports.begin(message);
        break;
      case "more":
        void this.exports.more(message.stream);
        break;
      case "stop":
        void this.exports.stop(message.stream);
        break;
    }
  }

  private async create(create: CreateMessage): Promise<void> {
    const { version } = this.surroundings;
    const program = { name: programName(create.guest), version, separateMonitor: true };
    const rows = catalogue(create.guest);
    const parsed = parseArguments(create.arguments, program, rows);
    if (parsed.kind === "text") {
      const console = this.channels.get("console");
      console.write(encodeText(parsed.text.replaceAll("\n", "\r\n")));
      console.flush();
      this.port.post({ type: "exit", exit: { status: 0, reason: "help" } });
      return;
    }
    const { config } = parsed;
    this.agentPort = create.agent && addAgentPort(config, chosenMachine(config, rows.machines));
    if (create.holdInput) this.channels.holdInput();
    this.channels.addMonitor(config);
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
    if (create.state !== undefined) this.saved = await readState(create.state, files, config.ramSize);
    this.machine = machine;
    for (const go of this.waiting.splice(0)) go();
    this.exports.made(machine.drives);
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
      openChardev: (chardev) => this.channels.open(chardev, config),
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

  private start(): void {
    if (!this.machine || !this.startWanted || this.started) return;
    this.started = true;
    const running = this.machine.start(this.saved);
    this.saved = undefined;
    this.port.post({ type: "started" });
    this.look();
    running.then(
      ({ status, reason }) => {
        this.channels.flush();
        this.port.post({ type: "exit", exit: { status, reason } });
      },
      (error: unknown) => this.fail(error),
    );
  }

  /** Asked for: most machines' folders are the guest's alone. */
  private folder(call: number, request: FolderRequest): void {
    const { config, folders } = this.machine!;
    import("./folders.js")
      .then(({ serveFolder }) => serveFolder(config, folders, request))
      .then(
        (answer) => this.port.post({ type: "folder", call, answer }),
        (error: unknown) => this.port.post({ type: "folderRefused", call, error: postedError(error) }),
      );
  }

  private async save(call: number): Promise<void> {
    if (!this.machine)
      throw new MachineError("The state cannot be saved: the machine has not been started", {
        code: "ERR_STATE",
      });
    await sendState(this.machine, (bytes) => this.port.post({ type: "saved", call, bytes }));
  }

  private look(): void {
    if (!this.machine) return;
    const idle = this.scheduler.asleep();
    switch (this.machine.state) {
      case "running":
        this.report(this.panicked ? "panicked" : idle && !this.channels.behind() ? "halted" : "running");
        break;
      case "ended":
        // Told with the exit.
        break;
      default:
        this.report("stopped");
    }
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
