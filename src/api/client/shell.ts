// Commands by a shell at the console, for guests without an agent. Lines are typed; what comes between two marks is the output. The marks
// are random, and are typed in halves, so that the echo of what was typed has none.

import { MachineError } from "../../machine/host.js";
import type { MachineShell, ShellOptions, ShellResult } from "../services.js";

/** Characters of a command that are typed on one line: terminals that collect lines take 4095 bytes. */
const PIECE = 400;
/** A shell that is not there yet loses what is typed: it is asked again after so many milliseconds. */
const ASK_MS = 3000;
const PATIENCE_MS = 300_000;
/** What is kept of what the console said while a mark is looked for. */
const MOST_OUTPUT = 64 << 20;

export interface ShellPort {
  type(text: string): void;
  /** Has `hear` told of what the console says, until the function returned is called. */
  listen(hear: (text: string) => void): () => void;
  later(milliseconds: number, action: () => void): () => void;
}

export class ConsoleShell implements MachineShell {
  private last: Promise<unknown> = Promise.resolve();
  private answered = false;
  private over: MachineError | undefined;
  private fail: ((error: MachineError) => void) | undefined;

  constructor(private readonly port: ShellPort) {}

  /** One after the other: there is one console. */
  run(command: string, options: ShellOptions = {}): Promise<ShellResult> {
    const result = this.last.then(() => this.runNow(command, options));
    this.last = result.catch(() => {});
    return result;
  }

  /** The machine has ended. */
  end(error: MachineError): void {
    this.over = error;
    this.fail?.(error);
  }

  private async runNow(command: string, { timeout = PATIENCE_MS }: ShellOptions): Promise<ShellResult> {
    if (this.over) throw this.over;
    if (!this.answered) await this.ask(timeout);
    const [begin, end] = [mark(), mark()];
    const lines = ["w="];
    for (const piece of pieces(command)) lines.push(`w="$w"${quoted(piece)}`);
    lines.push(`printf '%s%s\\n' ${begin.typed}; eval "$w"; printf '\\n%s%s%s.\\n' ${end.typed} "$?"`);
    const text = await this.said(
      () => this.port.type(`${lines.join("\n")}\n`),
      (said) => {
        const from = said.indexOf(begin.shown);
        const to = from < 0 ? -1 : said.indexOf(end.shown, from);
        const status = to < 0 ? undefined : /^(\d+)\./.exec(said.slice(to + end.shown.length));
        return status ? { output: said.slice(from + begin.shown.length, to), exitCode: Number(status[1]) } : undefined;
      },
      timeout,
    );
    // The line that the mark is on, and the one that is begun before the other mark.
    const output = text.output.replaceAll("\r\n", "\n").replace(/^\r*\n/, "");
    return { output: output.replace(/\r?\n$/, ""), exitCode: text.exitCode };
  }

  /** Waits for a shell. */
  private async ask(timeout: number): Promise<void> {
    const asked = mark();
    let cancel = (): void => {};
    const ask = (): void => {
      this.port.type(`printf '%s%s\\n' ${asked.typed}\n`);
      cancel = this.port.later(ASK_MS, ask);
    };
    try {
      await this.said(ask, (said) => (said.includes(asked.shown) ? true : undefined), timeout);
    } finally {
      cancel();
    }
    this.answered = true;
  }

  /** What `find` finds in what the console says after `begin`. */
  private said<T>(begin: () => void, find: (said: string) => T | undefined, timeout: number): Promise<T> {
    return new Promise((resolve, reject) => {
      let said = "";
      const done = (then: () => void): void => {
        unlisten();
        cancel();
        this.fail = undefined;
        then();
      };
      const unlisten = this.port.listen((text) => {
        said += text;
        const found = find(said);
        if (found !== undefined) done(() => resolve(found));
        else if (said.length > MOST_OUTPUT) this.giveUp("wrote too much", done, reject);
      });
      const cancel = this.port.later(timeout, () => this.giveUp(`did not answer in ${timeout} ms`, done, reject));
      this.fail = (error) => done(() => reject(error));
      begin();
    });
  }

  private giveUp(why: string, done: (then: () => void) => void, reject: (error: Error) => void): void {
    // Ctrl-C, for whatever runs.
    this.port.type("\x03");
    this.answered = false;
    const message = `the shell at the guest's console ${why} (machine.shell() needs a console that shows a shell's prompt)`;
    done(() => reject(new MachineError(message, { code: "ERR_GUEST" })));
  }
}

interface Mark {
  /** As two words. */
  readonly typed: string;
  /** As one. */
  readonly shown: string;
}

function mark(): Mark {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  const words = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const [first, second] = [`<${words.slice(0, 12)}`, `${words.slice(12)}>`];
  return { typed: `'${first}' '${second}'`, shown: first + second };
}

function pieces(text: string): string[] {
  const characters = [...text];
  const parts: string[] = [];
  for (let at = 0; at < characters.length; at += PIECE) parts.push(characters.slice(at, at + PIECE).join(""));
  return parts;
}

/** As a shell takes it as it is. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
