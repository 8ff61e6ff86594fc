// One terminal, several users: serial console and monitor share it, and the escape key (Ctrl-A) followed by a letter
// gives commands. Output of all users goes to the terminal; input goes to the one in focus.

import { encodeText } from "../base/text.js";
import type { CharBackend, DeviceState, Stateful, TerminalSize } from "../devices/interfaces.js";
import type { StateReader } from "../devices/state.js";

export interface MuxCommands {
  /** Ctrl-A X */
  quit(): void;
  /** Ctrl-A S: a line that says what became of it. */
  save(): string;
}

/** Bytes a user may be behind before the terminal is told to wait; commands still get through until then. */
const QUEUE_LIMIT = 4096;

const HELP: [string, string][] = [
  ["h", "print this help"],
  ["x", "exit emulator"],
  ["s", "save disk data back to file (if -snapshot)"],
  ["b", "send break (magic sysrq)"],
  ["c", "switch between console and monitor"],
];

class MuxUser implements CharBackend {
  receive?: (bytes: Uint8Array) => number;
  focus?: () => void;
  breakReceived?: () => void;
  resized?: () => void;
  readonly queue: number[] = [];

  constructor(private readonly mux: Mux) {}

  write(bytes: Uint8Array): void {
    this.mux.output(bytes);
  }

  get size(): TerminalSize | undefined {
    return this.mux.size;
  }

  drained = (): void => {
    this.flush();
    this.mux.drained();
  };

  flush(): void {
    if (this.queue.length === 0 || !this.receive) return;
    const taken = this.receive(Uint8Array.from(this.queue));
    this.queue.splice(0, taken);
  }
}

/** A character device for one user of a terminal. `focus` is called when the user gets the terminal. */
export type MuxPort = CharBackend & { focus?: () => void };

export class Mux implements Stateful {
  readonly stateVersion = 1;
  private readonly users: MuxUser[] = [];
  private current = 0;
  private escaped = false;

  constructor(
    private readonly terminal: CharBackend & { readonly typed?: boolean },
    private readonly commands: MuxCommands,
    /** Code of the escape key, 0: none. */
    private readonly escapeChar = 1,
  ) {
    terminal.receive = (bytes) => this.input(bytes);
    terminal.resized = () => {
      for (const user of this.users) user.resized?.();
    };
  }

  /** For the users. */
  get size(): TerminalSize | undefined {
    return this.terminal.size;
  }

  /** A further user; the first has the focus at the start. */
  port(): MuxPort {
    const user = new MuxUser(this);
    this.users.push(user);
    return user;
  }

  /** For the users. */
  output(bytes: Uint8Array): void {
    this.terminal.write(bytes);
  }

  /** For the users: there is room again. */
  drained(): void {
    this.terminal.drained?.();
  }

  /** Who has the terminal, and what was typed and not taken. */
  save(): DeviceState {
    return {
      current: this.current,
      escaped: this.escaped,
      queues: this.users.map(({ queue }) => ({ bytes: Uint8Array.from(queue) })),
    };
  }

  load(state: StateReader): void {
    this.current = state.uint("current", Math.max(0, this.users.length - 1));
    this.escaped = state.bool("escaped");
    state.parts("queues", this.users.length).forEach((part, n) => {
      const { queue } = this.users[n]!;
      const bytes = part.bytes("bytes");
      if (bytes.length > QUEUE_LIMIT) part.fail("bytes", `at most ${QUEUE_LIMIT} bytes`);
      queue.splice(0, queue.length, ...bytes);
    });
  }

  private input(bytes: Uint8Array): number {
    let used = 0;
    for (const byte of bytes) {
      if (this.escaped) {
        this.escaped = false;
        this.command(byte);
      } else if (this.escapeChar !== 0 && byte === this.escapeChar) {
        this.escaped = true;
      } else if (!this.pass(byte)) {
        this.lookAhead(bytes.subarray(used));
        break;
      }
      used++;
    }
    this.users[this.current]?.flush();
    return used;
  }

  /** Ctrl-A X ends the machine though what was typed before it is not taken. */
  private lookAhead(bytes: Uint8Array): void {
    if (this.escapeChar === 0 || !this.terminal.typed) return;
    for (let at = bytes.indexOf(this.escapeChar); at >= 0; at = bytes.indexOf(this.escapeChar, at + 2)) {
      const key = bytes[at + 1] ?? 0;
      if (String.fromCharCode(key).toLowerCase() !== "x") continue;
      this.command(key);
      return;
    }
  }

  /** False when the user in focus is too far behind. */
  private pass(byte: number): boolean {
    const user = this.users[this.current];
    if (!user?.receive) return true;
    if (user.queue.length >= QUEUE_LIMIT) {
      user.flush();
      if (user.queue.length >= QUEUE_LIMIT) return false;
    }
    user.queue.push(byte);
    return true;
  }

  private command(byte: number): void {
    if (byte === this.escapeChar) {
      this.pass(byte);
      return;
    }
    switch (String.fromCharCode(byte).toLowerCase()) {
      case "x":
        this.print("wasmachine: Terminated");
        this.commands.quit();
        break;
      case "c":
        this.users[this.current]?.flush();
        this.current = (this.current + 1) % Math.max(1, this.users.length);
        this.users[this.current]?.focus?.();
        break;
      case "s":
        this.print(this.commands.save());
        break;
      case "b":
        this.users[this.current]?.breakReceived?.();
        break;
      case "h":
      case "?":
        this.help();
        break;
    }
  }

  private help(): void {
    const key = keyName(this.escapeChar);
    this.print("");
    for (const [letter, text] of HELP) this.print(`${key} ${letter}    ${text}`);
    this.print(`${key} ${key}  sends ${key}`);
  }

  private print(line: string): void {
    this.terminal.write(encodeText(`${line}\r\n`));
  }
}

/** `C-a` for 1. */
function keyName(code: number): string {
  if (code >= 1 && code <= 26) return `C-${String.fromCharCode(code + 96)}`;
  return code >= 32 && code < 127 ? String.fromCharCode(code) : `<${code}>`;
}
