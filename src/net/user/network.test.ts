// The user network as a guest meets it, frame by frame.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeText, latin1 } from "../../base/text.js";
import { NET_UDP_FLOWS } from "../../tuning/network.js";
import { formatAddress } from "../address.js";
import { get16, put16, put32 } from "../bytes.js";
import { checksum } from "../checksum.js";
import { address, datagrams, GATEWAY_MAC, icmp, MAC, segments, TestGuest } from "./testing/guest.js";

const later = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

function arp(guest: TestGuest, target: string): void {
  const frame = new Uint8Array(42);
  frame.fill(0xff, 0, 6);
  frame.set(MAC, 6);
  frame.set([8, 6, 0, 1, 8, 0, 6, 4, 0, 1], 12);
  frame.set(MAC, 22);
  frame.set(address(guest.ip), 28);
  frame.set(address(target), 38);
  guest.send(frame);
}

it("answers ARP for its own addresses and no others", () => {
  const guest = new TestGuest();
  for (const target of ["10.0.2.2", "10.0.2.3", "10.0.2.4", "10.0.2.15"]) arp(guest, target);
  const frames = guest.take();
  expect(frames.map((frame) => [get16(frame, 20), formatAddress(frame.slice(28, 32))])).toEqual([
    [2, "10.0.2.2"],
    [2, "10.0.2.3"],
  ]);
  expect(frames[0]!.subarray(0, 12)).toEqual(Uint8Array.from([...MAC, ...GATEWAY_MAC]));
});

describe("DHCP", () => {
  const ask = (
    guest: TestGuest,
    type: number,
    options: number[] = [],
    mac = MAC,
  ): Map<number, number[]> & { address?: string } => {
    const message = new Uint8Array(260);
    message.set([1, 1, 6, 0, 1, 2, 3, 4]);
    message.set(mac, 28);
    put32(message, 236, 0x63825363);
    message.set([53, 1, type, ...options, 255], 240);
    guest.ip = "0.0.0.0";
    guest.udp("255.255.255.255", 67, message, 68);
    guest.ip = "10.0.2.15";
    const [reply] = datagrams(guest.take());
    const found: Map<number, number[]> & { address?: string } = new Map();
    if (!reply) return found;
    found.address = formatAddress(reply.data.slice(16, 20));
    for (let at = 240; reply.data[at] !== 255; at += 2 + reply.data[at + 1]!) {
      found.set(reply.data[at]!, [...reply.data.subarray(at + 2, at + 2 + reply.data[at + 1]!)]);
    }
    return found;
  };

  it("gives each card an address of its own, always the same", () => {
    const guest = new TestGuest({ hostname: "g", domainname: "d.e", dnssearch: ["a.b", "c"], bootfile: "x" });
    const offer = ask(guest, 1);
    expect([offer.address, offer.get(53)]).toEqual(["10.0.2.15", [2]]);
    expect([1, 3, 6, 54].map((code) => offer.get(code)!.join("."))).toEqual([
      "255.255.255.0",
      "10.0.2.2",
      "10.0.2.3",
      "10.0.2.2",
    ]);
    expect([12, 15, 67].map((code) => latin1(Uint8Array.from(offer.get(code)!)))).toEqual(["g", "d.e", "x"]);
    expect(latin1(Uint8Array.from(offer.get(119)!))).toBe("\x01a\x01b\0\x01c\0");
    expect(ask(guest, 3, [50, 4, 10, 0, 2, 15]).get(53)).toEqual([5]);
    const other = Uint8Array.of(2, 0, 0, 0, 0, 9);
    expect(ask(guest, 1, [], other).address).toBe("10.0.2.16");
    expect(ask(guest, 1).address).toBe("10.0.2.15");
    // Somebody else's address, and another server's client.
    expect(ask(guest, 3, [50, 4, 10, 0, 2, 15], other).get(53)).toEqual([6]);
    expect(ask(guest, 3, [54, 4, 10, 0, 2, 99]).size).toBe(0);
  });

  it("has an end, and says nothing of a gateway under restrict=on", () => {
    const guest = new TestGuest({ restrict: true });
    const offers = Array.from({ length: 20 }, (_, n) => ask(guest, 1, [], Uint8Array.of(2, 0, 0, 0, 0, n)));
    expect(offers.map(({ size }) => size > 0).filter(Boolean)).toHaveLength(16);
    expect([3, 6].map((code) => offers[0]!.has(code))).toEqual([false, false]);
  });
});

it("answers echo for itself, and says at once that it asks nobody else", () => {
  const guest = new TestGuest();
  const echo = Uint8Array.of(8, 0, 0xf7, 0xfe, 0, 1, 0, 0);
  for (const to of ["10.0.2.2", "10.0.2.3", "1.2.3.4"]) guest.ip4(1, to, echo);
  expect(icmp(guest.take())).toEqual([
    [0, 0],
    [0, 0],
    [3, 13],
  ]);
});

describe("UDP", () => {
  it("goes out from one socket for each port, and comes back from anybody", () => {
    const guest = new TestGuest();
    guest.udp("10.0.2.2", 7, Uint8Array.of(1));
    guest.udp("1.2.3.4", 8, Uint8Array.of(2, 3));
    expect(guest.host.sent.map(({ to, data }) => [to, ...data])).toEqual([
      ["127.0.0.1 7", 1],
      ["1.2.3.4 8", 2, 3],
    ]);
    expect(guest.host.sockets).toHaveLength(1);
    const { events } = guest.host.sent[0]!;
    events.data(Uint8Array.of(9), address("127.0.0.1"), 7);
    events.data(new Uint8Array(2000).fill(4), address("5.6.7.8"), 99);
    const frames = guest.take();
    expect(datagrams(frames.slice(0, 1))).toEqual([{ from: "10.0.2.2", port: 7, data: Uint8Array.of(9) }]);
    // In two fragments.
    expect(frames.slice(1).map((frame) => [get16(frame, 16), get16(frame, 20)])).toEqual([
      [1500, 0x2000],
      [548, 185],
    ]);
    events.refused!("refused", address("1.2.3.4"), 8);
    expect(icmp(guest.take())).toEqual([[3, 3]]);
  });

  it("puts fragments together, and none that overlap", () => {
    const guest = new TestGuest();
    const whole = new Uint8Array(32);
    whole.set([0x13, 0x88, 0, 7, 0, 32]);
    const part = (from: number, to: number, more: boolean, id: number): void =>
      guest.ip4(17, "10.0.2.2", whole.subarray(from, to), (frame) => {
        put16(frame, 18, id);
        put16(frame, 20, (from >> 3) | (more ? 0x2000 : 0));
      });
    part(16, 32, false, 1);
    part(0, 16, true, 1);
    part(0, 16, true, 2);
    part(8, 32, false, 2);
    part(16, 32, false, 2);
    expect(guest.host.sent.map(({ data }) => data.length)).toEqual([24]);
  });

  it("has an end to its sockets", () => {
    const guest = new TestGuest();
    for (let port = 1; port <= NET_UDP_FLOWS + 10; port++) guest.udp("1.1.1.1", 9, Uint8Array.of(1), port);
    expect(guest.host.sockets.filter(({ open }) => open)).toHaveLength(NET_UDP_FLOWS);
  });
});

it("hands queries to the host's name server, and says so where it has no answer", async () => {
  const guest = new TestGuest();
  const query = Uint8Array.of(1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 97, 0, 0, 1, 0, 1);
  guest.udp("10.0.2.3", 53, query);
  await later();
  const [failed] = datagrams(guest.take());
  expect([failed!.from, failed!.port, failed!.data[2]! & 0x80, failed!.data[3]! & 15]).toEqual([
    "10.0.2.3",
    53,
    0x80,
    2,
  ]);
  guest.host.answer = Uint8Array.from([...query.subarray(0, 2), 0x81, 0x80, ...query.subarray(4)]);
  guest.udp("10.0.2.3", 53, query);
  await later();
  expect(datagrams(guest.take())[0]!.data).toEqual(guest.host.answer);
});

it("serves a folder by TFTP, and nothing beside it", async () => {
  const guest = new TestGuest({ tftp: "/folder" });
  guest.host.files.set("boot/file", new Uint8Array(600).fill(7));
  const read = async (name: string): Promise<Uint8Array[]> => {
    guest.udp("10.0.2.2", 69, Uint8Array.from([0, 1, ...encodeText(`${name}\0octet\0`)]), 3000);
    await later();
    return datagrams(guest.take()).map(({ data }) => data);
  };
  const [first] = await read("/boot/file");
  expect([first!.length, ...first!.subarray(0, 4)]).toEqual([516, 0, 3, 0, 1]);
  guest.udp("10.0.2.2", 69, Uint8Array.of(0, 4, 0, 1), 3000);
  expect(datagrams(guest.take())[0]!.data.length).toBe(92);
  for (const name of ["../secret", "none", ""]) expect((await read(name))[0]![1]).toBe(5);
});

describe("TCP", () => {
  const open = (guest: TestGuest, to = "10.0.2.2", port = 80) => {
    guest.tcp(to, port, 2, 99);
    const stream = guest.host.streams.at(-1)!;
    stream.events.opened();
    const [syn] = segments(guest.take());
    expect([syn!.flags, syn!.sequence, syn!.acknowledged]).toEqual([0x12, 1000, 100]);
    guest.tcp(to, port, 0x10, 100, 1001);
    return stream;
  };

  it("acknowledges what the host's socket has taken", () => {
    const guest = new TestGuest();
    const stream = open(guest);
    expect(stream.to).toBe("127.0.0.1 80");
    guest.tcp("10.0.2.2", 80, 0x18, 100, 1001, [1, 2, 3]);
    expect([stream.written, segments(guest.take())]).toEqual([[1, 2, 3], []]);
    stream.take();
    expect(segments(guest.take()).map(({ acknowledged }) => acknowledged)).toEqual([103]);
    // The end is acknowledged when all before it is taken.
    guest.tcp("10.0.2.2", 80, 0x19, 103, 1001, [4]);
    expect([stream.ended, segments(guest.take())]).toEqual([false, []]);
    stream.take();
    expect([stream.ended, segments(guest.take()).at(-1)!.acknowledged]).toEqual([true, 105]);
    // The other direction goes on.
    stream.events.data(Uint8Array.of(7, 8));
    stream.events.ended();
    const sent = segments(guest.take());
    expect(sent.map(({ flags, data }) => [flags & 1, data])).toEqual([
      [0, [7, 8]],
      [1, []],
    ]);
    guest.tcp("10.0.2.2", 80, 0x10, 105, 1004);
    guest.clock.advance(10e9);
    expect(guest.network.tcp.size).toBe(0);
  });

  it("closes the window where the host takes nothing, and keeps no more than it says", () => {
    const guest = new TestGuest();
    const stream = open(guest);
    let sequence = 100;
    for (let n = 0; n < 100; n++, sequence += 1400)
      guest.tcp("10.0.2.2", 80, 0x10, sequence, 1001, new Array<number>(1400).fill(n));
    expect(guest.network.tcp.held).toBeLessThanOrEqual(65535);
    guest.clock.advance(1e9);
    guest.take();
    guest.tcp("10.0.2.2", 80, 0x10, 100, 1001, new Array<number>(1400).fill(0));
    expect(segments(guest.take()).map(({ acknowledged, window }) => [acknowledged, window])).toEqual([[100, 0]]);
    stream.take();
    expect(segments(guest.take()).map(({ window }) => window)).toEqual([65535]);
  });

  it("keeps no more than it says of a host that sends to a guest that does not read", () => {
    const guest = new TestGuest();
    const stream = open(guest);
    guest.tcp("10.0.2.2", 80, 0x10, 100, 1001, [], 0);
    for (let n = 0; n < 100 && !stream.paused; n++) stream.events.data(new Uint8Array(65536));
    expect([stream.paused, guest.network.tcp.held <= 1 << 20]).toEqual([true, true]);
    guest.take();
    // The window is probed for as long as the guest answers.
    for (let n = 0; n < 40; n++) {
      guest.clock.advance(60e9);
      expect(segments(guest.take()).length).toBeGreaterThan(0);
      guest.tcp("10.0.2.2", 80, 0x10, 100, 1001, [], 0);
    }
    expect(stream.broken).toBe(false);
  });

  it("refuses at once what cannot be had", () => {
    const guest = new TestGuest();
    guest.tcp("1.2.3.4", 80, 2, 99);
    guest.host.streams[0]!.events.refused("refused");
    expect(segments(guest.take()).map(({ flags, acknowledged }) => [flags, acknowledged])).toEqual([[0x14, 100]]);
    guest.tcp("10.0.2.9", 80, 2, 99);
    expect(segments(guest.take()).map(({ flags }) => flags)).toEqual([0x14]);
    guest.tcp("1.2.3.4", 80, 0x10, 5, 77);
    expect(segments(guest.take()).map(({ flags, sequence }) => [flags, sequence])).toEqual([[4, 77]]);
    expect(guest.network.tcp.size).toBe(0);
  });

  it("breaks off where the other side does, and where the guest does not answer", () => {
    const guest = new TestGuest();
    const stream = open(guest);
    stream.events.reset();
    expect(segments(guest.take()).at(-1)!.flags & 4).toBe(4);
    const second = open(guest);
    guest.tcp("10.0.2.2", 80, 4, 100);
    expect(second.broken).toBe(true);
    const third = open(guest);
    third.events.data(Uint8Array.of(1));
    guest.clock.advance(3600e9);
    expect([third.broken, guest.network.tcp.size]).toEqual([true, 0]);
  });

  it("leads from a port of the host to one of the guest", async () => {
    const guest = new TestGuest({ hostfwd: ["tcp:127.0.0.1:2222-:22"] });
    await guest.network.open();
    arp(guest, "10.0.2.2");
    guest.take();
    let started: { events: Parameters<Parameters<typeof open>[0]["host"]["connect"]>[2] } | undefined;
    const stream = { write() {}, end() {}, reset() {}, pause() {}, resume() {} };
    guest.host.listeners.get("127.0.0.1 2222")!({
      remote: { address: address("127.0.0.1"), port: 4000 },
      start: (events) => {
        started = { events };
        return stream;
      },
    });
    expect(segments(guest.take()).map(({ flags, sequence }) => [flags, sequence])).toEqual([[2, 1000]]);
    expect(started).toBeDefined();
    expect(guest.network.forwards.remove("tcp:127.0.0.1:2222")).toBe(true);
    expect([guest.host.listeners.size, guest.network.forwards.remove("tcp:127.0.0.1:2222")]).toEqual([0, false]);
    await expect(guest.network.forwards.add("nonsense")).rejects.toThrow("invalid host forwarding rule 'nonsense'");
  });

  it.each(["tcp", "udp"])(
    "takes a free port of the host for %s where 0 is asked for, and gives that one back",
    async (protocol) => {
      const guest = new TestGuest();
      await guest.network.open();
      const { forwards } = guest.network;
      expect(await forwards.add(`${protocol}:127.0.0.1:0-10.0.2.15:53`)).toBe(1234);
      expect(forwards.describe()).toEqual([`${protocol.toUpperCase()}[HOST_FORWARD]  127.0.0.1:1234 -> 10.0.2.15:53`]);
      expect([forwards.remove(`${protocol}:127.0.0.1:0`), forwards.remove(`${protocol}:127.0.0.1:1234`)]).toEqual([
        false,
        true,
      ]);
      expect(forwards.describe()).toEqual([]);
    },
  );
});

describe("what may be reached", () => {
  const reached = (guest: TestGuest): string[] => {
    const all = ["10.0.2.2", "127.0.0.1", "10.9.9.9", "169.254.169.254", "192.168.1.1", "8.8.8.8"];
    for (const to of all) guest.tcp(to, 80, 2, 99);
    return guest.host.streams.map(({ to }) => to.split(" ")[0]!);
  };

  it("is everything of the host where the user's own", () => {
    expect(reached(new TestGuest())).toEqual([
      "127.0.0.1",
      "127.0.0.1",
      "10.9.9.9",
      "169.254.169.254",
      "192.168.1.1",
      "8.8.8.8",
    ]);
  });
  it("is nothing under restrict=on", () => {
    const guest = new TestGuest({ restrict: true, allow: ["*"] });
    expect([reached(guest), guest.network.policy.denied]).toEqual([[], 6]);
  });
  it("is what is public where somebody else runs the machine", () => {
    const guest = new TestGuest({}, "public");
    expect([reached(guest), guest.network.policy.denied]).toEqual([["8.8.8.8"], 5]);
  });
  it("is what is allowed and not denied, whatever the guest calls it", async () => {
    const guest = new TestGuest({ allow: ["10.0.0.0/8", "10.0.2.2:80", "name"], deny: ["10.9.9.9"] }, "public");
    await guest.network.open();
    expect(reached(guest)).toEqual(["127.0.0.1"]);
    guest.tcp("10.1.2.3", 80, 2, 99);
    expect(guest.host.streams.at(-1)!.to).toBe("10.1.2.3 80");
  });
  it("judges addresses of IPv4 inside those of IPv6", () => {
    const { policy } = new TestGuest({}, "public").network;
    const private6 = [
      "::1",
      "::ffff:10.0.0.1",
      "::ffff:127.0.0.1",
      "64:ff9b::a00:1",
      "2002:a00:1::1",
      "fd00::1",
      "fe80::1",
      "::",
    ];
    expect(private6.map((text) => policy.allows(address(text), 80, address(text)))).toEqual(private6.map(() => false));
    expect(policy.allows(address("2606:4700::1"), 80, address("2606:4700::1"))).toBe(true);
  });
});

it("keeps frames that the card has no room for, up to a limit", () => {
  const guest = new TestGuest();
  arp(guest, "10.0.2.2");
  guest.take();
  guest.room = 0;
  for (let n = 0; n < 3; n++) arp(guest, "10.0.2.2");
  guest.room = 10;
  guest.ready();
  expect(guest.take()).toHaveLength(3);
});

it("survives frames of all lengths and lies", () => {
  const bytes = fc.uint8Array({ maxLength: 200, size: "max" });
  const kinds = fc.constantFrom([8, 6], [8, 0], [0x86, 0xdd], [0x81, 0]);
  const protocols = fc.constantFrom(1, 6, 17, 58);
  const guest = new TestGuest({ tftp: "/f" });
  let frames = 0;
  fc.assert(
    fc.property(bytes, kinds, protocols, fc.boolean(), (body, kind, protocol, plausible) => {
      const frame = new Uint8Array(14 + body.length);
      frame.set(GATEWAY_MAC);
      frame.set(MAC, 6);
      frame.set(kind, 12);
      frame.set(body, 14);
      if (plausible && body.length > 20 && kind[0] === 8) {
        frame[14] = 0x45;
        put16(frame, 16, body.length);
        put16(frame, 20, body[6]! & 0x20 ? 0x2000 | body[7]! : 0);
        frame[23] = protocol;
        // From where the guest's answers go to.
        frame.set(address(guest.ip), 26);
        put16(frame, 24, 0);
        put16(frame, 24, checksum(frame, 14, 34));
      } else if (plausible && body.length > 48 && kind[0] === 0x86) {
        frame[14] = 0x60;
        put16(frame, 18, body.length - 40);
        frame[20] = protocol;
      }
      // As if its checksums were right.
      guest.cable.end(0).send({ bytes: frame, left: { checksum: { start: 14, offset: 10 } } });
      guest.room = Number.POSITIVE_INFINITY;
      frames += guest.take().length;
    }),
    { numRuns: 5000 },
  );
  for (const stream of guest.host.streams) stream.events.opened();
  guest.clock.advance(3600e9);
  expect(guest.network.tcp.size).toBe(0);
  expect(frames).toBeGreaterThan(0);
});
