// ICMP (RFC 792): echo from the network's own addresses, and what becomes of packets that go nowhere.

import type { Address } from "../address.js";
import { put16 } from "../bytes.js";
import { checksum } from "../checksum.js";
import type { Output } from "./output.js";
import type { Packet } from "./packet.js";

export const ICMP = 1;
const ECHO_REPLY = 0;
const UNREACHABLE = 3;
const ECHO = 8;
/** Codes of "unreachable". */
export const PORT_UNREACHABLE = 3;
export const HOST_UNREACHABLE = 1;
export const PROHIBITED = 13;
/** Of the packet, an error says so much (RFC 1812, section 4.3.2.3). */
const QUOTED = 548;

export class Icmp {
  constructor(
    private readonly output: Output,
    private readonly gateway: Address,
  ) {}

  /** `own`: its destination is an address of the network itself. */
  receive(packet: Packet, own: boolean): void {
    const { bytes, at, end, source, destination } = packet;
    if (end - at < 8 || bytes[at] !== ECHO || checksum(bytes, at, end) !== 0) return;
    if (!own) {
      // A host has no way to ask others for an echo that any user may go.
      this.unreachable(packet, PROHIBITED);
      return;
    }
    const to = this.output.begin(destination, source, ICMP, end - at);
    const { bytes: out } = this.output;
    out.set(bytes.subarray(at, end), to);
    out[to] = ECHO_REPLY;
    put16(out, to + 2, 0);
    put16(out, to + 2, checksum(out, to, to + end - at));
    this.output.commit();
  }

  /** Says that a packet went nowhere, unless it was one for many. */
  unreachable({ bytes, ip, end, source, destination }: Packet, code: number): void {
    if (destination[0]! >= 224) return;
    const length = Math.min(end - ip, QUOTED);
    const to = this.output.begin(this.gateway, source, ICMP, 8 + length);
    const { bytes: out } = this.output;
    out.fill(0, to, to + 8);
    out[to] = UNREACHABLE;
    out[to + 1] = code;
    out.set(bytes.subarray(ip, ip + length), to + 8);
    put16(out, to + 2, checksum(out, to, to + 8 + length));
    this.output.commit();
  }
}
