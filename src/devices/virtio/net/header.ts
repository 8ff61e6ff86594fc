// The header that stands before each frame in a buffer. Virtio 1.2, section 5.1.6.

import { ETHERNET_HEADER, type Frame, type Offload } from "../../../net/interfaces.js";
import { findTcp } from "../../../net/tcp-place.js";
import * as net from "./registers.js";

/** What the driver has left to do in a frame of `length` bytes. Undefined: its header cannot be. */
export function readHeader(header: DataView, length: number): { left?: Offload } | undefined {
  const type = header.getUint8(net.H_GSO_TYPE) & ~net.GSO_ECN;
  const needs = (header.getUint8(net.H_FLAGS) & net.FLAG_NEEDS_CSUM) !== 0;
  if (!needs) return type === net.GSO_NONE ? {} : undefined;
  const start = header.getUint16(net.H_CSUM_START, true);
  const offset = header.getUint16(net.H_CSUM_OFFSET, true);
  if (start < ETHERNET_HEADER || start + offset + 2 > length) return undefined;
  const checksum = { start, offset };
  if (type === net.GSO_NONE) return { left: { checksum } };
  const size = header.getUint16(net.H_GSO_SIZE, true);
  if (size === 0 || (type !== net.GSO_TCPV4 && type !== net.GSO_TCPV6)) return undefined;
  const ecn = (header.getUint8(net.H_GSO_TYPE) & net.GSO_ECN) !== 0;
  return { left: { checksum, segment: { version: type === net.GSO_TCPV4 ? 4 : 6, size, ecn } } };
}

/** Tells the driver what a frame's sender has left to it. `buffers`: over how many it goes. */
export function writeHeader(header: DataView, { bytes, left }: Frame, buffers: number): void {
  for (let at = 0; at < net.HEADER; at++) header.setUint8(at, 0);
  header.setUint16(net.H_NUM_BUFFERS, buffers, true);
  if (left?.checksum) {
    header.setUint8(net.H_FLAGS, net.FLAG_NEEDS_CSUM);
    header.setUint16(net.H_CSUM_START, left.checksum.start, true);
    header.setUint16(net.H_CSUM_OFFSET, left.checksum.offset, true);
  }
  if (!left?.segment) return;
  const { version, size, ecn } = left.segment;
  header.setUint8(net.H_GSO_TYPE, (version === 4 ? net.GSO_TCPV4 : net.GSO_TCPV6) | (ecn ? net.GSO_ECN : 0));
  header.setUint16(net.H_GSO_SIZE, size, true);
  header.setUint16(net.H_HDR_LEN, findTcp(bytes, bytes.length)?.data ?? 0, true);
}
