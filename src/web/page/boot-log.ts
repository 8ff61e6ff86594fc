import { now, save } from "./save.js";

/** Everything the console has shown, for download; the oldest goes when it is too much. */
export class BootLog {
  private static readonly LIMIT = 32 << 20;
  private readonly pieces: Uint8Array<ArrayBuffer>[] = [];
  private length = 0;

  add(bytes: Uint8Array): void {
    this.pieces.push(new Uint8Array(bytes));
    this.length += bytes.length;
    while (this.length > BootLog.LIMIT) this.length -= this.pieces.shift()!.length;
  }

  clear(): void {
    this.pieces.length = 0;
    this.length = 0;
  }

  /** Has the browser save it. */
  download(): void {
    save(new Blob(this.pieces, { type: "text/plain" }), `boot-${now()}.log`);
  }
}
