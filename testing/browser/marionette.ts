// A client of Marionette, Firefox's own remote control: over TCP, messages are their length, a colon and JSON:
// [0, id, command, parameters] there and [1, id, error, result] back.

import { connect, type Socket } from "node:net";

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class Marionette {
  private readonly waiting = new Map<number, Waiting>();
  private received: Buffer = Buffer.alloc(0);
  private last = 0;
  private greeted!: () => void;
  private readonly greeting = new Promise<void>((resolve) => {
    this.greeted = resolve;
  });

  private constructor(private readonly socket: Socket) {
    socket.on("data", (chunk) => this.take(chunk));
    const lost = (): void => {
      for (const { reject } of this.waiting.values()) reject(new Error("firefox has closed its connection"));
      this.waiting.clear();
    };
    socket.on("close", lost);
    socket.on("error", lost);
  }

  /** Resolves when the browser at `port` of this host has said who it is; rejects when nobody listens there. */
  static async connect(port: number): Promise<Marionette> {
    const socket = connect(port, "127.0.0.1");
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    const marionette = new Marionette(socket);
    await marionette.greeting;
    return marionette;
  }

  /** Sends a WebDriver command. Rejects with the browser's own message. */
  send<T>(command: string, parameters: object = {}): Promise<T> {
    const id = ++this.last;
    const body = Buffer.from(JSON.stringify([0, id, command, parameters]));
    this.socket.write(Buffer.concat([Buffer.from(`${body.length}:`), body]));
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk]);
    while (true) {
      const colon = this.received.indexOf(":");
      if (colon < 0) return;
      const length = Number(this.received.toString("ascii", 0, colon));
      if (this.received.length < colon + 1 + length) return;
      const text = this.received.toString("utf8", colon + 1, colon + 1 + length);
      this.received = this.received.subarray(colon + 1 + length);
      this.message(JSON.parse(text));
    }
  }

  private message(message: unknown): void {
    if (!Array.isArray(message)) {
      this.greeted();
      return;
    }
    const [, id, error, result] = message as [number, number, { error: string; message: string } | null, unknown];
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (error) waiting?.reject(new Error(`${error.error}: ${error.message}`));
    else waiting?.resolve(result);
  }
}
