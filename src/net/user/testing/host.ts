// A host's network that does what a test says.

import { type Address, formatAddress } from "../../address.js";
import type {
  AcceptedStream,
  BoundDatagram,
  DatagramEvents,
  HostDatagram,
  HostListener,
  HostNetwork,
  HostStream,
  StreamEvents,
} from "../../host.js";

export class FakeStream implements HostStream {
  readonly written: number[] = [];
  untaken = 0;
  ended = false;
  broken = false;
  paused = false;

  constructor(
    readonly to: string,
    readonly events: StreamEvents,
  ) {}

  write(bytes: Uint8Array): void {
    for (const byte of bytes) this.written.push(byte);
    this.untaken += bytes.length;
  }
  end(): void {
    this.ended = true;
  }
  reset(): void {
    this.broken = true;
  }
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
  /** The host's socket takes all. */
  take(): void {
    const count = this.untaken;
    this.untaken = 0;
    if (count > 0) this.events.taken(count);
  }
}

export class FakeHost implements HostNetwork {
  readonly streams: FakeStream[] = [];
  readonly sent: { to: string; data: Uint8Array; events: DatagramEvents }[] = [];
  readonly sockets: { open: boolean }[] = [];
  readonly listeners = new Map<string, (stream: AcceptedStream) => void>();
  readonly bound = new Map<string, DatagramEvents>();
  readonly files = new Map<string, Uint8Array>();
  answer: Uint8Array | undefined;

  connect(address: Address, port: number, events: StreamEvents): HostStream {
    const stream = new FakeStream(`${formatAddress(address)} ${port}`, events);
    this.streams.push(stream);
    return stream;
  }

  datagram(_size: 4 | 16, events: DatagramEvents): HostDatagram {
    const socket = { open: true };
    this.sockets.push(socket);
    return {
      send: (bytes, address, port) =>
        void this.sent.push({ to: `${formatAddress(address)} ${port}`, data: bytes.slice(), events }),
      close: () => {
        socket.open = false;
      },
    };
  }

  async listen(address: string, port: number, accept: (stream: AcceptedStream) => void): Promise<HostListener> {
    if (this.listeners.has(`${address} ${port}`)) throw new Error("EADDRINUSE");
    this.listeners.set(`${address} ${port}`, accept);
    return { port: port || 1234, close: () => void this.listeners.delete(`${address} ${port}`) };
  }

  async bind(address: string, port: number, events: DatagramEvents): Promise<BoundDatagram> {
    this.bound.set(`${address} ${port}`, events);
    return {
      port: port || 1234,
      send: (bytes, to, toPort) =>
        void this.sent.push({ to: `${formatAddress(to)} ${toPort}`, data: bytes.slice(), events }),
      close: () => void this.bound.delete(`${address} ${port}`),
    };
  }

  async resolve(): Promise<Uint8Array | undefined> {
    return this.answer;
  }

  async lookup(): Promise<Address[]> {
    return [Uint8Array.of(10, 1, 2, 3)];
  }

  async readFile(_folder: string, name: string): Promise<Uint8Array | undefined> {
    return this.files.get(name);
  }

  close(): void {}
}
