import { expect, it } from "vitest";
import { PanicWatch } from "./panic.js";

const see = (...pieces: string[]): boolean => {
  const watch = new PanicWatch();
  return pieces.map((piece) => watch.see(new TextEncoder().encode(piece))).includes(true);
};

it("finds a kernel's panic, with and without a time stamp, in pieces", () => {
  expect(see("Kernel panic - not syncing: VFS\r\n")).toBe(true);
  expect(see("[    1.2", "34567] Kernel pa", "nic - not syncing: Attempted to kill init!\n")).toBe(true);
});

it("is not taken in by the words in a user's mouth", () => {
  expect(see("~ # echo Kernel panic - not syncing\r\n")).toBe(false);
  expect(see("all is well\r\n")).toBe(false);
});
