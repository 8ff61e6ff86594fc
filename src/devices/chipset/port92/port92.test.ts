import { expect, test } from "vitest";
import { restore } from "../../state.js";
import { FakeLine, FakeMachine } from "../../testing.js";
import { Port92 } from "./port92.js";

test("A20 follows bit 1, a rising bit 0 resets once", () => {
  const machine = new FakeMachine();
  const a20 = new FakeLine();
  const port = new Port92(machine, a20);
  port.write(0, 1, 2);
  expect(a20.level).toBe(true);
  expect(port.read(0, 1)).toBe(2);
  port.write(0, 1, 3);
  port.write(0, 1, 1);
  expect(machine.resets).toBe(1);
  expect(a20.level).toBe(false);
  const other = new Port92(machine, a20);
  restore(other, port.save());
  expect(other.read(0, 1)).toBe(1);
});
