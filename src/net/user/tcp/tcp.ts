// TCP of the network: connections by their ends, who is asked for new ones, and what is sent.

import { NET_CONNECTIONS } from "../../../tuning/network.js";
import { type Address, formatAddress } from "../../address.js";
import { put16, put32 } from "../../bytes.js";
import { checksum, fold, pseudoHeader } from "../../checksum.js";
import type { AcceptedStream, HostNetwork, Refusal } from "../../host.js";
import { ETHERNET_HEADER, type NetClock, type NetTimer } from "../../interfaces.js";
import { MTU, type Output } from "../output.js";
import { type Packet, sumIsRight } from "../packet.js";
import type { Translation } from "../udp.js";
import { Connection, type Outgoing, type Pair, type Surroundings } from "./connection.js";
import { ACK, add, FIN, parseSegment, RST, type Segment, SYN, TCP } from "./segment.js";

const HEADER = 20;
/** Bytes of one send where the card takes it for many segments: with its headers less than IP can say. */
const LARGEST = 60_000;
const FIRST_PORT = 49152;

export interface TcpParts {
  readonly output: Output;
  readonly host: HostNetwork | undefined;
  readonly clock: NetClock;
  readonly translation: Translation;
  /** A random number of 32 bits. */
  readonly random: () => number;
  /** Says of a packet that it went nowhere. */
  readonly unreachable: (packet: Packet, why: Refusal) => void;
}

export class Tcp implements Surroundings {
  counts = { malformed: 0, tooMany: 0 };
  private readonly connections = new Map<string, Connection>();
  private readonly timer: NetTimer;
  private armedFor = Number.POSITIVE_INFINITY;
  private port = FIRST_PORT;

  constructor(private readonly parts: TcpParts) {
    this.timer = parts.clock.timer(() => this.tick());
  }

  get size(): number {
    return this.connections.size;
  }

  /** Bytes kept for all. */
  get held(): number {
    let bytes = 0;
    for (const connection of this.connections.values()) bytes += connection.held;
    return bytes;
  }

  get all(): Iterable<Connection> {
    return this.connections.values();
  }

  receive(packet: Packet): void {
    const segment = sumIsRight(packet) ? parseSegment(packet) : undefined;
    if (!segment) {
      this.counts.malformed++;
      return;
    }
    const { source, destination } = packet;
    const key = keyOf(source, segment.sourcePort, destination, segment.port);
    const known = this.connections.get(key);
    const fresh = (segment.flags & (SYN | ACK | RST)) === SYN;
    if (known && !(known.state === "lingering" && fresh)) {
      known.receive(segment);
      return;
    }
    if (known) this.gone(known);
    const pair = {
      guest: source.slice(),
      guestPort: segment.sourcePort,
      remote: destination.slice(),
      remotePort: segment.port,
    };
    if (fresh) this.open(key, pair, segment, packet);
    else this.refuseSegment(pair, segment);
  }

  /** The guest asks for a connection. */
  private open(key: string, pair: Pair, segment: Segment, packet: Packet): void {
    const { host, translation } = this.parts;
    const to = translation.toHost(pair.remote, pair.remotePort);
    if (!to || !host) {
      this.parts.unreachable(packet, "prohibited");
      this.refuseSegment(pair, segment);
      return;
    }
    if (this.connections.size >= NET_CONNECTIONS) {
      this.counts.tooMany++;
      this.refuseSegment(pair, segment);
      return;
    }
    const connection = new Connection(pair, this, this.parts.random(), segment, mssOf(pair));
    this.connections.set(key, connection);
    const target = translation.toPort?.(pair.remote, pair.remotePort) ?? pair.remotePort;
    connection.stream = host.connect(to, target, connection);
  }

  /** Somebody asks for a connection to a port of the guest. */
  accept(stream: AcceptedStream, guest: Address, guestPort: number): void {
    const { remote: from } = stream;
    const seen = this.parts.translation.toGuest(from.address);
    const remote = seen.length === guest.length ? seen : this.parts.translation.toGuest(guest);
    const wanted = (port: number): string => keyOf(guest, guestPort, remote, port);
    let remotePort = from.port;
    for (let n = 0; this.connections.has(wanted(remotePort)) && n < 65536 - FIRST_PORT; n++) {
      remotePort = this.port;
      this.port = this.port === 65535 ? FIRST_PORT : this.port + 1;
    }
    const pair = { guest, guestPort, remote, remotePort };
    const connection = new Connection(pair, this, this.parts.random(), undefined, mssOf(pair));
    connection.stream = stream.start(connection);
    if (this.connections.has(wanted(remotePort)) || this.connections.size >= NET_CONNECTIONS) {
      this.counts.tooMany++;
      connection.abort();
      return;
    }
    this.connections.set(wanted(remotePort), connection);
    connection.ask();
  }

  /** The card has room again. False: not for all. */
  flush(): boolean {
    for (const connection of this.connections.values()) {
      if (!connection.blocked) continue;
      connection.flush();
      if (connection.blocked) return false;
    }
    return true;
  }

  close(): void {
    for (const connection of [...this.connections.values()]) connection.abort();
    this.timer.cancel();
  }

  // ---- what connections need -----------------------------------------------------------------------------------------------

  now(): number {
    return this.parts.clock.now();
  }

  largest(mss: number): number {
    const { segment4, segment6 } = this.parts.output.offloads;
    return segment4 && segment6 ? Math.floor(LARGEST / mss) * mss : mss;
  }

  gone({ pair: { guest, guestPort, remote, remotePort } }: Connection): void {
    this.connections.delete(keyOf(guest, guestPort, remote, remotePort));
  }

  refused({ pair }: Connection, _why: Refusal): void {
    // TCP has one word for it.
    this.send(pair, { sequence: 0, acknowledged: this.expected(pair), flags: RST | ACK, window: 0 });
  }

  private expected({ guest, guestPort, remote, remotePort }: Pair): number {
    return this.connections.get(keyOf(guest, guestPort, remote, remotePort))?.expected ?? 0;
  }

  /** To what belongs to no connection. */
  private refuseSegment(pair: Pair, { flags, acknowledged, sequence, data }: Segment): void {
    if ((flags & RST) !== 0) return;
    if ((flags & ACK) !== 0) this.send(pair, { sequence: acknowledged, acknowledged: 0, flags: RST, window: 0 });
    else {
      const length = data.length + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);
      this.send(pair, { sequence: 0, acknowledged: add(sequence, length), flags: RST | ACK, window: 0 });
    }
  }

  send(pair: Pair, { sequence, acknowledged, flags, window, shift, data }: Outgoing): boolean {
    const { output } = this.parts;
    const { bytes } = output;
    const syn = (flags & SYN) !== 0;
    const options = syn ? (shift === undefined ? 4 : 8) : 0;
    const count = data?.count ?? 0;
    const length = HEADER + options + count;
    const at = output.begin(pair.remote, pair.guest, TCP, length);
    put16(bytes, at, pair.remotePort);
    put16(bytes, at + 2, pair.guestPort);
    put32(bytes, at + 4, sequence);
    put32(bytes, at + 8, acknowledged);
    bytes[at + 12] = ((HEADER + options) / 4) << 4;
    bytes[at + 13] = flags;
    put16(bytes, at + 14, window);
    put32(bytes, at + 16, 0);
    if (syn) {
      put32(bytes, at + HEADER, 0x02040000 + mssOf(pair));
      if (shift !== undefined) put32(bytes, at + HEADER + 4, 0x01030300 + shift);
    }
    if (data) data.from.queue.copy(data.offset, count, bytes, at + HEADER + options);
    return this.finish(pair, at, length, count, data?.from.mss ?? 0);
  }

  /** Checksum, or what the card needs to do it. */
  private finish({ guest }: Pair, at: number, length: number, count: number, mss: number): boolean {
    const { output } = this.parts;
    const { bytes, offloads } = output;
    const size = guest.length as 4 | 16;
    const pseudo = pseudoHeader(bytes, ETHERNET_HEADER + (size === 4 ? 12 : 8), size, TCP, length);
    if (!offloads.checksum) {
      put16(bytes, at + 16, checksum(bytes, at, at + length, pseudo));
      return count > 0 ? output.commitNow() : this.sendControl();
    }
    put16(bytes, at + 16, fold(pseudo));
    const left = { checksum: { start: at, offset: 16 } };
    if (count <= mss)
      return count > 0 ? output.commitNow(left) : output.commitNow(left) || this.undone(at, length, pseudo);
    return output.commitNow({ ...left, segment: { version: size === 4 ? 4 : 6, size: mss } });
  }

  /** What has no data is kept where there is no room. */
  private sendControl(): boolean {
    this.parts.output.commit();
    return true;
  }

  private undone(at: number, length: number, pseudo: number): boolean {
    const { bytes } = this.parts.output;
    put16(bytes, at + 16, 0);
    put16(bytes, at + 16, checksum(bytes, at, at + length, pseudo));
    return this.sendControl();
  }

  // ---- time ----------------------------------------------------------------------------------------------------------------

  rearm(at: number): void {
    if (at >= this.armedFor) return;
    this.armedFor = at;
    this.timer.arm(at);
  }

  private tick(): void {
    this.armedFor = Number.POSITIVE_INFINITY;
    const now = this.now();
    for (const connection of [...this.connections.values()]) if (connection.deadline <= now) connection.tick();
    let next = Number.POSITIVE_INFINITY;
    for (const { deadline } of this.connections.values()) next = Math.min(next, deadline);
    this.rearm(next);
  }
}

function mssOf({ guest }: Pair): number {
  return MTU - (guest.length === 4 ? 40 : 60);
}

function keyOf(guest: Address, guestPort: number, remote: Address, remotePort: number): string {
  return `${formatAddress(guest)} ${guestPort} ${formatAddress(remote)} ${remotePort}`;
}
