// Packets towards the guest: headers of Ethernet and IP, fragments, and a short queue for what the card has no room for.

import { NET_BACKLOG_BYTES } from "../../tuning/network.js";
import { type Address, formatAddress } from "../address.js";
import { put16 } from "../bytes.js";
import { checksum } from "../checksum.js";
import { TYPE_IPV4, TYPE_IPV6 } from "../ethernet.js";
import { ETHERNET_HEADER, type Frame, LARGEST_FRAME, type NetEnd, type Offload } from "../interfaces.js";

export const MTU = 1500;
const TTL = 64;
const MORE_FRAGMENTS = 0x2000;
const DONT_FRAGMENT = 0x4000;
/** Neighbours whose cards are known. */
const NEIGHBOURS = 256;

export class Output {
  /** The packet that is being made: its begin() said where its payload is. */
  readonly bytes = new Uint8Array(LARGEST_FRAME);
  dropped = 0;
  private readonly backlog: Frame[] = [];
  private backlogBytes = 0;
  private readonly neighbours = new Map<string, Uint8Array>();
  private length = 0;
  private header = 0;
  private identification = 0;

  constructor(
    private readonly end: NetEnd,
    readonly mac: Uint8Array,
    /** Asks the guest for the card of an address. */
    private readonly ask: (address: Address) => void,
  ) {}

  get offloads() {
    return this.end.offloads;
  }

  /** The guest's card of an address is this one. */
  learn(address: Address, mac: Uint8Array): void {
    const name = formatAddress(address);
    const known = this.neighbours.get(name);
    if (known) known.set(mac);
    else if (this.neighbours.size < NEIGHBOURS) this.neighbours.set(name, mac.slice());
  }

  macOf(address: Address): Uint8Array | undefined {
    return this.neighbours.get(formatAddress(address));
  }

  /** Headers for `length` bytes of a protocol; answers where these begin in `bytes`. */
  begin(source: Address, destination: Address, protocol: number, length: number, mac?: Uint8Array): number {
    const { bytes } = this;
    const to = mac ?? this.macOf(destination);
    // Where nobody is known the packet is lost at commit().
    if (to) bytes.set(to);
    else {
      this.ask(destination);
      this.length = 0;
    }
    bytes.set(this.mac, 6);
    this.header = destination.length === 4 ? 20 : 40;
    const at = ETHERNET_HEADER + this.header;
    put16(bytes, 12, destination.length === 4 ? TYPE_IPV4 : TYPE_IPV6);
    if (destination.length === 4) this.header4(source, destination, protocol, length);
    else this.header6(source, destination, protocol, length);
    this.length = to ? at + length : 0;
    return at;
  }

  private header4(source: Address, destination: Address, protocol: number, length: number): void {
    const { bytes } = this;
    const ip = ETHERNET_HEADER;
    bytes[ip] = 0x45;
    bytes[ip + 1] = 0;
    put16(bytes, ip + 2, 20 + length);
    this.identification = (this.identification + 1) & 0xffff;
    put16(bytes, ip + 4, this.identification);
    put16(bytes, ip + 6, 20 + length > MTU ? 0 : DONT_FRAGMENT);
    bytes[ip + 8] = TTL;
    bytes[ip + 9] = protocol;
    put16(bytes, ip + 10, 0);
    bytes.set(source, ip + 12);
    bytes.set(destination, ip + 16);
    put16(bytes, ip + 10, checksum(bytes, ip, ip + 20));
  }

  private header6(source: Address, destination: Address, protocol: number, length: number): void {
    const { bytes } = this;
    const ip = ETHERNET_HEADER;
    bytes.fill(0, ip, ip + 4);
    bytes[ip] = 0x60;
    put16(bytes, ip + 4, length);
    bytes[ip + 6] = protocol;
    // Neighbour discovery takes nothing that may have come over a router (RFC 4861, section 7.1).
    bytes[ip + 7] = 255;
    bytes.set(source, ip + 8);
    bytes.set(destination, ip + 24);
  }

  /** Sends the packet, or keeps it until there is room. */
  commit(): void {
    const { length, bytes } = this;
    if (length === 0) this.dropped++;
    else if (this.header === 20 && length - ETHERNET_HEADER > MTU) this.fragments();
    else this.sendOrKeep(bytes.subarray(0, length));
  }

  /** Sends the packet now, as one of several segments where that is said. False: there is no room. A packet to nobody is lost. */
  commitNow(left?: Offload): boolean {
    if (this.length === 0) {
      this.dropped++;
      return true;
    }
    if (this.backlog.length > 0) return false;
    const bytes = this.bytes.subarray(0, this.length);
    return this.end.send(left ? { bytes, left } : { bytes });
  }

  /** A whole frame. */
  sendOrKeep(bytes: Uint8Array): void {
    if (this.backlog.length === 0 && this.end.send({ bytes })) return;
    if (this.backlogBytes + bytes.length > NET_BACKLOG_BYTES) this.dropped++;
    else {
      this.backlog.push({ bytes: bytes.slice() });
      this.backlogBytes += bytes.length;
    }
  }

  /** The card has room: sends what was kept. False: not all of it. */
  flush(): boolean {
    while (this.backlog.length > 0) {
      if (!this.end.send(this.backlog[0]!)) return false;
      this.backlogBytes -= this.backlog.shift()!.bytes.length;
    }
    return true;
  }

  /** IPv4's fragments (RFC 791): each but the last a multiple of 8 bytes. */
  private fragments(): void {
    const whole = this.bytes.slice(0, this.length);
    const at = ETHERNET_HEADER + 20;
    const most = (MTU - 20) & ~7;
    for (let from = at; from < whole.length; from += most) {
      const part = whole.subarray(from, from + most);
      const frame = new Uint8Array(at + part.length);
      frame.set(whole.subarray(0, at));
      frame.set(part, at);
      put16(frame, ETHERNET_HEADER + 2, 20 + part.length);
      put16(frame, ETHERNET_HEADER + 6, ((from - at) >> 3) | (from + most < whole.length ? MORE_FRAGMENTS : 0));
      put16(frame, ETHERNET_HEADER + 10, 0);
      put16(frame, ETHERNET_HEADER + 10, checksum(frame, ETHERNET_HEADER, at));
      this.sendOrKeep(frame);
    }
  }
}
