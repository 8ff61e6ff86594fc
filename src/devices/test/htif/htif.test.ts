import { expect, it } from "vitest";
import { restore } from "../../state.js";
import { FakeChar, FakeLog, FakeMachine, FakeMemory } from "../../testing.js";
import { Htif } from "./htif.js";

function setup() {
  const [control, console, memory, log] = [new FakeMachine(), new FakeChar(), new FakeMemory(0x1000), new FakeLog()];
  const htif = new Htif({ control, console, memory, log });
  const send = (high: number, low: number): void => {
    htif.write(0, 4, low);
    htif.write(4, 4, high);
  };
  const answer = (): number[] => {
    const words = [htif.read(12, 4), htif.read(8, 4)];
    htif.write(8, 4, 0);
    htif.write(12, 4, 0);
    return words;
  };
  return { htif, control, console, memory, log, send, answer };
}

it("leaves with a status, once the upper half is there", () => {
  const { htif, control, send } = setup();
  htif.write(0, 4, 0x55);
  expect(control.exits).toEqual([]);
  send(0, 0x55);
  send(0, 0x2ff);
  expect(control.exits).toEqual([42, 127]);
  expect([htif.read(0, 4), htif.read(4, 4)]).toEqual([0, 0]);
});

it("has a console that is asked for each byte", () => {
  const { console, send, answer } = setup();
  send(0x0101_0000, 0x41);
  expect([console.text, answer()]).toEqual(["A", [0x0101_0000, 0x141]]);
  expect(console.receive?.(Uint8Array.of(0x42, 0x43))).toBe(1);
  expect(console.receive?.(Uint8Array.of(0x43))).toBe(0);
  expect(answer()).toEqual([0, 0]);
  send(0x0100_0000, 0);
  expect(answer()).toEqual([0x0100_0000, 0x142]);
  send(0x0100_0000, 0);
  expect(answer()).toEqual([0, 0]);
  console.receive?.(Uint8Array.of(0x43));
  expect(answer()).toEqual([0x0100_0000, 0x143]);
});

it("writes by a system call, within RAM", () => {
  const { console, memory, log, send, answer } = setup();
  const block = (...words: number[]): void => {
    const view = new DataView(memory.bytes.buffer, 0x100, 32);
    words.forEach((word, n) => void view.setBigUint64(8 * n, BigInt(word), true));
  };
  const result = (): bigint => new DataView(memory.bytes.buffer).getBigInt64(0x100, true);
  memory.bytes.set([0x68, 0x69], 0x200);
  block(64, 1, 0x200, 2);
  send(0, 0x100);
  expect([console.text, result(), answer()]).toEqual(["hi", 2n, [0, 1]]);
  block(64, 1, 0xfff, 2);
  send(0, 0x100);
  expect([console.text, result(), answer()]).toEqual(["hi", -1n, [0, 1]]);
  block(63, 0, 0x200, 2);
  send(0, 0x100);
  expect([result(), answer()]).toEqual([-1n, [0, 1]]);
  send(0, 0x2000);
  expect(answer()).toEqual([0, 0]);
  send(0x0200_0000, 0);
  expect(log.guestErrors).toEqual([
    "riscv.htif: a system call at 0x2000 is not in RAM",
    "riscv.htif: there is no command 0 of device 2",
  ]);
});

it("keeps what came and what is waited for in a saved state", () => {
  const first = setup();
  first.console.receive?.(Uint8Array.of(0x42));
  const second = setup();
  restore(second.htif, first.htif.save());
  second.send(0x0100_0000, 0);
  expect(second.answer()).toEqual([0x0100_0000, 0x142]);
});
