import { describe, expect, test } from "vitest";
import { restore } from "../../state.js";
import { FakeLine } from "../../testing.js";
import { Pic8259 } from "./pic8259.js";

/** A pair initialised as a PC's: vectors 0x30 and 0x38, nothing masked. */
function setup(icw4 = 1) {
  const output = new FakeLine();
  const pic = new Pic8259(output);
  for (const [port, base, icw3] of [
    [pic.master, 0x30, 4],
    [pic.slave, 0x38, 2],
  ] as const) {
    port.write(0, 1, 0x11);
    port.write(1, 1, base);
    port.write(1, 1, icw3);
    port.write(1, 1, icw4);
    port.write(1, 1, 0);
  }
  return { output, pic };
}

describe("8259 pair", () => {
  test("an edge interrupts once; the lower input wins; EOI lets the next through", () => {
    const { output, pic } = setup();
    pic.line(4).set(true);
    expect(output.level).toBe(true);
    pic.line(0).set(true);
    expect(pic.acknowledge()).toBe(0x30);
    expect(output.level).toBe(false);
    pic.master.write(0, 1, 0x20);
    expect(pic.acknowledge()).toBe(0x34);
    pic.master.write(0, 1, 0x20);
    expect(output.level).toBe(false);
    pic.line(4).set(true);
    expect(output.level).toBe(false);
  });

  test("slave interrupts come through input 2 and need two EOIs", () => {
    const { output, pic } = setup();
    pic.line(14).set(true);
    expect(pic.acknowledge()).toBe(0x3e);
    pic.master.write(0, 1, 0x0b);
    expect(pic.master.read(0, 1)).toBe(4);
    pic.slave.write(0, 1, 0x0b);
    expect(pic.slave.read(0, 1)).toBe(0x40);
    pic.line(12).set(true);
    pic.master.write(0, 1, 0x62);
    expect(output.level).toBe(true);
    expect(pic.acknowledge()).toBe(0x3c);
    pic.slave.write(0, 1, 0x20);
    pic.slave.write(0, 1, 0x20);
    pic.master.write(0, 1, 0x20);
    expect(output.level).toBe(false);
  });

  test("masking withdraws the request: acknowledge gives the spurious vector and no in-service bit", () => {
    const { pic } = setup();
    pic.line(3).set(true);
    pic.master.write(1, 1, 0x08);
    expect(pic.master.read(1, 1)).toBe(8);
    expect(pic.acknowledge()).toBe(0x37);
    pic.master.write(0, 1, 0x0b);
    expect(pic.master.read(0, 1)).toBe(0);
    pic.master.write(0, 1, 0x0a);
    expect(pic.master.read(0, 1)).toBe(8);
  });

  test("level-triggered by ELCR: follows the line; fixed inputs stay edge", () => {
    const { output, pic } = setup();
    pic.elcr.write(0, 1, 0xff);
    pic.elcr.write(1, 1, 0xff);
    expect([pic.elcr.read(0, 1), pic.elcr.read(1, 1)]).toEqual([0xf8, 0xde]);
    pic.line(11).set(true);
    expect(pic.acknowledge()).toBe(0x3b);
    pic.slave.write(0, 1, 0x63);
    pic.master.write(0, 1, 0x62);
    expect(output.level).toBe(true);
    pic.line(11).set(false);
    expect(output.level).toBe(false);
  });

  test("auto EOI leaves nothing in service", () => {
    const { pic } = setup(3);
    pic.line(1).set(true);
    expect(pic.acknowledge()).toBe(0x31);
    pic.master.write(0, 1, 0x0b);
    expect(pic.master.read(0, 1)).toBe(0);
  });

  test("rotation makes the served input the last", () => {
    const { pic } = setup();
    pic.line(3).set(true);
    pic.acknowledge();
    pic.master.write(0, 1, 0xa0);
    pic.line(3).set(false);
    pic.line(3).set(true);
    pic.line(5).set(true);
    expect(pic.acknowledge()).toBe(0x35);
  });

  test("special mask mode lets lower priorities in", () => {
    const { output, pic } = setup();
    pic.line(1).set(true);
    pic.acknowledge();
    pic.line(6).set(true);
    expect(output.level).toBe(false);
    pic.master.write(1, 1, 0x02);
    pic.master.write(0, 1, 0x68);
    expect(output.level).toBe(true);
    expect(pic.acknowledge()).toBe(0x36);
  });

  test("poll command acknowledges by reading", () => {
    const { output, pic } = setup();
    pic.line(5).set(true);
    pic.master.write(0, 1, 0x0c);
    expect(pic.master.read(0, 1)).toBe(0x85);
    expect(output.level).toBe(false);
    pic.master.write(0, 1, 0x0c);
    expect(pic.master.read(0, 1)).toBe(0);
  });

  test("snapshot keeps requests and modes", () => {
    const { pic } = setup();
    pic.line(4).set(true);
    pic.line(9).set(true);
    const output = new FakeLine();
    const other = new Pic8259(output);
    restore(other, pic.save());
    expect(output.level).toBe(true);
    expect(other.acknowledge()).toBe(0x39);
  });
});
