// An IP packet of the guest, looked at and found whole.

import type { Address } from "../address.js";
import { get16 } from "../bytes.js";
import { checksum, pseudoHeader } from "../checksum.js";
import { ETHERNET_HEADER } from "../interfaces.js";

export interface Packet {
  readonly version: 4 | 6;
  /** Views into `bytes`. */
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: number;
  /** Its frame; the payload is from `at` to `end`. */
  readonly bytes: Uint8Array;
  readonly ip: number;
  readonly at: number;
  readonly end: number;
  /** Checksums of the payload were left undone. */
  readonly trusted: boolean;
}

export interface Fragment {
  readonly identification: number;
  readonly offset: number;
  readonly more: boolean;
}

/** Undefined for what breaks a rule. */
export function parse4Packet(bytes: Uint8Array, trusted: boolean): (Packet & { fragment?: Fragment }) | undefined {
  const ip = ETHERNET_HEADER;
  if (bytes.length < ip + 20 || bytes[ip]! >> 4 !== 4) return undefined;
  const header = (bytes[ip]! & 15) * 4;
  const total = get16(bytes, ip + 2);
  // A frame may be longer, filled up to Ethernet's least.
  if (header < 20 || total < header || ip + total > bytes.length) return undefined;
  if (checksum(bytes, ip, ip + header) !== 0) return undefined;
  const packet: Packet = {
    version: 4,
    source: bytes.subarray(ip + 12, ip + 16),
    destination: bytes.subarray(ip + 16, ip + 20),
    protocol: bytes[ip + 9]!,
    bytes,
    ip,
    at: ip + header,
    end: ip + total,
    trusted,
  };
  const place = get16(bytes, ip + 6);
  if ((place & 0x3fff) === 0) return packet;
  const fragment = { identification: get16(bytes, ip + 4), offset: (place & 0x1fff) * 8, more: (place & 0x2000) !== 0 };
  return { ...packet, fragment };
}

const HOP_BY_HOP = 0;
const ROUTING = 43;
const DESTINATION_OPTIONS = 60;
const MOST_EXTENSIONS = 8;

/** The same for IPv6; extension headers that say nothing to us are passed over, fragments are not put together. */
export function parse6Packet(bytes: Uint8Array, trusted: boolean): Packet | undefined {
  const ip = ETHERNET_HEADER;
  if (bytes.length < ip + 40 || bytes[ip]! >> 4 !== 6) return undefined;
  const end = ip + 40 + get16(bytes, ip + 4);
  if (end > bytes.length) return undefined;
  let protocol = bytes[ip + 6]!;
  let at = ip + 40;
  for (let n = 0; protocol === HOP_BY_HOP || protocol === ROUTING || protocol === DESTINATION_OPTIONS; n++) {
    if (n === MOST_EXTENSIONS || at + 8 > end) return undefined;
    protocol = bytes[at]!;
    at += (bytes[at + 1]! + 1) * 8;
  }
  if (at > end) return undefined;
  const [source, destination] = [bytes.subarray(ip + 8, ip + 24), bytes.subarray(ip + 24, ip + 40)];
  return { version: 6, source, destination, protocol, bytes, ip, at, end, trusted };
}

/** Whether the checksum of TCP, UDP or ICMPv6 is right. */
export function sumIsRight({ version, bytes, ip, at, end, protocol, trusted }: Packet): boolean {
  if (trusted) return true;
  const pseudo =
    version === 4
      ? pseudoHeader(bytes, ip + 12, 4, protocol, end - at)
      : pseudoHeader(bytes, ip + 8, 16, protocol, end - at);
  return checksum(bytes, at, end, pseudo) === 0;
}
