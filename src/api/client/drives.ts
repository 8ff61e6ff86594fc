// Disks of a machine in another thread.

import type { MachineError } from "../../machine/host.js";
import { type PostedError, receivedError } from "../errors.js";
import type { ToMachine } from "../messages.js";
import type { MachineDrive, MachineDrives } from "../services.js";
import { HeardPromise } from "./heard.js";

type Controller = ReadableStreamDefaultController<Uint8Array>;

interface Reading {
  readonly controller: Controller;
  /** Ends the pull that is under way. */
  pulled?: () => void;
}

export class ClientDrives implements MachineDrives {
  private readonly readings = new Map<number, Reading>();
  private count = 0;
  private resolveIds!: (ids: readonly string[]) => void;
  private rejectIds!: (error: Error) => void;
  private readonly ids = new HeardPromise<readonly string[]>((resolve, reject) => {
    this.resolveIds = resolve;
    this.rejectIds = reject;
  });
  private ended: MachineError | undefined;

  constructor(private readonly post: (message: ToMachine) => void) {
    this.ids.quiet();
  }

  /** The machine is made. */
  known(ids: readonly string[]): void {
    this.resolveIds(ids);
  }

  list(): Promise<readonly string[]> {
    return this.ids;
  }

  get(id: string): MachineDrive {
    return { export: ({ format = "raw" } = {}) => this.export(id, format) };
  }

  /** A piece that was asked for; undefined: there are no more. */
  piece(stream: number, bytes: Uint8Array | undefined): void {
    const reading = this.readings.get(stream);
    if (!reading) return;
    if (bytes) reading.controller.enqueue(bytes);
    else {
      this.readings.delete(stream);
      reading.controller.close();
    }
    reading.pulled?.();
  }

  failed(stream: number, error: PostedError): void {
    this.fail(stream, receivedError(error));
  }

  /** The machine is gone. */
  end(error: MachineError): void {
    this.ended = error;
    this.rejectIds(error);
    for (const stream of [...this.readings.keys()]) this.fail(stream, error);
  }

  private export(drive: string, format: "raw" | "qcow2"): ReadableStream<Uint8Array> {
    const stream = this.count++;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          if (this.ended) return controller.error(this.ended);
          this.readings.set(stream, { controller });
          this.post({ type: "export", stream, drive, format });
        },
        pull: () =>
          new Promise<void>((resolve) => {
            const reading = this.readings.get(stream);
            if (!reading) return resolve();
            reading.pulled = resolve;
            this.post({ type: "more", stream });
          }),
        cancel: () => {
          this.readings.delete(stream);
          this.post({ type: "stop", stream });
        },
      },
      // Nothing is read before somebody asks.
      { highWaterMark: 0 },
    );
  }

  private fail(stream: number, error: MachineError): void {
    const reading = this.readings.get(stream);
    this.readings.delete(stream);
    reading?.controller.error(error);
    reading?.pulled?.();
  }
}
