import { expect, it } from "vitest";
import { crc32 } from "./crc32.js";
import { encodeText } from "./text.js";

it("gives the check value of its definition", () => {
  expect(crc32(encodeText("123456789"))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array())).toBe(0);
});
