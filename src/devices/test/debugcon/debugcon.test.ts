import { expect, test } from "vitest";
import { FakeChar } from "../../testing.js";
import { DebugCon } from "./debugcon.js";

test("writes go out, reads give 0xe9", () => {
  const end = new FakeChar();
  const port = new DebugCon(end);
  for (const c of "ok\n") port.write(0, 1, c.charCodeAt(0));
  expect(end.text).toBe("ok\n");
  expect(port.read(0, 1)).toBe(0xe9);
});
