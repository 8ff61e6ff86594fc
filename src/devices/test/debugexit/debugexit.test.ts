import { expect, test } from "vitest";
import { FakeMachine } from "../../testing.js";
import { DebugExit } from "./debugexit.js";

test("status is twice the value plus one", () => {
  const machine = new FakeMachine();
  const port = new DebugExit(machine);
  port.write(0, 1, 0x10);
  port.write(0, 4, 0x80000000);
  expect(machine.exits).toEqual([0x21, 1]);
  expect(port.read(0, 1)).toBe(0);
});
