import { expect, it } from "vitest";
import { restore } from "../../state.js";
import { FakeLog, FakeMachine } from "../../testing.js";
import { SifiveTest } from "./sifivetest.js";

it("powers off, resets, and leaves with a status", () => {
  const machine = new FakeMachine();
  const log = new FakeLog();
  const test = new SifiveTest(machine, log);
  test.write(0, 4, 0x5555);
  test.write(0, 2, 0x7777);
  test.write(0, 4, 0x0007_3333);
  test.write(0, 4, 0xffff_3333);
  test.write(0, 2, 0x3333);
  expect(machine).toMatchObject({ powerOffs: 1, resets: 1, exits: [7, 255, 0] });
  expect([test.read(0, 4), log.guestErrors]).toEqual([0, []]);
});

it("does nothing for what means nothing", () => {
  const machine = new FakeMachine();
  const log = new FakeLog();
  const test = new SifiveTest(machine, log);
  test.write(0, 4, 0x1234);
  test.write(4, 4, 0x5555);
  test.write(0, 1, 0x55);
  expect(machine).toMatchObject({ powerOffs: 0, resets: 0, exits: [] });
  expect(log.guestErrors[0]).toBe("riscv.sifive.test: write of 0x1234 (4 bytes) at offset 0x0 means nothing");
  restore(test, test.save());
});
