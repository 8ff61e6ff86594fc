// -d: which diagnostics go to the log, and in what words.

import type { DeviceLog } from "../devices/interfaces.js";
import type { LogItem } from "../options/config.js";

export class MachineLog implements DeviceLog {
  private items: ReadonlySet<LogItem>;

  constructor(
    items: readonly LogItem[],
    private readonly sink: (line: string) => void,
  ) {
    this.items = new Set(items);
  }

  /** Logs these items from now on, and no others. */
  set(items: readonly LogItem[]): void {
    this.items = new Set(items);
  }

  /** Whether lines of an item are wanted, before costly ones are composed. */
  wants(item: LogItem): boolean {
    return this.items.has(item);
  }

  write(item: LogItem, line: string): void {
    if (this.items.has(item)) this.sink(line);
  }

  guestError(message: string): void {
    this.write("guest_errors", message);
  }

  unimplemented(message: string): void {
    this.write("unimp", message);
  }
}
