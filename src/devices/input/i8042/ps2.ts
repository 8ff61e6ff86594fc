/** What a PS/2 device sends, in order, with the limit of a real one's buffer. */
export class Ps2Queue {
  private bytes: number[] = [];

  constructor(
    private readonly limit: number,
    private readonly changed: () => void,
  ) {}

  /** Events that do not fit are dropped whole. */
  send(bytes: readonly number[]): boolean {
    if (this.bytes.length + bytes.length > this.limit) return false;
    this.bytes.push(...bytes);
    this.changed();
    return true;
  }

  /** Answers to a command replace what has not been fetched. */
  answer(...bytes: number[]): void {
    this.bytes = bytes;
    this.changed();
  }

  get empty(): boolean {
    return this.bytes.length === 0;
  }

  take(): number {
    return this.bytes.shift() ?? 0;
  }

  clear(): void {
    this.bytes = [];
  }

  save(): number[] {
    return [...this.bytes];
  }

  load(bytes: number[]): void {
    this.bytes = [...bytes];
  }
}
