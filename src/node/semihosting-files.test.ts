import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { semihostingFiles } from "./semihosting-files.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "semihosting-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

it("opens, reads, writes, appends, renames and removes", async () => {
  const files = semihostingFiles([]);
  const file = await files.open(path("a"), "w+");
  expect(await file.write(bytes("hello"))).toBe(5);
  file.seek(1);
  expect(new TextDecoder().decode(await file.read(100))).toBe("ello");
  expect((await file.read(1)).length).toBe(0);
  expect(await file.size()).toBe(5);
  await file.close();
  const more = await files.open(path("a"), "a");
  await more.write(bytes("!"));
  await more.close();
  await files.rename(path("a"), path("b"));
  expect(readFileSync(path("b"), "utf8")).toBe("hello!");
  await files.remove(path("b"));
  await expect(files.remove(path("b"))).rejects.toMatchObject({ errno: 2 });
});

it("refuses what is no regular file, and writes to no disk of the machine", async () => {
  execFileSync("mkfifo", [path("pipe")]);
  writeFileSync(path("disk"), "x");
  const files = semihostingFiles([path("disk")]);
  await expect(files.open(path("pipe"), "r")).rejects.toMatchObject({ errno: 13 });
  await expect(files.open(folder, "r")).rejects.toMatchObject({ errno: 13 });
  await expect(files.open(path("nothing"), "r")).rejects.toMatchObject({ errno: 2 });
  for (const mode of ["w", "r+", "a"])
    await expect(files.open(path("disk"), mode)).rejects.toMatchObject({ errno: 13 });
  await expect(files.remove(path("disk"))).rejects.toMatchObject({ errno: 13 });
  await (await files.open(path("disk"), "r")).close();
  expect(readFileSync(path("disk"), "utf8")).toBe("x");
});
