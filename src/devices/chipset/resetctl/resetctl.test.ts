import { expect, test } from "vitest";
import { restore } from "../../state.js";
import { FakeMachine } from "../../testing.js";
import { ResetControl } from "./resetctl.js";

test("0x02 prepares, 0x06 resets", () => {
  const machine = new FakeMachine();
  const port = new ResetControl(machine);
  port.write(0, 1, 0xff & ~4);
  expect(port.read(0, 1)).toBe(2);
  expect(machine.resets).toBe(0);
  const other = new ResetControl(machine);
  restore(other, port.save());
  expect(other.read(0, 1)).toBe(2);
  port.write(0, 1, 6);
  expect(machine.resets).toBe(1);
});
