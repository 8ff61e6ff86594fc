// One machine on the page, from its command line to its end. It begins to load while the terminal does, and is connected to it
// when that is there.

import type { Terminal } from "@xterm/xterm";
import { createMachine, type LoadProgress, type Machine, type MachineState } from "../index.js";
import { type Sink, screenOf } from "./screen.js";

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
  connect(terminal: Terminal): void {
    const { machine, view } = this;
    const sink: Sink = {
      write(bytes, done) {
        view.output(bytes);
        terminal.write(bytes, done);
      },
    };
    machine.console.readable.pipeTo(screenOf(sink)).catch(() => {});
    const input = machine.console.writable.getWriter();
    input.closed.catch(() => {});
    const type = (bytes: Uint8Array): void => void input.write(bytes).catch(() => {});
    const encoder = new TextEncoder();
    const data = terminal.onData((text) => type(encoder.encode(text)));
    const binary = terminal.onBinary((text) => type(Uint8Array.from(text, (char) => char.charCodeAt(0))));
    this.unsubscribe.push(
      machine.on("reset", () => {
        // What the machine says from now on begins on a line of its own.
        if (terminal.buffer.active.cursorX > 0) terminal.write("\r\n");
      }),
      () => data.dispose(),
      () => binary.dispose(),
    );
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
