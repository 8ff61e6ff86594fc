// UDP: services of the network itself, and a socket of the host for each port of the guest that sends beyond it.

import { NET_UDP_FLOWS, NET_UDP_IDLE_NS } from "../../tuning/network.js";
import { type Address, formatAddress } from "../address.js";
import { get16, put16 } from "../bytes.js";
import { checksum, pseudoHeader } from "../checksum.js";
import type { DatagramEvents, HostDatagram, HostListener, HostNetwork, Refusal } from "../host.js";
import { ETHERNET_HEADER } from "../interfaces.js";
import type { Output } from "./output.js";
import { type Packet, sumIsRight } from "./packet.js";

export const UDP = 17;
const HEADER = 8;
const LONGEST = 65507;

/** Where a packet to an address goes on the host, and back. */
export interface Translation {
  /** Undefined: it may not be reached. */
  toHost(address: Address, port: number): Address | undefined;
  toGuest(address: Address): Address;
  /** The port there, where it is another. */
  toPort?(address: Address, port: number): number | undefined;
}

interface Flow {
  socket: HostDatagram;
  used: number;
  /** The last packet that went out, for what is said when it was refused. */
  last: Packet | undefined;
}

export type Service = (packet: Packet, data: Uint8Array, port: number) => void;

export class Udp {
  counts = { malformed: 0, evicted: 0 };
  private readonly flows = new Map<string, Flow>();

  constructor(
    private readonly output: Output,
    private readonly host: HostNetwork | undefined,
    private readonly translation: Translation,
    private readonly now: () => number,
    /** Of a packet that went nowhere. */
    private readonly unreachable: (packet: Packet, why: Refusal) => void,
    /** The service at an address and a port. */
    private readonly service: (destination: Address, port: number) => Service | undefined,
  ) {}

  get size(): number {
    return this.flows.size;
  }

  receive(packet: Packet): void {
    const { bytes, at, end } = packet;
    const length = get16(bytes, at + 4);
    const right = end - at >= HEADER && length >= HEADER && at + length <= end;
    if (!right || (get16(bytes, at + 6) !== 0 && !sumIsRight({ ...packet, end: at + length }))) {
      this.counts.malformed++;
      return;
    }
    const port = get16(bytes, at);
    const destinationPort = get16(bytes, at + 2);
    const data = bytes.subarray(at + HEADER, at + length);
    const service = this.service(packet.destination, destinationPort);
    if (service) service(packet, data, port);
    else this.forward(packet, data, port, destinationPort);
  }

  private forward(packet: Packet, data: Uint8Array, port: number, destinationPort: number): void {
    const { host } = this;
    const to = this.translation.toHost(packet.destination, destinationPort);
    if (!to || !host) {
      this.unreachable(packet, "prohibited");
      return;
    }
    const flow = this.flow(packet, port, to.length as 4 | 16, host);
    flow.used = this.now();
    flow.last = keep(packet);
    flow.socket.send(data, to, destinationPort);
  }

  private flow(packet: Packet, port: number, size: 4 | 16, host: HostNetwork): Flow {
    const source = packet.source.slice();
    const key = `${formatAddress(source)} ${port} ${size}`;
    const known = this.flows.get(key);
    if (known) return known;
    this.expire();
    const flow: Flow = { socket: undefined as unknown as HostDatagram, used: this.now(), last: undefined };
    flow.socket = host.datagram(size, {
      data: (bytes, address, from) => {
        flow.used = this.now();
        this.send(this.translation.toGuest(address), from, source, port, bytes);
      },
      refused: (why) => {
        if (flow.last) this.unreachable(flow.last, why);
      },
    });
    this.flows.set(key, flow);
    return flow;
  }

  /** Those that were silent for long, and the one that was so longest when there are too many. */
  private expire(): void {
    const oldest = this.now() - NET_UDP_IDLE_NS;
    let eldest: [string, Flow] | undefined;
    for (const entry of this.flows) {
      if (entry[1].used < oldest) this.drop(entry[0], entry[1]);
      else if (!eldest || entry[1].used < eldest[1].used) eldest = entry;
    }
    if (this.flows.size < NET_UDP_FLOWS || !eldest) return;
    this.counts.evicted++;
    this.drop(...eldest);
  }

  private drop(key: string, { socket }: Flow): void {
    socket.close();
    this.flows.delete(key);
  }

  /** A port of the host whose datagrams go to one of the guest. Rejects with the reason. */
  async listen(hostAddress: string, hostPort: number, guest: () => Address, guestPort: number): Promise<HostListener> {
    const events: DatagramEvents = {
      data: (bytes, address, from) => {
        // The answer goes to the guest's port of that name, from which it comes back here.
        this.adopt(guest(), guestPort, socket, address.length as 4 | 16);
        this.send(this.translation.toGuest(address), from, guest(), guestPort, bytes);
      },
    };
    const socket = await this.host!.bind(hostAddress, hostPort, events);
    return {
      port: socket.port,
      close: () => {
        for (const [key, flow] of this.flows) if (flow.socket === socket) this.flows.delete(key);
        socket.close();
      },
    };
  }

  private adopt(guest: Address, port: number, socket: HostDatagram, size: 4 | 16): void {
    const key = `${formatAddress(guest)} ${port} ${size}`;
    const known = this.flows.get(key);
    if (known?.socket === socket) return;
    known?.socket.close();
    this.flows.set(key, { socket, used: Number.POSITIVE_INFINITY, last: undefined });
  }

  /** A datagram to the guest. */
  send(
    source: Address,
    sourcePort: number,
    destination: Address,
    port: number,
    data: Uint8Array,
    mac?: Uint8Array,
  ): void {
    if (data.length > LONGEST || source.length !== destination.length) return;
    const length = HEADER + data.length;
    const at = this.output.begin(source, destination, UDP, length, mac);
    const { bytes } = this.output;
    put16(bytes, at, sourcePort);
    put16(bytes, at + 2, port);
    put16(bytes, at + 4, length);
    put16(bytes, at + 6, 0);
    bytes.set(data, at + HEADER);
    const size = source.length as 4 | 16;
    const addresses = ETHERNET_HEADER + (size === 4 ? 12 : 8);
    // Zero says that there is none.
    put16(bytes, at + 6, checksum(bytes, at, at + length, pseudoHeader(bytes, addresses, size, UDP, length)) || 0xffff);
    this.output.commit();
  }

  close(): void {
    for (const { socket } of this.flows.values()) socket.close();
    this.flows.clear();
  }
}

/** The beginning of a packet, which an error quotes. */
function keep(packet: Packet): Packet {
  const { ip, at, source, destination } = packet;
  const end = Math.min(packet.end, at + HEADER);
  return {
    ...packet,
    end,
    bytes: packet.bytes.slice(0, end),
    ip,
    source: source.slice(),
    destination: destination.slice(),
  };
}
