// Disks that are read from outside while their guest goes on: a piece is sent when it is asked for.

import type { ExportFormat } from "../../block/export/export.js";
import type { Moment } from "../../block/export/moment.js";
import type { Drive } from "../../machine/drives.js";
import { MachineError } from "../../machine/host.js";
import { postedError } from "../errors.js";
import type { FromMachine } from "../messages.js";

interface Opened {
  readonly moment: Moment;
  readonly pieces: AsyncGenerator<Uint8Array, void, void>;
}

export interface ExportRequest {
  readonly stream: number;
  readonly drive: string;
  readonly format: ExportFormat;
}

export class Exports {
  private readonly open = new Map<number, Promise<Opened>>();
  private give!: (drives: ReadonlyMap<string, Drive>) => void;
  private readonly drives = new Promise<ReadonlyMap<string, Drive>>((resolve) => {
    this.give = resolve;
  });

  constructor(private readonly post: (message: FromMachine) => void) {}

  /** The machine is made: exports that were asked for before begin now. */
  made(drives: ReadonlyMap<string, Drive>): void {
    this.post({ type: "drives", ids: [...drives.keys()] });
    this.give(drives);
  }

  /** The disk as it is now. */
  begin({ stream, drive, format }: ExportRequest): void {
    const opened = this.take(drive, format);
    // more() tells of it.
    opened.catch(() => {});
    this.open.set(stream, opened);
  }

  /** Sends the next piece, or that there is none. */
  async more(stream: number): Promise<void> {
    try {
      const opened = await this.open.get(stream);
      const next = await opened?.pieces.next();
      const bytes = next?.done ? undefined : next?.value;
      if (!bytes) this.open.delete(stream);
      this.post({ type: "piece", stream, bytes });
    } catch (error) {
      this.open.delete(stream);
      this.post({ type: "noPiece", stream, error: postedError(error) });
    }
  }

  /** Nobody reads any more. */
  async stop(stream: number): Promise<void> {
    const opened = this.open.get(stream);
    this.open.delete(stream);
    (await opened?.catch(() => undefined))?.moment.close();
  }

  private async take(id: string, format: ExportFormat): Promise<Opened> {
    const [drives, { exportDisk }] = await Promise.all([this.drives, import("../../block/export/export.js")]);
    const drive = drives.get(id);
    if (!drive) {
      const there = [...drives.keys()].map((name) => `"${name}"`).join(", ");
      const which = there === "" ? "the machine has no disks" : `the disks are ${there}`;
      throw new MachineError(`machine.drives.get("${id}"): ${which} (-drive id=)`, { code: "ERR_OPTION" });
    }
    const moment = await drive.backend.moment();
    return { moment, pieces: exportDisk(moment, format) };
  }
}
