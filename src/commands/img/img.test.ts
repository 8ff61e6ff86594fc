// What `wasmachine img` makes is what qemu-img takes, and what it says is what qemu-img says.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { img } from "./img.js";
import { humanSize, parseSize } from "./sizes.js";

const folder = mkdtempSync(join(tmpdir(), "img-"));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

let said = "";
beforeEach(() => {
  said = "";
  vi.spyOn(console, "log").mockImplementation((text) => {
    said += `${text}\n`;
  });
});
afterEach(() => vi.restoreAllMocks());

/** Names of files are in the folder where they begin with @. */
async function run(line: string): Promise<number> {
  return img.run(line.split(" ").map((word) => word.replace(/^@/, `${folder}/`)));
}

const there = spawnSync("qemu-img", ["--version"]).status === 0;
function qemuImg(line: string): { status: number | null; stdout: string } {
  const { status, stdout, stderr } = spawnSync(
    "qemu-img",
    line.split(" ").map((word) => word.replace(/^@/, `${folder}/`)),
    { encoding: "utf8" },
  );
  return { status, stdout: stdout + stderr };
}

it("reads and writes sizes", () => {
  expect([parseSize("10G"), parseSize("1.5k"), parseSize("7")]).toEqual([10 * 2 ** 30, 1536, 7]);
  expect(() => parseSize("x")).toThrow("Invalid image size specified: 'x'");
  expect([0, 999, 1000, 200704, 10485760, 1023.5 * 1024, 2 ** 40].map(humanSize)).toEqual([
    "0 B",
    "999 B",
    "0.977 KiB",
    "196 KiB",
    "10 MiB",
    "1 MiB",
    "1 TiB",
  ]);
});

describe("one sentence for what is wrong", () => {
  it.each([
    ["info", "img info: Expecting one image file name"],
    ["info @nothing", "Could not open '@nothing': No such file or directory"],
    ["frobnicate", "img has no command 'frobnicate'; it has check, commit, convert, create, info, rebase, resize"],
    ["create -f vmdk @x 1M", "Format driver 'vmdk' does not support image creation: raw and qcow2 do"],
    ["create -f qcow2 -o cluster_size=3k @x 1M", "Cluster size must be a power of two between 512 and 2048k"],
    ["create -f qcow2 @x", "Image creation needs a size parameter"],
    ["convert -c @a @b", "Compression not supported for this file format: raw"],
    ["info -Z @x", "img info: Unknown option '-Z'"],
  ])("%s", async (line, sentence) => {
    await expect(run(line)).rejects.toThrow(sentence.replaceAll("@", `${folder}/`));
  });
});

it("tells no terminal what to do by the names in an image", async () => {
  await run("create -q -f qcow2 @below-it 1M");
  await run("create -q -f qcow2 -b below-it -F qcow2 @named");
  const image = readFileSync(at("named"));
  // Eight bytes of UTF-8.
  image.write("\x1b[2J\nI\u009b", image.indexOf("below-it"));
  writeFileSync(at("named"), image);
  await run("info @named");
  await run("info --output=json @named");
  expect(said).toContain("backing file: \\x1b[2J\\nI\\x9b");
  expect(said).not.toMatch(/[^\P{Cc}\n]|^I/mu);
  const refused = await run("convert @named @out").catch((error: Error) => error.message);
  expect(refused).toContain("\\x1b[2J\\nI\\x9b");
  expect(refused).not.toMatch(/\p{Cc}/u);
});

it("without qemu-img: makes, fills, checks, shrinks and reads an image", async () => {
  const bytes = new Uint8Array(3 << 20);
  bytes.fill(7, 1 << 20, 2 << 20);
  writeFileSync(at("disk.raw"), bytes);
  expect(await run("convert -f raw -O qcow2 -c -o cluster_size=4k @disk.raw @packed")).toBe(0);
  expect(await run("check @packed")).toBe(0);
  expect(said).toContain(
    "No errors were found on the image.\n256/768 = 33.33% allocated, 0.00% fragmented, 100.00% compressed",
  );
  await expect(run("resize @packed 1M")).rejects.toThrow("Use the --shrink option");
  expect(await run("resize @packed +1M")).toBe(0);
  expect(await run("convert -O raw @packed @again")).toBe(0);
  expect(Buffer.compare(readFileSync(at("again")).subarray(0, 3 << 20), bytes)).toBe(0);
  expect(readFileSync(at("again")).length).toBe(4 << 20);
});

describe.skipIf(!there)("beside qemu-img (skipped where it is not installed)", () => {
  /** A raw image whose sectors are all different, from `seed` on. */
  function raw(name: string, size: number, seed: number): void {
    const bytes = Buffer.alloc(size);
    for (let at = 0; at < size; at += 512) if ((at >> 12) % 3 !== 0) bytes.writeUInt32LE(seed + at, at);
    writeFileSync(at(name), bytes);
  }

  function same(a: string, b: string, format = "qcow2"): void {
    expect(qemuImg(`check -f qcow2 @${b}`)).toMatchObject({ status: 0 });
    expect(qemuImg(`compare -f raw -F ${format} @${a} @${b}`)).toMatchObject({ status: 0 });
  }

  it.each(["", "-o compat=0.10 ", "-o extended_l2=on,cluster_size=32k ", "-o refcount_bits=1,lazy_refcounts=on "])(
    "create %s",
    async (options) => {
      expect(await run(`create -f qcow2 ${options}@mine 10M`)).toBe(0);
      const theirs = qemuImg(`create -f qcow2 ${options}@theirs 10M`).stdout;
      expect(said.replace("/mine", "/theirs").replace(/ compat=0.10/, "")).toBe(theirs.replace(/ compat=0.10/, ""));
      expect(qemuImg("check -f qcow2 @mine").status).toBe(0);
      const about = qemuImg("info @mine").stdout;
      said = "";
      await run("info @mine");
      expect(said.trim()).toBe(about.trim());
      said = "";
      await run("info --output=json @mine");
      expect(JSON.parse(said)).toEqual(JSON.parse(qemuImg("info --output=json @mine").stdout));
    },
  );

  it("convert, with packed clusters", async () => {
    raw("disk", 5 << 20, 1);
    for (const options of [
      "",
      "-c ",
      "-c -o cluster_size=512,refcount_bits=1 ",
      "-o extended_l2=on ",
      "-c -o compat=0.10 ",
    ]) {
      expect(await run(`convert -f raw -O qcow2 ${options}@disk @image`)).toBe(0);
      same("disk", "image");
    }
    expect(await run("convert -O raw @image @back")).toBe(0);
    expect(Buffer.compare(readFileSync(at("disk")), readFileSync(at("back")))).toBe(0);
  });

  it("commit and rebase", async () => {
    raw("base", 4 << 20, 1);
    raw("wanted", 4 << 20, 2);
    await run("convert -f raw -O qcow2 @base @base.qcow2");
    expect(await run("create -q -f qcow2 -b base.qcow2 -F qcow2 @top")).toBe(0);
    // The top gets what differs by way of another image.
    await run("convert -f raw -O qcow2 @wanted @wanted.qcow2");
    expect(await run("rebase -u -b wanted.qcow2 -F qcow2 @top")).toBe(0);
    same("wanted", "top");
    expect(await run("rebase -b base.qcow2 -F qcow2 @top")).toBe(0);
    same("wanted", "top");
    expect(await run("commit @top")).toBe(0);
    same("wanted", "base.qcow2");
    same("wanted", "top");
    expect(await run("rebase -b  @top")).toBe(0);
    same("wanted", "top");
    expect(qemuImg("info @top").stdout).not.toContain("backing");
  });

  it("check finds what qemu-img finds, and repairs it", async () => {
    raw("disk", 1 << 20, 1);
    await run("convert -f raw -O qcow2 @disk @image");
    const bytes = readFileSync(at("image"));
    const block = Number(bytes.readBigUInt64BE(Number(bytes.readBigUInt64BE(48))));
    bytes.writeUInt16BE(0, block + 2 * 5);
    bytes.writeUInt16BE(3, block + 2 * 6);
    bytes.writeUInt16BE(1, block + 2 * 200);
    writeFileSync(at("image"), bytes);
    const theirs = qemuImg("check -f qcow2 @image");
    said = "";
    expect(await run("check @image")).toBe(theirs.status);
    expect(said.match(/\d+ (errors|leaked clusters) were/g)).toEqual(
      theirs.stdout.match(/\d+ (errors|leaked clusters) were/g),
    );
    expect(await run("check -r all @image")).toBe(0);
    same("disk", "image");
  });

  it("resize", async () => {
    raw("disk", 1 << 20, 1);
    await run("convert -f raw -O qcow2 -o cluster_size=1k @disk @image");
    expect(await run("resize @image 600M")).toBe(0);
    truncateSync(at("disk"), 600 << 20);
    same("disk", "image");
    expect(await run("resize --shrink @image -599M")).toBe(0);
    truncateSync(at("disk"), 1 << 20);
    same("disk", "image");
  });
});
