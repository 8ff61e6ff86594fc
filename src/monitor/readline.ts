// A line editor for a terminal: the monitor's input. Keys: arrows, Home, End, Backspace, Delete, Ctrl-A/E/K/U/W, history.

const HISTORY = 64;

export class LineEditor {
  private line = "";
  private cursor = 0;
  private escape = "";
  private readonly history: string[] = [];
  private recalled = 0;

  /** `print` writes to the terminal; `complete` takes each finished line. */
  constructor(
    private readonly prompt: string,
    private readonly print: (text: string) => void,
    private readonly complete: (line: string) => void,
  ) {}

  /** Shows the prompt with what has been typed. */
  show(): void {
    this.print(`${this.prompt}${this.line}${back(this.line.length - this.cursor)}`);
  }

  input(bytes: Uint8Array): void {
    for (const byte of bytes) this.key(byte);
  }

  private key(byte: number): void {
    if (this.escape !== "") {
      this.escape += String.fromCharCode(byte);
      // ESC, then [ or O, then parameters, then a letter or ~.
      if (this.escape.length === 2 ? byte !== 0x5b && byte !== 0x4f : byte >= 0x40) this.finishEscape();
      return;
    }
    switch (byte) {
      case 0x1b:
        this.escape = "\x1b";
        return;
      case 0x0a:
      case 0x0d:
        this.enter();
        return;
      case 0x01:
        this.moveTo(0);
        break;
      case 0x05:
        this.moveTo(this.line.length);
        break;
      case 0x02:
        this.moveTo(this.cursor - 1);
        break;
      case 0x06:
        this.moveTo(this.cursor + 1);
        break;
      case 0x04:
        this.replace(this.cursor, this.cursor + 1, "");
        break;
      case 0x08:
      case 0x7f:
        this.replace(this.cursor - 1, this.cursor, "");
        break;
      case 0x0b:
        this.replace(this.cursor, this.line.length, "");
        break;
      case 0x15:
        this.replace(0, this.cursor, "");
        break;
      case 0x17:
        this.replace(/\S*\s*$/.exec(this.line.slice(0, this.cursor))!.index, this.cursor, "");
        break;
      case 0x10:
        this.recall(-1);
        break;
      case 0x0e:
        this.recall(1);
        break;
      default:
        if (byte >= 0x20 && byte < 0x7f) this.replace(this.cursor, this.cursor, String.fromCharCode(byte));
    }
  }

  private finishEscape(): void {
    const sequence = this.escape.slice(2);
    this.escape = "";
    switch (sequence) {
      case "A":
        this.recall(-1);
        break;
      case "B":
        this.recall(1);
        break;
      case "C":
        this.moveTo(this.cursor + 1);
        break;
      case "D":
        this.moveTo(this.cursor - 1);
        break;
      case "H":
      case "1~":
        this.moveTo(0);
        break;
      case "F":
      case "4~":
        this.moveTo(this.line.length);
        break;
      case "3~":
        this.replace(this.cursor, this.cursor + 1, "");
        break;
    }
  }

  private enter(): void {
    const line = this.line;
    this.print("\r\n");
    this.line = "";
    this.cursor = 0;
    if (line.trim() !== "" && this.history.at(-1) !== line) this.history.push(line);
    if (this.history.length > HISTORY) this.history.shift();
    this.recalled = this.history.length;
    this.complete(line);
  }

  private moveTo(cursor: number): void {
    const to = Math.max(0, Math.min(this.line.length, cursor));
    this.print(to < this.cursor ? back(this.cursor - to) : this.line.slice(this.cursor, to));
    this.cursor = to;
  }

  private replace(from: number, to: number, text: string): void {
    const start = Math.max(0, from);
    const rest = this.line.slice(to);
    const shift = this.cursor - start;
    const shorter = start + text.length + rest.length < this.line.length;
    this.line = this.line.slice(0, start) + text + rest;
    this.cursor = start + text.length;
    this.print(`${back(shift)}${text}${rest}${shorter ? "\x1b[K" : ""}${back(rest.length)}`);
  }

  private recall(step: number): void {
    const index = this.recalled + step;
    if (index < 0 || index > this.history.length) return;
    this.recalled = index;
    this.replace(0, this.line.length, this.history[index] ?? "");
  }
}

function back(count: number): string {
  return count > 0 ? "\b".repeat(count) : "";
}
