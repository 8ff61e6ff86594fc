// What a user network needs of the host: connections, datagrams, ports that listen, names. One implementation for each host, and one in
// tests. Nothing is called back from within a call: events come later.

import type { Address } from "./address.js";

export interface HostNetwork {
  /** Begins a connection. */
  connect(address: Address, port: number, events: StreamEvents): HostStream;
  /** A socket of its own, for datagrams to and from anybody; of addresses of `size` bytes. */
  datagram(size: 4 | 16, events: DatagramEvents): HostDatagram;
  /** Listens for connections. "" is every address. Rejects with Error: the reason, for a sentence. */
  listen(address: string, port: number, accept: (stream: AcceptedStream) => void): Promise<HostListener>;
  /** The same for datagrams. */
  bind(address: string, port: number, events: DatagramEvents): Promise<BoundDatagram>;
  /** The answer to a DNS query; undefined where there is none to be had. */
  resolve(query: Uint8Array): Promise<Uint8Array | undefined>;
  /** Addresses of a name, for rules that name one. */
  lookup?(name: string): Promise<Address[]>;
  /** A file of a folder, for TFTP; undefined where there is none. */
  readFile?(folder: string, name: string): Promise<Uint8Array | undefined>;
  close(): void;
}

/** prohibited: by the policy, or because the host has no such thing. */
export type Refusal = "refused" | "unreachable" | "timeout" | "prohibited";

export interface StreamEvents {
  opened(): void;
  refused(why: Refusal): void;
  /** Bytes that came; they are the receiver's to keep. */
  data(bytes: Uint8Array): void;
  /** The other side sends no more. */
  ended(): void;
  /** So many bytes of write() were taken by the host's socket. */
  taken(count: number): void;
  /** Broken off by the other side or by the host. */
  reset(): void;
}

export interface HostStream {
  /** Bytes are copied. */
  write(bytes: Uint8Array): void;
  /** Nothing more is written. */
  end(): void;
  /** Breaks off; no event follows. */
  reset(): void;
  /** Stops data() until resume(). */
  pause(): void;
  resume(): void;
}

/** A connection that somebody made to a listener; it is paused. */
export interface AcceptedStream {
  readonly remote: { readonly address: Address; readonly port: number };
  start(events: StreamEvents): HostStream;
}

export interface DatagramEvents {
  data(bytes: Uint8Array, address: Address, port: number): void;
  refused?(why: Refusal, address: Address, port: number): void;
}

export interface HostDatagram {
  send(bytes: Uint8Array, address: Address, port: number): void;
  close(): void;
}

/** At a port that was asked for. */
export interface BoundDatagram extends HostDatagram, HostListener {}

export interface HostListener {
  /** The port that was taken, where 0 was asked for. */
  readonly port: number;
  close(): void;
}
