import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { copySparse, ownDisk } from "./disk.js";

let folder: string;
let said: string[];
const file = (name: string): string => join(folder, name);
const own = (fresh = false): string | undefined => ownDisk(folder, fresh, (text) => said.push(text));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "disk-"));
  said = [];
  writeFileSync(file("rootfs.bin"), "as it was made");
  writeFileSync(file("guest.json"), "{}");
});
afterEach(() => rmSync(folder, { recursive: true }));

it("is a copy that keeps what is written to it", () => {
  expect(own()).toBe(file("disk.bin"));
  writeFileSync(file("disk.bin"), "with my files");
  expect(own()).toBe(file("disk.bin"));
  expect(readFileSync(file("disk.bin"), "utf8")).toBe("with my files");
  expect(readFileSync(file("rootfs.bin"), "utf8")).toBe("as it was made");
  expect(said).toEqual([]);
});

it.each([
  ["--fresh is given", () => own(true)],
  [
    "the guest was built anew",
    () => {
      writeFileSync(file("guest.json"), "{ }");
      return own();
    },
  ],
])("is made again when %s; the old one is put aside", (_, again) => {
  own();
  writeFileSync(file("disk.bin"), "with my files");
  again();
  expect(readFileSync(file("disk.bin"), "utf8")).toBe("as it was made");
  expect(readFileSync(file("disk.bin.old"), "utf8")).toBe("with my files");
  expect(said).toEqual([expect.stringContaining("disk.bin.old")]);
});

it("never overwrites a disk that was put aside", () => {
  for (const mine of ["first", "second", "third"]) {
    writeFileSync(own()!, mine);
    own(true);
  }
  const aside = ["", ".2", ".3"].map((end) => readFileSync(file(`disk.bin.old${end}`), "utf8"));
  expect(aside).toEqual(["first", "second", "third"]);
});

it("is not there when the guest has none", () => {
  rmSync(file("rootfs.bin"));
  expect(own()).toBeUndefined();
  expect(existsSync(file("disk.bin"))).toBe(false);
});

it("keeps holes as holes", () => {
  truncateSync(file("rootfs.bin"), 8 << 20);
  copySparse(file("rootfs.bin"), file("copy"));
  execFileSync("cmp", [file("rootfs.bin"), file("copy")]);
  expect(statSync(file("copy")).blocks * 512).toBeLessThan(1 << 20);
});
