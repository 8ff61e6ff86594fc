// The console of semihosting: a character device, or the machine's log, where nothing can be typed.

import { decodeText } from "../../base/text.js";
import type { CharBackend } from "../../devices/interfaces.js";

const KEPT = 4096;
const NEW_LINE = 10;

export class SemihostingConsole {
  private readonly input: number[] = [];
  private line: number[] = [];
  private waiting: (() => void) | undefined;

  /** Without a device lines go to `log`. */
  constructor(
    private readonly device: CharBackend | undefined,
    private readonly log: (line: string) => void,
  ) {
    if (!device) return;
    device.receive = (bytes) => {
      const taken = bytes.subarray(0, KEPT - this.input.length);
      this.input.push(...taken);
      this.waiting?.();
      this.waiting = undefined;
      return taken.length;
    };
  }

  write(bytes: Uint8Array): void {
    if (this.device) {
      this.device.write(bytes.slice());
      return;
    }
    for (const byte of bytes) {
      if (byte === NEW_LINE || this.line.length === KEPT) this.endLine();
      if (byte !== NEW_LINE) this.line.push(byte);
    }
  }

  /** Shows what has no end of a line yet. */
  flush(): void {
    if (this.line.length > 0) this.endLine();
  }

  private endLine(): void {
    this.log(decodeText(Uint8Array.from(this.line)));
    this.line = [];
  }

  /** Bytes that were typed, one at least; none where nothing ever is. */
  async read(most: number): Promise<Uint8Array> {
    this.flush();
    if (!this.device || most === 0) return new Uint8Array();
    while (this.input.length === 0) {
      await new Promise<void>((resolve) => {
        this.waiting = resolve;
      });
    }
    const bytes = Uint8Array.from(this.input.splice(0, most));
    this.device.drained?.();
    return bytes;
  }
}
