import { expect, test } from "vitest";
import { restore } from "../../state.js";
import { PostPort } from "./post.js";

test("keeps the last code, reads as nothing", () => {
  const port = new PostPort();
  port.write(0, 1, 0x1a5);
  expect(port.code).toBe(0xa5);
  expect(port.read(0, 1)).toBe(0xff);
  const other = new PostPort();
  restore(other, port.save());
  expect(other.code).toBe(0xa5);
});
