// Finds a panic of the guest's kernel in what it writes to its console.

const SIGNS = ["Kernel panic - not syncing", "panic: ", "KERNEL PANIC"];
/** Longest line that is looked at; the signs stand near the beginning. */
const LINE_LIMIT = 200;

export class PanicWatch {
  private line = "";

  /** Takes the next bytes; true when a line among them is a panic's. */
  see(bytes: Uint8Array): boolean {
    let found = false;
    for (const byte of bytes) {
      if (byte === 10 || byte === 13) {
        found ||= isPanic(this.line);
        this.line = "";
      } else if (this.line.length < LINE_LIMIT) this.line += String.fromCharCode(byte);
    }
    return found;
  }
}

/** Whether a console line is the kernel's own: at its beginning, but for a time stamp. A shell's echo of the words is not. */
function isPanic(line: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of the console
  const text = line.replace(/^(\x1b\[[0-9;]*m|\s|\[ *\d+\.\d+\]|<\d>)*/, "");
  return SIGNS.some((sign) => text.startsWith(sign));
}
