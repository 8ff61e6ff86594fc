import { describe, expect, it } from "vitest";
import type { DeviceLog, IoRegion } from "../devices/interfaces.js";
import { AddressSpace } from "./memory-map.js";

function recorder(): IoRegion & { log: string[] } {
  const log: string[] = [];
  return {
    log,
    read(offset, size) {
      log.push(`r${size}@${offset}`);
      return [0, 0x11, 0x2211, 0, 0x44332211][size]!;
    },
    write(offset, size, value) {
      log.push(`w${size}@${offset}=${value.toString(16)}`);
    },
  };
}

function setup(kind: "port" | "memory" = "memory") {
  const messages: string[] = [];
  const log: DeviceLog = {
    guestError: (message) => messages.push(`error: ${message}`),
    unimplemented: (message) => messages.push(`unimp: ${message}`),
  };
  return { space: new AddressSpace(kind, log), messages };
}

describe("AddressSpace", () => {
  it("gives devices offsets from the start of their range", () => {
    const { space } = setup();
    const device = recorder();
    space.map(0xfed00000, 0x400, "hpet", device);
    expect(space.read(0xfed000f0, 4)).toBe(0x44332211);
    space.write(0xfed00010, 2, 0xbeef);
    expect(device.log).toEqual(["r4@240", "w2@16=beef"]);
  });

  it("finds neighbours on one page and after unmapping", () => {
    const { space } = setup();
    const [a, b] = [recorder(), recorder()];
    const first = space.map(0x1000, 0x10, "a", a);
    space.map(0x1010, 0x10, "b", b);
    space.read(0x100f, 1);
    space.read(0x1010, 1);
    first.unmap();
    expect(space.read(0x100f, 1)).toBe(0xff);
    expect(a.log).toEqual(["r1@15"]);
    expect(b.log).toEqual(["r1@0"]);
  });

  it.each([
    [0x1008, 0x10],
    [0xff8, 0x10],
    [0x1000, 1],
    [0xf00, 0x1000],
  ])("refuses a range at %i of %i bytes that overlaps, naming both", (address, length) => {
    const { space } = setup();
    space.map(0x1000, 0x10, "old", recorder());
    expect(() => space.map(address, length, "new", recorder())).toThrow(
      /new at .* overlaps old at memory|overlaps old/,
    );
  });

  it("refuses ports past the last", () => {
    const { space } = setup("port");
    expect(() => space.map(0xfff8, 16, "x", recorder())).toThrow("no port range");
  });

  it("splits accesses for narrow devices and at a range's end", () => {
    const { space } = setup();
    const narrow = recorder();
    space.map(0x100, 0x10, "narrow", narrow, { width: 1 });
    expect(space.read(0x100, 4)).toBe(0x11111111);
    space.write(0x104, 4, 0x89abcdef);
    expect(narrow.log.slice(4)).toEqual(["w1@4=ef", "w1@5=cd", "w1@6=ab", "w1@7=89"]);
    const wide = recorder();
    space.map(0x200, 2, "wide", wide);
    expect(space.read(0x200, 4)).toBe(0xffff2211);
  });

  it("reads ones where nothing is and reports each place once", () => {
    const { space, messages } = setup();
    expect([space.read(0x50, 1), space.read(0x50, 2), space.read(0x50, 4)]).toEqual([0xff, 0xffff, 0xffffffff]);
    space.write(0x50, 4, 1);
    space.write(0x50, 4, 2);
    expect(messages).toEqual([
      "error: read of 1 bytes at memory 0x50, where nothing answers",
      "error: write of 4 bytes at memory 0x50, where nothing answers",
    ]);
  });
});
