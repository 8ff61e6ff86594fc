// A guest on a user network, for tests: sends frames by hand, and keeps what comes.

import { type Address, formatAddress, parseAddress } from "../../address.js";
import { get16, get32, put16, put32 } from "../../bytes.js";
import { Cable } from "../../cable.js";
import { checksum, pseudoHeader } from "../../checksum.js";
import { type Frame, type NetClient, type NetEnd, NO_OFFLOADS } from "../../interfaces.js";
import { defaultUserConfig, type UserConfig } from "../config.js";
import { UserNetwork } from "../network.js";
import { FakeClock } from "./clock.js";
import { FakeHost } from "./host.js";

export const MAC = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);
export const GATEWAY_MAC = Uint8Array.of(0x52, 0x55, 10, 0, 2, 2);
export const address = (text: string): Address => parseAddress(text)!;

export interface Datagram {
  readonly from: string;
  readonly port: number;
  readonly data: Uint8Array;
}

export class TestGuest implements NetClient {
  readonly offloads = NO_OFFLOADS;
  readonly clock = new FakeClock();
  readonly host = new FakeHost();
  readonly cable = new Cable();
  readonly network: UserNetwork;
  frames: Uint8Array[] = [];
  room = Number.POSITIVE_INFINITY;
  ip = "10.0.2.15";
  private readonly end: NetEnd;

  constructor(config: Partial<UserConfig> = {}, reach: "everything" | "public" = "everything") {
    this.end = this.cable.plug(0, this);
    this.network = new UserNetwork({
      config: { ...defaultUserConfig(), ...config },
      end: (client) => this.cable.plug(1, client),
      clock: this.clock,
      host: this.host,
      reach,
      random: () => 1000,
    });
  }

  receive({ bytes }: Frame): boolean {
    if (this.frames.length >= this.room) return false;
    this.frames.push(bytes.slice());
    return true;
  }

  /** What has come since the last call. */
  take(): Uint8Array[] {
    const { frames } = this;
    this.frames = [];
    return frames;
  }

  send(bytes: Uint8Array): void {
    this.end.send({ bytes });
  }

  ready(): void {
    this.end.ready();
  }

  /** A packet of IPv4 or IPv6, by the kind of its destination. */
  ip4(protocol: number, to: string, payload: Uint8Array, change: (frame: Uint8Array) => void = () => {}): void {
    const frame = new Uint8Array(34 + payload.length);
    frame.set(GATEWAY_MAC);
    frame.set(MAC, 6);
    put16(frame, 12, 0x0800);
    frame[14] = 0x45;
    put16(frame, 16, 20 + payload.length);
    frame[22] = 64;
    frame[23] = protocol;
    frame.set(address(this.ip), 26);
    frame.set(address(to), 30);
    frame.set(payload, 34);
    change(frame);
    put16(frame, 24, checksum(frame, 14, 34));
    this.send(frame);
  }

  udp(to: string, port: number, data: Uint8Array, from = 5000): void {
    const payload = new Uint8Array(8 + data.length);
    put16(payload, 0, from);
    put16(payload, 2, port);
    put16(payload, 4, payload.length);
    payload.set(data, 8);
    const addresses = Uint8Array.from([...address(this.ip), ...address(to)]);
    put16(payload, 6, checksum(payload, 0, payload.length, pseudoHeader(addresses, 0, 4, 17, payload.length)));
    this.ip4(17, to, payload);
  }

  tcp(
    to: string,
    port: number,
    flags: number,
    sequence: number,
    acknowledged = 0,
    data: number[] = [],
    window = 65535,
  ): void {
    const payload = new Uint8Array(20 + data.length);
    put16(payload, 0, 4000);
    put16(payload, 2, port);
    put32(payload, 4, sequence);
    put32(payload, 8, acknowledged);
    payload[12] = 0x50;
    payload[13] = flags;
    put16(payload, 14, window);
    payload.set(data, 20);
    const addresses = Uint8Array.from([...address(this.ip), ...address(to)]);
    put16(payload, 16, checksum(payload, 0, payload.length, pseudoHeader(addresses, 0, 4, 6, payload.length)));
    this.ip4(6, to, payload);
  }
}

/** The UDP packets among frames; throws where a checksum is wrong. */
export function datagrams(frames: readonly Uint8Array[]): Datagram[] {
  return frames.flatMap((frame) => {
    if (get16(frame, 12) !== 0x0800 || frame[23] !== 17) return [];
    const length = get16(frame, 38);
    const sum = checksum(frame, 34, 34 + length, pseudoHeader(frame, 26, 4, 17, length));
    if (sum !== 0 || checksum(frame, 14, 34) !== 0) throw new Error("a checksum is wrong");
    return [{ from: formatAddress(frame.slice(26, 30)), port: get16(frame, 34), data: frame.slice(42, 34 + length) }];
  });
}

/** TCP segments among frames: flags, sequence and acknowledged numbers, window, data. */
export function segments(frames: readonly Uint8Array[]) {
  return frames.flatMap((frame) => {
    if (get16(frame, 12) !== 0x0800 || frame[23] !== 6) return [];
    const end = 14 + get16(frame, 16);
    if (checksum(frame, 34, end, pseudoHeader(frame, 26, 4, 6, end - 34)) !== 0) throw new Error("a checksum is wrong");
    const data = 34 + (frame[46]! >> 4) * 4;
    const [flags, sequence, acknowledged] = [frame[47]!, get32(frame, 38), get32(frame, 42)];
    return [{ flags, sequence, acknowledged, window: get16(frame, 48), data: [...frame.subarray(data, end)] }];
  });
}

/** ICMP messages among frames: type and code. */
export function icmp(frames: readonly Uint8Array[]): number[][] {
  return frames.filter((frame) => frame[23] === 1).map((frame) => [frame[34]!, frame[35]!]);
}
