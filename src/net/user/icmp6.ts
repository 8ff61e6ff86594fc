// ICMPv6 (RFC 4443) and neighbour discovery (RFC 4861): whose card an address is at, which network this is, echo.

import { type Address, parse6, samePrefix } from "../address.js";
import { put16, put32 } from "../bytes.js";
import { checksum, pseudoHeader } from "../checksum.js";
import { ETHERNET_HEADER } from "../interfaces.js";
import type { UserAddresses, UserConfig } from "./config.js";
import { encodeNames } from "./names.js";
import type { Output } from "./output.js";
import { type Packet, sumIsRight } from "./packet.js";

export const ICMP6 = 58;
const UNREACHABLE = 1;
const ECHO = 128;
const ECHO_REPLY = 129;
const ROUTER_SOLICITATION = 133;
const ROUTER_ADVERTISEMENT = 134;
const NEIGHBOUR_SOLICITATION = 135;
const NEIGHBOUR_ADVERTISEMENT = 136;
/** Codes of "unreachable". */
export const PORT_UNREACHABLE_6 = 4;
export const HOST_UNREACHABLE_6 = 3;
export const PROHIBITED_6 = 1;
const QUOTED = 1232;

const ALL_NODES = parse6("ff02::1")!;
const LINK_LOCAL = parse6("fe80::")!;
/** Seconds that what an advertisement says is good. */
const LIFETIME = 1800;
const PREFERRED = 14400;
const VALID = 86400;

export class Icmp6 {
  constructor(
    private readonly output: Output,
    private readonly config: UserConfig,
    private readonly addresses: UserAddresses,
    private readonly own: (address: Address) => boolean,
    /** The router's address on the link. */
    private readonly link: Address,
  ) {}

  receive(packet: Packet): void {
    const { bytes, at, end, source } = packet;
    if (end - at < 8 || !sumIsRight(packet)) return;
    const type = bytes[at];
    if (type === ECHO) this.echo(packet);
    else if (type === ROUTER_SOLICITATION) this.advertise(isUnspecified(source) ? undefined : packet);
    else if (type === NEIGHBOUR_SOLICITATION && end - at >= 24) this.solicited(packet);
    else if (type === NEIGHBOUR_ADVERTISEMENT && end - at >= 24) {
      this.learn(bytes.subarray(at + 8, at + 24), bytes.subarray(6, 12));
    }
  }

  private learn(address: Address, mac: Uint8Array): void {
    const near =
      samePrefix(address, LINK_LOCAL, 64) || samePrefix(address, this.addresses.net6, this.addresses.prefix6);
    if (near && !this.own(address)) this.output.learn(address, mac);
  }

  private echo(packet: Packet): void {
    const { bytes, at, end, source, destination } = packet;
    if (!this.own(destination)) {
      this.unreachable(packet, PROHIBITED_6);
      return;
    }
    const to = this.output.begin(destination, source, ICMP6, end - at);
    this.output.bytes.set(bytes.subarray(at, end), to);
    this.finish(to, end - at, ECHO_REPLY, 0);
  }

  private solicited({ bytes, at, source }: Packet): void {
    const target = bytes.slice(at + 8, at + 24);
    const mac = bytes.subarray(6, 12);
    if (!isUnspecified(source)) this.learn(source, mac);
    if (!this.own(target)) return;
    const asker = isUnspecified(source) ? ALL_NODES : source;
    const to = this.output.begin(target, asker, ICMP6, 32, isUnspecified(source) ? multicastMac(ALL_NODES) : mac);
    const { bytes: out } = this.output;
    // A router, asked for, and to be believed.
    put32(out, to + 4, isUnspecified(source) ? 0xa0000000 : 0xe0000000);
    out.set(target, to + 8);
    linkLayer(out, to + 24, 2, this.output.mac);
    this.finish(to, 32, NEIGHBOUR_ADVERTISEMENT, 0);
  }

  /** Asks who has an address. */
  ask(address: Address): void {
    const group = parse6("ff02::1:ff00:0")!;
    group.set(address.subarray(13), 13);
    const to = this.output.begin(this.link, group, ICMP6, 32, multicastMac(group));
    const { bytes } = this.output;
    put32(bytes, to + 4, 0);
    bytes.set(address, to + 8);
    linkLayer(bytes, to + 24, 1, this.output.mac);
    this.finish(to, 32, NEIGHBOUR_SOLICITATION, 0);
  }

  /** A router advertisement: to who asked, or to all. */
  private advertise(asker: Packet | undefined): void {
    const { dnssearch, restrict } = this.config;
    const { net6, prefix6, dns6 } = this.addresses;
    const names = restrict ? new Uint8Array(0) : encodeNames(dnssearch);
    const search = names.length === 0 ? 0 : 8 + Math.ceil(names.length / 8) * 8;
    const length = 16 + 8 + 32 + (restrict ? 0 : 24) + search;
    const mac = asker ? asker.bytes.subarray(6, 12) : multicastMac(ALL_NODES);
    const to = this.output.begin(this.link, asker ? asker.source : ALL_NODES, ICMP6, length, mac);
    const { bytes } = this.output;
    bytes.fill(0, to, to + length);
    bytes[to + 4] = 64;
    // More is to be had by DHCPv6.
    bytes[to + 5] = 0x40;
    put16(bytes, to + 6, restrict ? 0 : LIFETIME);
    let at = to + 16;
    linkLayer(bytes, at, 1, this.output.mac);
    at += 8;
    bytes.set([3, 4, prefix6, 0xc0], at);
    put32(bytes, at + 4, VALID);
    put32(bytes, at + 8, PREFERRED);
    bytes.set(net6, at + 16);
    at += 32;
    if (!restrict) {
      // RFC 8106.
      bytes.set([25, 3], at);
      put32(bytes, at + 4, LIFETIME);
      bytes.set(dns6, at + 8);
      at += 24;
    }
    if (search > 0) {
      bytes.set([31, search / 8], at);
      put32(bytes, at + 4, LIFETIME);
      bytes.set(names, at + 8);
    }
    this.finish(to, length, ROUTER_ADVERTISEMENT, 0);
  }

  /** Says that a packet went nowhere, unless it was one for many. */
  unreachable({ bytes, ip, end, source, destination }: Packet, code: number): void {
    if (destination[0] === 0xff || isUnspecified(source)) return;
    const length = Math.min(end - ip, QUOTED);
    const to = this.output.begin(this.addresses.host6, source, ICMP6, 8 + length);
    put32(this.output.bytes, to + 4, 0);
    this.output.bytes.set(bytes.subarray(ip, ip + length), to + 8);
    this.finish(to, 8 + length, UNREACHABLE, code);
  }

  private finish(at: number, length: number, type: number, code: number): void {
    const { bytes } = this.output;
    bytes[at] = type;
    bytes[at + 1] = code;
    put16(bytes, at + 2, 0);
    put16(bytes, at + 2, checksum(bytes, at, at + length, pseudoHeader(bytes, ETHERNET_HEADER + 8, 16, ICMP6, length)));
    this.output.commit();
  }
}

function isUnspecified(address: Address): boolean {
  return address.every((byte) => byte === 0);
}

export function multicastMac(address: Address): Uint8Array {
  return Uint8Array.of(0x33, 0x33, address[12]!, address[13]!, address[14]!, address[15]!);
}

function linkLayer(bytes: Uint8Array, at: number, type: number, mac: Uint8Array): void {
  bytes[at] = type;
  bytes[at + 1] = 1;
  bytes.set(mac, at + 2);
}
