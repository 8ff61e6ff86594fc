// The network card as a driver meets it.

import { describe, expect, it } from "vitest";
import { Cable } from "../../../net/cable.js";
import type { Frame } from "../../../net/interfaces.js";
import { restore } from "../../state.js";
import { FakeLog, FakeMemory } from "../../testing.js";
import { TestPciDriver } from "../testing/pci-driver.js";
import { VirtioPci } from "../transport/pci/transport.js";
import { VirtioNet, type VirtioNetOptions } from "./device.js";
import * as net from "./registers.js";

const MAC = [0x52, 0x54, 0, 0x12, 0x34, 0x56];
const PEER = [2, 0, 0, 0, 0, 1];
const bits = (...list: number[]): number => list.reduce((all, bit) => all | (1 << bit), 0) >>> 0;
const ALL = [net.F_CSUM, net.F_GUEST_CSUM, net.F_GUEST_TSO4, net.F_HOST_TSO4, net.F_MRG_RXBUF, net.F_STATUS];
const CONTROL = [net.F_CTRL_VQ, net.F_CTRL_RX, net.F_CTRL_RX_EXTRA, net.F_CTRL_VLAN, net.F_CTRL_MAC_ADDR];
const MORE = [net.F_CTRL_GUEST_OFFLOADS, net.F_GUEST_ANNOUNCE, net.F_MAC];

const frame = (to: readonly number[], length = 60, fill = 0xaa): Uint8Array => {
  const bytes = new Uint8Array(length).fill(fill);
  bytes.set(to);
  bytes.set(PEER, 6);
  bytes.set([8, 0], 12);
  return bytes;
};

function setup(features = bits(...ALL, ...CONTROL, ...MORE), options: Partial<VirtioNetOptions> = {}) {
  const memory = new FakeMemory(0x200000);
  const cable = new Cable();
  const sent: { bytes: number[]; left: Frame["left"] }[] = [];
  const peer = {
    offloads: { checksum: true, segment4: true, segment6: true },
    room: true,
    readies: 0,
    receive({ bytes, left }: Frame): boolean {
      if (peer.room) sent.push({ bytes: [...bytes], left });
      return peer.room;
    },
    ready: () => void peer.readies++,
  };
  const end = cable.plug(1, peer);
  const make = (): VirtioNet =>
    new VirtioNet({ mac: Uint8Array.from(MAC), plug: (card) => cable.plug(0, card), ...options });
  const card = make();
  const log = new FakeLog();
  const driver = new TestPciDriver(memory, new VirtioPci(card, { memory, log }));
  expect(driver.negotiate(features)).toBe(true);
  const pairs = options.pairs ?? 1;
  const queues = Array.from({ length: 2 * pairs + 1 }, (_, n) => driver.addQueue(n, 0x1000 * (n + 1), 16));
  driver.ready();
  /** A command; answers its status. */
  const command = (...bytes: number[]): number => {
    memory.write(0x40000, Uint8Array.from(bytes));
    const buffers = [
      { address: 0x40000, length: bytes.length },
      { address: 0x41000, length: 1, write: true },
    ];
    memory.writeU8(0x41000, 0x55);
    queues.at(-1)!.add(buffers);
    driver.kick(2 * pairs);
    return memory.bytes[0x41000]!;
  };
  const rx = (length = 2048, count = 1, queue = queues[0]!): void => {
    for (let n = 0; n < count; n++) queue.add([{ address: 0x50000 + n * 0x1000, length, write: true }]);
  };
  const tx = (header: readonly number[], bytes: Uint8Array): void => {
    memory.write(0x60000, Uint8Array.from([...header, ...new Array(net.HEADER - header.length).fill(0)]));
    memory.write(0x61000, bytes);
    queues[1]!.add([
      { address: 0x60000, length: net.HEADER },
      { address: 0x61000, length: bytes.length },
    ]);
    driver.kick(1);
  };
  return { memory, cable, sent, peer, end, card, make, driver, queues, command, rx, tx, log };
}

it("says what it is", () => {
  const { driver } = setup(0, { mtu: 1400, speed: 10000, fullDuplex: true, pairs: 2 });
  expect(driver.config(0, 4)).toBe(0x10411af4);
  expect(MAC.map((_, n) => driver.read(4, n, 1))).toEqual(MAC);
  expect([6, 8, 10].map((at) => driver.read(4, at, 2))).toEqual([1, 2, 1400]);
  expect([driver.read(4, 12, 4), driver.read(4, 16, 1)]).toEqual([10000, 1]);
});

it("sends frames with what the driver has left to do, and drops those with a header that lies", () => {
  const { tx, sent, card, queues } = setup();
  tx([], frame(PEER));
  tx([1, 0, 0, 0, 0, 0, 34, 0, 16, 0], frame(PEER, 100));
  tx([1, 1, 54, 0, 0xe8, 3, 34, 0, 16, 0], frame(PEER, 3000));
  expect(sent.map(({ bytes, left }) => [bytes.length, left])).toEqual([
    [60, undefined],
    [100, { checksum: { start: 34, offset: 16 } }],
    [3000, { checksum: { start: 34, offset: 16 }, segment: { version: 4, size: 1000, ecn: false } }],
  ]);
  tx([1, 0, 0, 0, 0, 0, 200, 0, 16, 0], frame(PEER, 100));
  tx([1, 3, 0, 0, 8, 0, 34, 0, 16, 0], frame(PEER, 100));
  tx([0, 1, 0, 0, 8, 0], frame(PEER, 100));
  tx([], frame(PEER).subarray(0, 13));
  expect([sent.length, card.dropped.malformed, queues[1]!.used().length]).toEqual([3, 4, 7]);
});

it("keeps frames in the ring while the cable has no room", () => {
  const { tx, sent, peer, end, queues } = setup();
  peer.room = false;
  tx([], frame(PEER));
  tx([], frame(PEER, 61));
  expect([sent.length, queues[1]!.used()]).toEqual([0, []]);
  peer.room = true;
  end.ready();
  expect(sent.map(({ bytes }) => bytes.length)).toEqual([60, 61]);
  expect(queues[1]!.used().map(({ head }) => head)).toEqual([0, 2]);
});

it("receives into one buffer or several, and asks for more when there are too few", () => {
  const { rx, end, queues, memory, peer, driver } = setup();
  rx(64, 2);
  const bytes = frame(MAC, 100);
  bytes.set([1, 2, 3], 50);
  expect(end.send({ bytes, left: { checksum: { start: 34, offset: 16 } } })).toBe(true);
  expect(queues[0]!.used().map(({ written }) => written)).toEqual([64, 48]);
  expect([...memory.bytes.subarray(0x50000, 0x5000c)]).toEqual([1, 0, 0, 0, 0, 0, 34, 0, 16, 0, 2, 0]);
  const whole = [...memory.bytes.subarray(0x5000c, 0x50040), ...memory.bytes.subarray(0x51000, 0x51030)];
  expect(whole).toEqual([...bytes]);
  rx(64, 1);
  expect(end.send({ bytes: frame(MAC, 100) })).toBe(false);
  expect(queues[0]!.used()).toEqual([]);
  rx(64, 1);
  driver.kick(0);
  expect(peer.readies).toBe(1);
  expect(end.send({ bytes: frame(MAC, 100) })).toBe(true);
});

it("drops a frame that does not fit into the one buffer there is", () => {
  const { rx, end, card, queues } = setup(bits(net.F_MAC));
  rx(64, 2);
  expect(end.send({ bytes: frame(MAC, 100) })).toBe(true);
  expect([card.dropped.small, queues[0]!.used()]).toEqual([1, [{ head: 0, written: 0 }]]);
});

it("gets frames done where its driver does not do it", () => {
  const { rx, end, queues, driver, card } = setup(bits(net.F_MAC));
  rx(2048, 4);
  expect(card.offloads.checksum).toBe(false);
  end.send({ bytes: frame(MAC, 100), left: { checksum: { start: 34, offset: 16 } } });
  expect(queues[0]!.used()).toHaveLength(1);
  driver.status = 0;
  expect(end.send({ bytes: frame(MAC) })).toBe(true);
});

describe("the control queue", () => {
  const arrives = ({ rx, end, queues }: ReturnType<typeof setup>, ...to: number[]): boolean => {
    rx();
    const before = queues[0]!.usedIndex;
    end.send({ bytes: frame(to) });
    return queues[0]!.usedIndex !== before;
  };
  const MULTICAST = [1, 0, 0x5e, 0, 0, 7];
  const ALL_ONES = new Array<number>(6).fill(0xff);

  it("sets modes and the table of addresses", () => {
    const it = setup();
    expect(arrives(it, 9, 9, 9, 9, 9, 8)).toBe(true);
    expect(it.command(0, 0, 0)).toBe(0);
    expect([arrives(it, 8, 9, 9, 9, 9, 8), arrives(it, ...MAC), arrives(it, ...ALL_ONES)]).toEqual([false, true, true]);
    expect(arrives(it, ...MULTICAST)).toBe(false);
    expect(it.command(1, 0, 1, 0, 0, 0, 8, 9, 9, 9, 9, 8, 1, 0, 0, 0, ...MULTICAST)).toBe(0);
    expect([arrives(it, 8, 9, 9, 9, 9, 8), arrives(it, ...MULTICAST)]).toEqual([true, true]);
    // Commands 5, 4 and 3: no broadcast, no unicast, no multicast.
    for (const mode of [5, 4, 3]) expect(it.command(0, mode, 1)).toBe(0);
    expect([ALL_ONES, MAC, MULTICAST].map((to) => arrives(it, ...to))).toEqual([false, false, false]);
    expect(it.card.dropped.filtered).toBe(5);
  });

  it("sets the address and VLANs", () => {
    const it = setup();
    it.command(0, 0, 0);
    expect(it.command(1, 1, 2, 4, 6, 8, 10, 12)).toBe(0);
    expect([arrives(it, ...MAC), arrives(it, 2, 4, 6, 8, 10, 12)]).toEqual([false, true]);
    const vlan = frame([2, 4, 6, 8, 10, 12]);
    vlan.set([0x81, 0, 0, 9], 12);
    const comes = (): boolean => {
      it.rx();
      const before = it.queues[0]!.usedIndex;
      it.end.send({ bytes: vlan });
      return it.queues[0]!.usedIndex !== before;
    };
    expect(comes()).toBe(false);
    expect(it.command(2, 0, 9, 0)).toBe(0);
    expect(comes()).toBe(true);
    expect(it.command(2, 1, 9, 0)).toBe(0);
    expect(comes()).toBe(false);
  });

  it("switches off what is left to the driver", () => {
    const it = setup();
    expect(it.card.offloads).toEqual({ checksum: true, segment4: true, segment6: false });
    expect(it.command(5, 0, 2, 0, 0, 0, 0, 0, 0, 0)).toBe(0);
    expect(it.card.offloads).toEqual({ checksum: true, segment4: false, segment6: false });
    expect(it.command(5, 0, 0, 0, 8, 0, 0, 0, 0, 0)).toBe(1);
  });

  it("refuses what it does not know, or what is too short", () => {
    const { command } = setup();
    for (const bytes of [
      [],
      [0],
      [0, 0],
      [0, 9, 1],
      [1, 0, 9, 0, 0, 0],
      [1, 0, 255, 255, 255, 255],
      [1, 1, 1],
      [9, 0, 0],
    ]) {
      if (bytes.length > 0) expect(command(...bytes)).toBe(1);
    }
    expect(command(2, 0, 0, 0x10)).toBe(1);
    expect(command(4, 0, 1, 0)).toBe(1);
    expect(command(1, 1, ...new Array<number>(20000).fill(0))).toBe(1);
  });
});

it("tells the driver of the link, and has it announced", () => {
  const { cable, driver, card, command } = setup();
  driver.read(3, 0, 1);
  cable.setLink(false);
  expect([driver.read(4, 6, 2), driver.read(3, 0, 1)]).toEqual([0, 2]);
  cable.setLink(true);
  expect(card.announce()).toBe(true);
  expect(driver.read(4, 6, 2)).toBe(3);
  expect([command(3, 0), driver.read(4, 6, 2)]).toEqual([0, 1]);
});

it("receives by the queue that a flow was sent by", () => {
  const it = setup(bits(...ALL, net.F_CTRL_VQ, net.F_MQ, net.F_MAC), { pairs: 2 });
  const { memory, queues, driver, end, command } = it;
  expect([command(4, 0, 3, 0), command(4, 0, 0, 0), command(4, 0, 2, 0)]).toEqual([1, 1, 0]);
  memory.write(0x60000, new Uint8Array(12));
  memory.write(0x61000, frame(PEER, 60, 3));
  queues[3]!.add([
    { address: 0x60000, length: 12 },
    { address: 0x61000, length: 60 },
  ]);
  driver.kick(3);
  it.rx(2048, 1, queues[2]!);
  end.send({ bytes: frame(MAC, 60, 3) });
  expect(queues[2]!.used()).toHaveLength(1);
});

it("stops at a chain that cannot be, until it is reset", () => {
  const { queues, driver, end, log } = setup();
  queues[0]!.add([{ address: 0x50000, length: 0, write: true }]);
  expect(end.send({ bytes: frame(MAC) })).toBe(true);
  expect(driver.status & 64).toBe(64);
  expect(log.guestErrors.at(-1)).toContain("length 0");
});

it("goes on after saving and loading", () => {
  const { card, make, command, cable } = setup();
  command(0, 0, 0);
  command(2, 0, 9, 0);
  command(1, 1, 2, 4, 6, 8, 10, 12);
  cable.setLink(false);
  const state = card.save();
  cable.setLink(true);
  const other = make();
  new VirtioPci(other, { memory: new FakeMemory(0x1000), log: new FakeLog() });
  restore(other, state);
  expect(other.save()).toEqual(state);
  expect(cable.up).toBe(false);
});
