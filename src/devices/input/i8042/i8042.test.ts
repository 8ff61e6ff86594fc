import { describe, expect, test } from "vitest";
import { restore } from "../../state.js";
import { FakeLine, FakeMachine } from "../../testing.js";
import { I8042 } from "./i8042.js";

function setup() {
  const keyboardIrq = new FakeLine();
  const auxIrq = new FakeLine();
  const a20 = new FakeLine();
  const machine = new FakeMachine();
  const kbc = new I8042({ keyboardIrq, auxIrq, machine, a20 });
  const data = (value: number) => kbc.data.write(0, 1, value);
  const command = (value: number, ...bytes: number[]) => {
    kbc.command.write(0, 1, value);
    for (const byte of bytes) data(byte);
  };
  const status = () => kbc.command.read(0, 1);
  /** Everything the controller has to say. */
  const drain = () => {
    const bytes: number[] = [];
    while (status() & 1) bytes.push(kbc.data.read(0, 1));
    return bytes;
  };
  const ask = (value: number, ...bytes: number[]) => {
    command(value, ...bytes);
    return drain();
  };
  return { keyboardIrq, auxIrq, a20, machine, kbc, data, command, status, drain, ask };
}

describe("i8042", () => {
  test("self test, interface tests, command byte", () => {
    const { ask, command } = setup();
    expect(ask(0xaa)).toEqual([0x55]);
    expect(ask(0xab)).toEqual([0]);
    expect(ask(0xa9)).toEqual([0]);
    expect(ask(0x20)).toEqual([0x45]);
    command(0x60, 0x61);
    expect(ask(0x20)).toEqual([0x61]);
    command(0xa8);
    expect(ask(0x20)).toEqual([0x41]);
    command(0xa7);
    command(0xad);
    expect(ask(0x20)).toEqual([0x71]);
  });

  test("keyboard identifies, resets and echoes", () => {
    const { data, drain, command } = setup();
    command(0x60, 0x05);
    data(0xff);
    expect(drain()).toEqual([0xfa, 0xaa]);
    data(0xf2);
    expect(drain()).toEqual([0xfa, 0xab, 0x83]);
    data(0xee);
    expect(drain()).toEqual([0xee]);
    data(0xf0);
    expect(drain()).toEqual([0xfa]);
    data(0);
    expect(drain()).toEqual([0xfa, 2]);
    data(0x01);
    expect(drain()).toEqual([0xfe]);
    command(0x60, 0x45);
    data(0xf2);
    expect(drain()).toEqual([0xfa, 0xab, 0x41]);
  });

  test("LEDs", () => {
    const { kbc, data, drain } = setup();
    data(0xed);
    expect(drain()).toEqual([0xfa]);
    data(0x07);
    expect(drain()).toEqual([0xfa]);
    expect(kbc.keyboard.leds).toBe(7);
  });

  test("keys arrive as set 1 with translation, as set 2 without, one interrupt a byte", () => {
    const { kbc, keyboardIrq, drain, command } = setup();
    kbc.key(0x1e, true);
    expect(keyboardIrq.level).toBe(true);
    expect(drain()).toEqual([0x1e]);
    expect(keyboardIrq.level).toBe(false);
    kbc.key(0x1e, false);
    kbc.key(0xe048, true);
    kbc.key(0xe048, false);
    keyboardIrq.rises = 0;
    expect(drain()).toEqual([0x9e, 0xe0, 0x48, 0xe0, 0xc8]);
    expect(keyboardIrq.rises).toBe(4);
    command(0x60, 0x05);
    kbc.key(0x1e, true);
    kbc.key(0x1e, false);
    expect(drain()).toEqual([0x1c, 0xf0, 0x1c]);
    kbc.key(0x41, true);
    expect(drain()).toEqual([0x83]);
  });

  test("every key of set 1 survives the way through set 2", () => {
    const { kbc, drain } = setup();
    for (let code = 1; code <= 0x58; code++) {
      if (code === 0x54 || code === 0x55) continue;
      kbc.key(code, true);
      kbc.key(code, false);
      expect(drain()).toEqual([code, code | 0x80]);
    }
    kbc.key(0xe11d, true);
    expect(drain()).toEqual([0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5]);
  });

  test("disabled keyboard holds its bytes; disabled scanning drops keys", () => {
    const { kbc, data, drain, command } = setup();
    command(0xad);
    kbc.key(2, true);
    expect(drain()).toEqual([]);
    command(0xae);
    expect(drain()).toEqual([2]);
    data(0xf5);
    drain();
    expect(kbc.key(2, true)).toBe(false);
    expect(drain()).toEqual([]);
  });

  test("aux port: loopback shows as aux data, interrupt 12 when enabled", () => {
    const { auxIrq, keyboardIrq, kbc, command, status } = setup();
    command(0x60, 0x47);
    command(0xd3, 0x5a);
    expect(status() & 0x21).toBe(0x21);
    expect([auxIrq.level, keyboardIrq.level]).toEqual([true, false]);
    expect(kbc.data.read(0, 1)).toBe(0x5a);
    expect(auxIrq.level).toBe(false);
  });

  test("mouse: reset, wheel knock, packets", () => {
    const { kbc, ask, drain } = setup();
    expect(ask(0xd4, 0xff)).toEqual([0xfa, 0xaa, 0]);
    expect(ask(0xd4, 0xf2)).toEqual([0xfa, 0]);
    kbc.mouse.move(1, 1, 0, 1);
    expect(drain()).toEqual([]);
    expect(ask(0xd4, 0xf4)).toEqual([0xfa]);
    expect(ask(0xd4, 0xe9)).toEqual([0xfa, 0x24, 2, 100]);
    kbc.mouse.move(9, -3, 0, 1);
    expect(drain()).toEqual([0x09, 10, 2]);
    for (const rate of [200, 100, 80]) {
      ask(0xd4, 0xf3);
      ask(0xd4, rate);
    }
    expect(ask(0xd4, 0xf2)).toEqual([0xfa, 3]);
    kbc.mouse.move(-300, 0, -1, 0);
    expect(drain()).toEqual([0x18, 1, 0, 0xff]);
  });

  test("reset and A20 through the output port", () => {
    const { machine, a20, ask, command } = setup();
    expect(ask(0xd0)).toEqual([0xcf]);
    command(0xd1, 0xdd);
    expect(a20.level).toBe(false);
    command(0xd1, 0xdf);
    expect(a20.level).toBe(true);
    command(0xff);
    expect(machine.resets).toBe(0);
    command(0xfe);
    expect(machine.resets).toBe(1);
  });

  test("snapshot keeps queues and half-done commands", () => {
    const a = setup();
    a.kbc.key(0xe048, false);
    a.command(0xd4);
    const b = setup();
    restore(b.kbc, a.kbc.save());
    expect(b.keyboardIrq.level).toBe(true);
    expect(b.drain()).toEqual([0xe0, 0xc8]);
    b.data(0xf2);
    expect(b.drain()).toEqual([0xfa, 0]);
  });
});
