// Where TCP is in a frame.

import { get16 } from "./bytes.js";
import { TYPE_IPV4, TYPE_IPV6, TYPE_VLAN } from "./ethernet.js";
import { ETHERNET_HEADER } from "./interfaces.js";

const TCP = 6;
const TCP_HEADER = 20;

export interface TcpPlace {
  readonly version: 4 | 6;
  /** Of the headers and of the data behind them. */
  readonly ip: number;
  readonly tcp: number;
  readonly data: number;
}

/** Undefined where there is no whole TCP header, or it is not the first behind IP's. */
export function findTcp(bytes: Uint8Array, length: number): TcpPlace | undefined {
  let ip = ETHERNET_HEADER;
  if (length < ip + 4) return undefined;
  let type = get16(bytes, 12);
  if (type === TYPE_VLAN) {
    type = get16(bytes, 16);
    ip += 4;
  }
  const place = type === TYPE_IPV4 ? tcp4(bytes, ip, length) : type === TYPE_IPV6 ? tcp6(bytes, ip, length) : undefined;
  if (place === undefined || place + TCP_HEADER > length) return undefined;
  const data = place + (bytes[place + 12]! >> 4) * 4;
  if (data < place + TCP_HEADER || data > length) return undefined;
  return { version: type === TYPE_IPV4 ? 4 : 6, ip, tcp: place, data };
}

function tcp4(bytes: Uint8Array, ip: number, length: number): number | undefined {
  if (ip + 20 > length || bytes[ip + 9] !== TCP) return undefined;
  const header = (bytes[ip]! & 15) * 4;
  return header < 20 || bytes[ip]! >> 4 !== 4 ? undefined : ip + header;
}

function tcp6(bytes: Uint8Array, ip: number, length: number): number | undefined {
  return ip + 40 > length || bytes[ip + 6] !== TCP || bytes[ip]! >> 4 !== 6 ? undefined : ip + 40;
}
