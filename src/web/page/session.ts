// One machine on the page, from its command line to its end. It begins to load while the terminal does, and is connected to it
// when that is there.

import { createMachine, type LoadProgress, type Machine, type MachineState } from "../index.js";
import type { MachineTerminal } from "../terminal/terminal.js";

/** waiting: for the user to start it. */
export type ShownState = MachineState | "failed" | "waiting";

export interface SessionView {
  state(state: ShownState): void;
  progress(progress: LoadProgress): void;
  error(message: string): void;
  notice(message: string): void;
  output(bytes: Uint8Array): void;
}

export class Session {
  readonly machine: Machine;
  private readonly unsubscribe: (() => void)[] = [];
  private failed = false;
  private typed = false;

  /** Throws when the command line cannot be split. */
  constructor(
    private readonly view: SessionView,
    commandLine: string,
    filesUrl: URL,
    fileOrigins: readonly string[],
  ) {
    this.machine = createMachine({ arguments: commandLine, filesUrl, fileOrigins });
    this.listen();
    // A failure is shown by the listener of "error".
    this.machine.start().catch(() => {});
  }

  /** Shows in `terminal` what the machine has said and says, and sends it what is typed there. To be called once. */
  connect(terminal: MachineTerminal): void {
    this.unsubscribe.push(
      terminal.connect(this.machine, {
        onOutput: (bytes) => this.view.output(bytes),
        onKey: () => {
          this.typed = true;
        },
      }),
    );
  }

  /** The guest runs and somebody has typed: there may be work in it. */
  get inUse(): boolean {
    return this.typed && this.machine.state !== "ended";
  }

  dispose(): void {
    for (const end of this.unsubscribe) end();
    this.machine.dispose();
  }

  private listen(): void {
    const { machine, view } = this;
    this.unsubscribe.push(
      machine.on("state", (state) => {
        if (!this.failed) view.state(state);
      }),
      machine.on("progress", (progress) => view.progress(progress)),
      machine.on("warning", (message) => view.notice(message)),
      machine.on("log", (line) => console.log(line)),
      machine.on("error", (error) => {
        this.failed = true;
        view.state("failed");
        view.error(error.message);
      }),
      machine.on("exit", ({ status, reason }) => {
        if (reason === "power-off") view.notice("The guest has switched the machine off.");
        else if (reason === "debug-exit") view.notice(`The guest has ended the machine with status ${status}.`);
        else if (reason === "reset" || reason === "quit") view.notice("The machine has ended.");
      }),
    );
  }
}
