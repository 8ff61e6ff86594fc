// Cables, hubs and captures, and what is done for an end that cannot do it.

import { describe, expect, it } from "vitest";
import { get16, get32, put16 } from "./bytes.js";
import { Cable } from "./cable.js";
import { checksum, fold, pseudoHeader } from "./checksum.js";
import { Hub } from "./hub.js";
import { type Frame, NO_OFFLOADS, type Offloads } from "./interfaces.js";
import { finish } from "./offload.js";
import { pcapHeader, pcapRecord } from "./pcap.js";

class Client {
  readonly got: Uint8Array[] = [];
  room = Number.POSITIVE_INFINITY;
  readies = 0;
  links: boolean[] = [];
  constructor(readonly offloads: Offloads = NO_OFFLOADS) {}
  receive({ bytes }: Frame): boolean {
    if (this.got.length >= this.room) return false;
    this.got.push(bytes.slice());
    return true;
  }
  ready(): void {
    this.readies++;
  }
  linkChanged(up: boolean): void {
    this.links.push(up);
  }
}

/** A frame of TCP with `size` bytes of data, its checksums left undone. */
function tcp(version: 4 | 6, size: number, flags: number): Uint8Array {
  const header = version === 4 ? 20 : 40;
  const bytes = new Uint8Array(14 + header + 20 + size);
  put16(bytes, 12, version === 4 ? 0x0800 : 0x86dd);
  if (version === 4) {
    bytes.set([0x45, 0, 0, 0, 0, 7, 0, 0, 64, 6, 0, 0, 10, 0, 2, 15, 10, 0, 2, 2], 14);
    put16(bytes, 16, header + 20 + size);
    put16(bytes, 24, checksum(bytes, 14, 34));
  } else {
    bytes.set([0x60, 0, 0, 0, 0, 0, 6, 64], 14);
    put16(bytes, 18, 20 + size);
    bytes.fill(3, 22, 54);
  }
  const at = 14 + header;
  bytes.set([1, 2, 3, 4, 0xff, 0xff, 0xff, 0xf0, 0, 0, 0, 1, 0x50, flags], at);
  for (let n = 0; n < size; n++) bytes[at + 20 + n] = n * 7;
  put16(bytes, at + 16, fold(pseudoHeader(bytes, version === 4 ? 26 : 22, version === 4 ? 4 : 16, 6, 20 + size)));
  return bytes;
}

const right = (bytes: Uint8Array, version: 4 | 6): boolean => {
  const at = version === 4 ? 34 : 54;
  const pseudo = pseudoHeader(bytes, version === 4 ? 26 : 22, version === 4 ? 4 : 16, 6, bytes.length - at);
  return checksum(bytes, at, bytes.length, pseudo) === 0 && (version === 6 || checksum(bytes, 14, 34) === 0);
};

describe.each([4, 6] as const)("TCP over IPv%i", (version) => {
  const at = version === 4 ? 34 : 54;
  it("gets its checksum", () => {
    const [whole] = finish({ bytes: tcp(version, 33, 0x18), left: { checksum: { start: at, offset: 16 } } });
    expect(right(whole!, version)).toBe(true);
  });
  it("becomes several segments, whose numbers wrap around", () => {
    const bytes = tcp(version, 3500, 0x99);
    const left = { checksum: { start: at, offset: 16 }, segment: { version, size: 1000 } };
    const pieces = finish({ bytes, left });
    expect(pieces.map((piece) => [piece.length - at - 20, get32(piece, at + 4), piece[at + 13]])).toEqual([
      [1000, 0xfffffff0, 0x90],
      [1000, 984, 0x10],
      [1000, 1984, 0x10],
      [500, 2984, 0x19],
    ]);
    expect(pieces.every((piece) => right(piece, version))).toBe(true);
    if (version === 4) expect(pieces.map((piece) => get16(piece, 18))).toEqual([7, 8, 9, 10]);
    expect(pieces.flatMap((piece) => [...piece.subarray(at + 20)])).toEqual([...bytes.subarray(at + 20)]);
  });
  it("is nothing where what is said of it cannot be", () => {
    const bytes = tcp(version, 100, 0x10);
    const other = version === 4 ? 6 : 4;
    expect(finish({ bytes, left: { segment: { version: other, size: 10 } } })).toEqual([]);
    expect(finish({ bytes, left: { segment: { version, size: 0 } } })).toEqual([]);
    expect(finish({ bytes: bytes.subarray(0, at + 10), left: { segment: { version, size: 10 } } })).toEqual([]);
    expect(finish({ bytes, left: { checksum: { start: bytes.length, offset: 0 } } })).toEqual([]);
    bytes[at + 12] = 0xf0;
    expect(finish({ bytes: bytes.subarray(0, at + 40), left: { segment: { version, size: 10 } } })).toEqual([]);
  });
});

it("a cable gives frames over, does for an end what that cannot, and holds still", () => {
  const cable = new Cable();
  const [card, net] = [new Client({ checksum: true, segment4: true, segment6: false }), new Client()];
  const [a, b] = [cable.plug(0, card), cable.plug(1, net)];
  const left = { checksum: { start: 34, offset: 16 }, segment: { version: 4 as const, size: 100 } };
  const tapped: number[] = [];
  cable.taps.push((bytes) => tapped.push(bytes.length));
  expect(a.send({ bytes: tcp(4, 250, 0x10), left })).toBe(true);
  expect(net.got.map(({ length }) => length)).toEqual([154, 154, 104]);
  expect(b.send({ bytes: tcp(4, 250, 0x10), left })).toBe(true);
  expect(card.got.map(({ length }) => length)).toEqual([304]);
  // A capture shows what would be on a wire.
  expect(tapped).toEqual([154, 154, 104, 154, 154, 104]);
  net.room = 3;
  expect(a.send({ bytes: new Uint8Array(60) })).toBe(false);
  cable.hold(true);
  expect([b.send({ bytes: new Uint8Array(60) }), card.got.length]).toEqual([false, 1]);
  cable.hold(false);
  expect([card.readies, net.readies]).toEqual([1, 1]);
  cable.setLink(false);
  expect([b.send({ bytes: new Uint8Array(60) }), card.got.length, cable.counts(1).dropped]).toEqual([true, 1, 1]);
  expect([card.links, net.links]).toEqual([[false], [false]]);
});

it("a hub gives a frame to all other ports, and one that is full loses it", () => {
  const hub = new Hub();
  const clients = [new Client(), new Client(), new Client()];
  const ends = clients.map((client) => {
    const cable = new Cable();
    hub.connect(cable, 1);
    return cable.plug(0, client);
  });
  clients[2]!.room = 0;
  expect(ends[0]!.send({ bytes: new Uint8Array(60) })).toBe(true);
  expect([clients.map(({ got }) => got.length), hub.dropped]).toEqual([[0, 1, 0], 1]);
});

it("a capture has a header and records of the classic format", () => {
  const header = new DataView(pcapHeader(96).buffer);
  expect([0, 16, 20].map((at) => header.getUint32(at, true))).toEqual([0xa1b2c3d4, 96, 1]);
  const record = pcapRecord(new Uint8Array(100).fill(5), 3_000_007, 96);
  const view = new DataView(record.buffer);
  expect([0, 4, 8, 12].map((at) => view.getUint32(at, true))).toEqual([3, 7, 96, 100]);
  expect(record.length).toBe(112);
});
