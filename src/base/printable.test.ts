import { expect, it } from "vitest";
import { oneLine, printable, printableJson } from "./printable.js";

it("leaves no control character in a text", () => {
  expect(printable("a\x1b]0;title\x07b\0\r\x7f\x9b2J")).toBe("a\\x1b]0;title\\x07b\\x00\\x0d\\x7f\\x9b2J");
  expect(printable("a\u202egpj.b\u2028\u2066")).toBe("a\\u202egpj.b\\u2028\\u2066");
  for (let code = 0; code < 0xa0; code++) {
    const control = code < 0x20 || code >= 0x7f;
    const kept = !control || code === 9 || code === 10;
    const char = String.fromCharCode(code);
    expect(printable(char) === char, `${code}`).toBe(kept);
    expect(oneLine(char) === char, `${code}`).toBe(!control);
  }
});

it("leaves every other text as it is", () => {
  const text = "'Käse \u{1f600} \\x1b 日本' : one\n\ttwo";
  expect(printable(text)).toBe(text);
  expect(oneLine("one\n\ttwo")).toBe("one\\n\\ttwo");
  expect(printable(printable("\x1b"))).toBe("\\x1b");
});

it("leaves JSON as it was but for how it is written", () => {
  const value = { name: "a\x1b[2J\x9b2J\x7f\u202e\n", more: [1] };
  const text = printableJson(value);
  expect(text).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  expect(JSON.parse(text)).toEqual(value);
});
