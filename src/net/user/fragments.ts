// Puts fragments of IPv4 together. Those that overlap, or make a packet too long, lose their packet (RFC 5722 has the reason).

import { NET_FRAGMENT_BYTES, NET_FRAGMENT_NS } from "../../tuning/network.js";
import { formatAddress } from "../address.js";
import { put16 } from "../bytes.js";
import { checksum } from "../checksum.js";
import type { Fragment, Packet } from "./packet.js";

interface Pending {
  readonly since: number;
  readonly parts: { offset: number; bytes: Uint8Array }[];
  bytes: number;
  /** Known when the last has come. */
  length: number | undefined;
}

const MOST_PARTS = 64;
const LONGEST = 65535;

export class Fragments {
  dropped = 0;
  private readonly pending = new Map<string, Pending>();
  private bytes = 0;

  constructor(private readonly now: () => number) {}

  /** A frame with the whole packet, when this was the last one missing. */
  add(packet: Packet, { identification, offset, more }: Fragment): Uint8Array | undefined {
    this.expire();
    const { source, destination, protocol, bytes, ip, at, end } = packet;
    const key = `${formatAddress(source)} ${formatAddress(destination)} ${protocol} ${identification}`;
    const part = bytes.slice(at, end);
    let all = this.pending.get(key);
    if (!all) {
      all = { since: this.now(), parts: [], bytes: 0, length: undefined };
      this.pending.set(key, all);
    }
    const overlaps = all.parts.some(
      (other) => offset < other.offset + other.bytes.length && other.offset < offset + part.length,
    );
    const wrong = part.length === 0 || (more && part.length % 8 !== 0) || offset + part.length > LONGEST - 60;
    const known = all.length ?? (more ? undefined : offset + part.length);
    const beyond = known !== undefined && (offset + part.length > known || (!more && all.length !== undefined));
    if (
      wrong ||
      overlaps ||
      beyond ||
      all.parts.length === MOST_PARTS ||
      this.bytes + part.length > NET_FRAGMENT_BYTES
    ) {
      this.forget(key, all);
      return undefined;
    }
    all.length = known;
    all.parts.push({ offset, bytes: part });
    all.bytes += part.length;
    this.bytes += part.length;
    if (all.bytes !== known || !all.parts.some((each) => each.offset === 0)) return undefined;
    this.pending.delete(key);
    this.bytes -= all.bytes;
    return whole(bytes.subarray(0, ip + 20), all.parts, known);
  }

  private forget(key: string, all: Pending): void {
    this.pending.delete(key);
    this.bytes -= all.bytes;
    this.dropped++;
  }

  private expire(): void {
    const oldest = this.now() - NET_FRAGMENT_NS;
    for (const [key, all] of this.pending) {
      if (all.since > oldest) break;
      this.forget(key, all);
    }
  }
}

function whole(header: Uint8Array, parts: Pending["parts"], length: number): Uint8Array {
  const frame = new Uint8Array(header.length + length);
  frame.set(header);
  const ip = header.length - 20;
  frame[ip] = 0x45;
  put16(frame, ip + 2, 20 + length);
  put16(frame, ip + 6, 0);
  put16(frame, ip + 10, 0);
  put16(frame, ip + 10, checksum(frame, ip, ip + 20));
  for (const { offset, bytes } of parts) frame.set(bytes, header.length + offset);
  return frame;
}
