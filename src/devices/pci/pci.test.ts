import { describe, expect, it } from "vitest";
import { setUpPci } from "../chipset/i440fx/firmware.js";
import { createPcPci } from "../chipset/i440fx/pc.js";
import { pirqOf } from "../chipset/i440fx/piix3.js";
import type { IoRegion } from "../interfaces.js";
import { restore } from "../state.js";
import { FakeLines, FakeLog, FakeMsi } from "../testing.js";
import { infoPci, pciPlace } from "./describe.js";
import { PciFunction } from "./function.js";
import { FakeMapper } from "./testing.js";

class Card extends PciFunction {
  override readonly name = "card";
  readonly vectors;
  constructor(
    readonly memory: IoRegion,
    readonly ports: IoRegion,
  ) {
    super({ vendor: 0x1234, device: 0x5678, classCode: 0xff0000, pin: 1 });
    this.addBar(0, { kind: "io", size: 32, region: ports });
    this.vectors = this.addMsix(3, 1);
    this.addBar(2, { kind: "mem", size: 0x4000, region: memory, wide: true, prefetchable: true });
  }
  interrupt(level: boolean): void {
    this.setIntx(level);
  }
}

/** A region that answers its own offset. */
const echo: IoRegion = { read: (offset) => offset, write() {} };

function board() {
  const mapper = new FakeMapper();
  const msi = new FakeMsi();
  const irqs = new FakeLines(16);
  const log = new FakeLog();
  const shadows: unknown[][] = [];
  const resets: number[] = [];
  const pci = createPcPci({
    mapper,
    msi,
    irqs: irqs.lines,
    log,
    pm: echo,
    shadow: { setShadow: (...values) => shadows.push(values) },
    resetControl: { read: () => 0x06, write: (_offset, _size, value) => resets.push(value) },
  });
  const card = new Card(echo, echo);
  const address = (slot: number, func: number, at: number) =>
    pci.ports.write(0, 4, (0x80000000 | (slot << 11) | (func << 8) | (at & 0xfc)) >>> 0);
  const get = (slot: number, func: number, at: number, size: number) => {
    address(slot, func, at);
    return pci.ports.read(4 + (at & 3), size);
  };
  const set = (slot: number, func: number, at: number, size: number, value: number) => {
    address(slot, func, at);
    pci.ports.write(4 + (at & 3), size, value);
  };
  return { ...pci, mapper, msi, irqs, log, shadows, resets, card, get, set };
}

describe("configuration mechanism 1", () => {
  it("is found by Linux's check for type 1", () => {
    const { ports } = board();
    ports.write(3, 1, 1); // CFBh: mechanism 2 is not to be switched on by this
    const old = ports.read(0, 4);
    ports.write(0, 4, 0x80000000);
    expect(ports.read(0, 4)).toBe(0x80000000);
    ports.write(0, 4, old);
    expect(ports.read(0, 4)).toBe(old);
  });

  it("reads bytes and words within a register, and all ones where nothing is", () => {
    const { get, ports } = board();
    expect(get(0, 0, 0, 4)).toBe(0x12378086);
    expect(get(0, 0, 2, 2)).toBe(0x1237);
    expect(get(0, 0, 3, 1)).toBe(0x12);
    expect(get(1, 0, 0x0e, 1)).toBe(0x80);
    expect(get(1, 3, 0, 4)).toBe(0x71138086);
    expect(get(5, 0, 0, 4)).toBe(0xffffffff);
    expect(get(5, 0, 2, 2)).toBe(0xffff);
    ports.write(0, 4, 0x80010000); // bus 1
    expect(ports.read(4, 4)).toBe(0xffffffff);
    ports.write(0, 4, 0); // not enabled
    expect(ports.read(4, 4)).toBe(0xffffffff);
    ports.write(0, 4, 0x800000fc);
    expect(ports.read(7, 2)).toBe(0xffff); // past the end of config space
  });

  it("passes port CF9h on to the reset control", () => {
    const { ports, resets } = board();
    ports.write(1, 1, 0x0e);
    expect(resets).toEqual([0x0e]);
    expect(ports.read(1, 1)).toBe(6);
    expect(ports.read(0, 4)).toBe(0);
  });
});

describe("enumeration as Linux does it", () => {
  it("finds the functions, sizes the BARs with decoding off, and places them", () => {
    const machine = board();
    const { get, set, bus, card, mapper } = machine;
    expect(bus.add(card)).toBe(2);
    const found: string[] = [];
    for (let slot = 0; slot < 32; slot++) {
      for (let func = 0; func < 8; func++) {
        if ((get(slot, func, 0, 4) & 0xffff) === 0xffff) {
          if (func === 0) break;
          continue;
        }
        found.push(`${slot}.${func}`);
        if (func === 0 && (get(slot, 0, 0x0e, 1) & 0x80) === 0) break;
      }
    }
    expect(found).toEqual(["0.0", "1.0", "1.3", "2.0"]);
    const size = (at: number) => {
      const old = get(2, 0, at, 4);
      set(2, 0, at, 4, 0xffffffff);
      const mask = get(2, 0, at, 4);
      set(2, 0, at, 4, old);
      return mask;
    };
    expect(size(0x10)).toBe(0xffe1);
    expect(size(0x14)).toBe(0xfffff000);
    expect(size(0x18)).toBe(0xffffc00c);
    expect(size(0x1c)).toBe(0xffffffff);
    expect(size(0x20)).toBe(0);
    expect(size(0x30)).toBe(0); // no expansion ROM
    set(2, 0, 0x18, 4, 0x40000000);
    set(2, 0, 0x1c, 4, 2);
    set(2, 0, 0x10, 4, 0xc000);
    set(2, 0, 0x14, 4, 0xfe000000);
    expect(mapper.ranges()).toEqual([]);
    set(2, 0, 0x04, 2, 0x0003);
    expect(mapper.ranges()).toEqual(["io c000+20", "mem fe000000+1000", `mem ${(0x240000000).toString(16)}+4000`]);
    expect(mapper.find("mem", 0x240000000)?.read(8, 4)).toBe(8);
    // Moved while decoding is on, and sized while decoding is on.
    set(2, 0, 0x14, 4, 0xffffffff);
    expect(mapper.ranges()).toHaveLength(2);
    set(2, 0, 0x14, 4, 0xfe800000);
    expect(mapper.ranges()).toContain("mem fe800000+1000");
    set(2, 0, 0x04, 2, 0);
    expect(mapper.ranges()).toEqual([]);
  });

  it("keeps read-only bits and walks to the MSI-X capability", () => {
    const { get, set, bus, card } = board();
    bus.add(card, 4);
    set(4, 0, 0, 4, 0xffffffff);
    expect(get(4, 0, 0, 4)).toBe(0x56781234);
    set(4, 0, 0x04, 2, 0xffff);
    expect(get(4, 0, 0x04, 2)).toBe(0x0547);
    expect(get(4, 0, 0x06, 2) & 0x10).toBe(0x10);
    const at = get(4, 0, 0x34, 1);
    expect(get(4, 0, at, 2)).toBe(0x0011);
    expect(get(4, 0, at + 2, 2)).toBe(2);
    expect(get(4, 0, at + 4, 4)).toBe(1);
    expect(get(4, 0, at + 8, 4)).toBe(0x801);
  });

  it("survives a BAR where it may not be", () => {
    const { set, bus, card, mapper, log } = board();
    bus.add(card, 4);
    mapper.reserve("mem", 0xfee00000, 0x100000);
    set(4, 0, 0x14, 4, 0xfee00000);
    set(4, 0, 0x04, 2, 2);
    expect(log.guestErrors[0]).toMatch(/^PCI 04\.0 BAR 1 at 0xfee00000 is not mapped: /);
    set(4, 0, 0x14, 4, 0xfe000000);
    expect(mapper.ranges()).toContain("mem fe000000+1000");
  });

  it("refuses a taken slot by name", () => {
    const { bus, card } = board();
    expect(() => bus.add(card, 1)).toThrow("PCI: slot 1 function 0 not available for card, in use by PIIX3");
    expect(() => bus.add(card, 32)).toThrow("no slot 32");
  });
});

describe("INTx", () => {
  it("goes by slot and pin to a PIRQ and by PIIX3's register to an interrupt", () => {
    const { set, get, bus, card, irqs } = board();
    bus.add(card, 3);
    expect([pirqOf(1, 1), pirqOf(2, 1), pirqOf(3, 1), pirqOf(5, 1), pirqOf(1, 4)]).toEqual([0, 1, 2, 0, 3]);
    card.interrupt(true);
    expect(get(3, 0, 0x06, 2) & 8).toBe(8);
    expect(irqs.lines.some((line) => line.level)).toBe(false);
    set(1, 0, 0x62, 1, 11);
    expect(irqs.at(11).level).toBe(true);
    set(1, 0, 0x62, 1, 5);
    expect([irqs.at(11).level, irqs.at(5).level]).toEqual([false, true]);
    set(3, 0, 0x04, 2, 0x0400);
    expect(irqs.at(5).level).toBe(false);
    expect(get(3, 0, 0x06, 2) & 8).toBe(8);
    set(3, 0, 0x04, 2, 0);
    expect(irqs.at(5).level).toBe(true);
    card.interrupt(false);
    expect(irqs.at(5).level).toBe(false);
  });

  it("holds a shared interrupt until the last one lets go", () => {
    const { set, bus, irqs } = board();
    const cards = [3, 7, 4].map((slot) => {
      const card = new Card(echo, echo);
      bus.add(card, slot);
      return card;
    });
    for (let i = 0; i < 4; i++) set(1, 0, 0x60 + i, 1, 10);
    for (const card of cards) card.interrupt(true);
    expect(irqs.at(10).rises).toBe(1);
    cards[0]!.interrupt(false);
    cards[2]!.interrupt(false);
    expect(irqs.at(10).level).toBe(true);
    bus.reset();
    expect(irqs.at(10).level).toBe(false);
  });
});

describe("MSI-X", () => {
  function ready() {
    const machine = board();
    machine.bus.add(machine.card, 3);
    const { set, get, card } = machine;
    const control = get(3, 0, 0x34, 1) + 2;
    const program = (vector: number, data: number, mask: number) => {
      card.vectors.write(vector * 16, 4, 0xfee01000);
      card.vectors.write(vector * 16 + 4, 4, 0);
      card.vectors.write(vector * 16 + 8, 4, data);
      card.vectors.write(vector * 16 + 12, 4, mask);
    };
    return { ...machine, vectors: card.vectors, program, setControl: (value: number) => set(3, 0, control, 2, value) };
  }

  it("sends what the table says once enabled", () => {
    const { vectors, program, setControl, msi } = ready();
    program(1, 0x41, 0);
    vectors.notify(1);
    expect(msi.sent).toEqual([]);
    setControl(0x8000);
    vectors.notify(1);
    vectors.notify(7);
    expect(msi.sent).toEqual([{ address: 0xfee01000, data: 0x41 }]);
  });

  it("keeps a masked vector pending, seen in the pending bits, until it is unmasked", () => {
    const { vectors, program, setControl, msi } = ready();
    setControl(0x8000);
    program(2, 0x42, 1);
    vectors.notify(2);
    vectors.notify(2);
    expect(vectors.read(vectors.pendingOffset, 4)).toBe(4);
    expect(msi.sent).toEqual([]);
    vectors.write(2 * 16 + 12, 4, 0);
    expect(msi.sent).toEqual([{ address: 0xfee01000, data: 0x42 }]);
    expect(vectors.read(vectors.pendingOffset, 4)).toBe(0);
    setControl(0xc000);
    vectors.notify(2);
    expect(msi.sent).toHaveLength(1);
    setControl(0x8000);
    expect(msi.sent).toHaveLength(2);
  });

  it("is masked after reset and restored by load", () => {
    const { vectors, program, setControl, msi, bus } = ready();
    setControl(0x8000);
    program(0, 0x40, 1);
    vectors.notify(0);
    const state = bus.save();
    bus.reset();
    expect(vectors.read(12, 4)).toBe(1);
    expect(vectors.read(8, 4)).toBe(0);
    restore(bus, state);
    vectors.write(12, 4, 0);
    expect(msi.sent).toEqual([{ address: 0xfee01000, data: 0x40 }]);
  });
});

describe("a saved state", () => {
  const changed = (at: number, bits: number) => {
    const { card, bus } = board();
    bus.add(card, 3);
    setUpPci(bus);
    const state = card.save();
    (state.config as Uint8Array)[at]! ^= bits;
    return () => restore(card, state);
  };

  it.each([0, 6, 8, 0x34, 0x3d, 0x40])(
    "is refused where another function's byte is at %i, which no guest can write",
    (at) => {
      expect(changed(at, 0x80)).toThrow(`'config' is not this function's own where it is read-only (offset ${at})`);
    },
  );
  it("has what a guest may write, and the level of its pin", () => {
    for (const [at, bits] of [
      [4, 7],
      [6, 8],
      [0x3c, 0xff],
      [0x10, 0x20],
    ] as const)
      expect(changed(at, bits)).not.toThrow();
  });
});

describe("the board", () => {
  it("is set up as by firmware", () => {
    const { bus, card, mapper, get } = board();
    bus.add(card, 3);
    setUpPci(bus);
    expect(mapper.ranges()).toEqual(["io 600+40", "io c000+20", "mem fd000000+4000", "mem fd004000+1000"]);
    expect(get(3, 0, 0x3c, 2)).toBe(0x010b);
    expect(get(1, 0, 0x60, 4)).toBe(0x0b0b0a0a);
    expect(get(1, 3, 0x40, 4)).toBe(0x601);
    expect(infoPci(bus.functions())).toContain(
      [
        "  Bus  0, device   3, function 0:",
        "    Unclassified device: PCI device 1234:5678",
        "      PCI subsystem 1af4:1100",
        "      IRQ 11, pin A",
        "      BAR0: I/O at 0xc000 [0xc01f].",
        "      BAR1: 32 bit memory at 0xfd004000 [0xfd004fff].",
        "      BAR2: 64 bit prefetchable memory at 0xfd000000 [0xfd003fff].",
      ].join("\n"),
    );
    expect(pciPlace(bus.at(3, 0)!)).toEqual([
      "class Unclassified device, addr 00:03.0, pci id 1234:5678 (sub 1af4:1100)",
      "bar 0: i/o at 0xc000 [0xc01f]",
      "bar 1: mem at 0xfd004000 [0xfd004fff]",
      "bar 2: mem at 0xfd000000 [0xfd003fff]",
    ]);
    bus.reset();
    expect(mapper.ranges()).toEqual([]);
    setUpPci(bus);
    expect(mapper.ranges()).toHaveLength(4);
  });

  it("tells shadow RAM control of the attribute map", () => {
    const { set, shadows } = board();
    set(0, 0, 0x59, 1, 0x30);
    set(0, 0, 0x5a, 1, 0x21);
    set(0, 0, 0x5f, 1, 0x10);
    expect(shadows).toEqual([
      [0xf0000, 0x10000, true, true],
      [0xc0000, 0x4000, true, false],
      [0xc4000, 0x4000, false, true],
      [0xec000, 0x4000, true, false],
    ]);
  });
});
