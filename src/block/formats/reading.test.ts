// Images that QEMU's own program made.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SparseMemory } from "../backends/sparse.js";
import type { BlockBackend } from "../interfaces.js";
import { openFormat } from "./open.js";

const folder = mkdtempSync(join(tmpdir(), "formats-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

const there = spawnSync("qemu-img", ["--version"]).status === 0;
function qemuImg(...args: string[]): void {
  const { status, stderr } = spawnSync("qemu-img", args, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`qemu-img ${args.join(" ")}: ${stderr}`);
}

async function file(name: string): Promise<BlockBackend> {
  const memory = new SparseMemory();
  memory.append(readFileSync(name));
  return memory;
}

async function contents(name: string, format?: string): Promise<Uint8Array> {
  const path = at(name);
  const image = await openFormat(await file(path), { file: path, format, readOnly: true, open: file });
  const bytes = new Uint8Array(image.size);
  // In pieces that know nothing of clusters.
  for (let from = 0; from < bytes.length; from += 100_000) {
    const piece = bytes.subarray(from, from + 100_000);
    if (from % 300_000 === 0 || !image.readSync!(from, piece)) await image.read(from, piece);
  }
  await image.close();
  return bytes;
}

/** Data, zeros and what packs well, 9 MiB and a half with an odd end. */
function disk(): Uint8Array {
  const bytes = new Uint8Array(9 * 2 ** 20 + 512 * 77);
  let seed = 1;
  for (let k = 0; k < bytes.length; k++) {
    if ((k >> 17) % 3 === 1) continue;
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    bytes[k] = (k >> 17) % 3 === 0 ? seed >>> 16 : k >> 9;
  }
  return bytes;
}

describe.skipIf(!there)("images made by qemu-img (skipped where it is not installed)", () => {
  const expected = disk();
  writeFileSync(at("raw"), expected);

  it.each([
    ["qcow2", []],
    ["qcow2", ["-o", "compat=0.10"]],
    ["qcow2", ["-o", "cluster_size=512,refcount_bits=1"]],
    ["qcow2", ["-o", "cluster_size=2M,refcount_bits=64"]],
    ["qcow2", ["-o", "extended_l2=on,cluster_size=128k"]],
    ["qcow2", ["-c"]],
    ["qcow2", ["-c", "-o", "compression_type=zstd"]],
    ["qcow2", ["-c", "-o", "cluster_size=4k,compression_type=zstd"]],
    ["vdi", []],
    ["vdi", ["-o", "static=on"]],
    ["vpc", ["-o", "force_size=on"]],
    ["vpc", ["-o", "subformat=fixed,force_size=on"]],
    ["vhdx", []],
    ["vhdx", ["-o", "subformat=fixed,block_size=1M"]],
    ["vmdk", []],
    ["vmdk", ["-o", "subformat=streamOptimized"]],
    ["vmdk", ["-o", "subformat=monolithicFlat"]],
    ["vmdk", ["-o", "subformat=twoGbMaxExtentSparse"]],
  ])("%s %j", async (format, options) => {
    qemuImg("convert", "-f", "raw", "-O", format, ...options, "raw", "image");
    const found = await contents("image");
    // VHDs have whole cylinders, or a size that is said.
    expect(Buffer.compare(found.subarray(0, expected.length), expected)).toBe(0);
    expect(found.subarray(expected.length).every((byte) => byte === 0)).toBe(true);
    expect(found.length - expected.length).toBeLessThan(2 ** 20);
  });

  it("chains of formats, with names relative to the image", async () => {
    qemuImg("convert", "-f", "raw", "-O", "vmdk", "raw", "base.vmdk");
    qemuImg("create", "-q", "-f", "qcow2", "-b", "base.vmdk", "-F", "vmdk", "middle.qcow2");
    qemuImg("create", "-q", "-f", "qcow2", "-b", "middle.qcow2", "-F", "qcow2", "top.qcow2", "12M");
    const found = await contents("top.qcow2", "qcow2");
    expect(found.length).toBe(12 * 2 ** 20);
    expect(Buffer.compare(found.subarray(0, expected.length), expected)).toBe(0);
  });

  it("refuses encryption, external data, unknown features and loops by name", async () => {
    qemuImg("create", "-q", "-f", "qcow2", "-o", "data_file=data.raw", "external.qcow2", "1M");
    await expect(contents("external.qcow2")).rejects.toThrow(/keeps its data in another file \('data.raw'\)/);
    qemuImg(
      ...["create", "-q", "--object", "secret,id=s,data=x", "-f", "qcow2"],
      ...["-o", "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10", "luks.qcow2", "1M"],
    );
    await expect(contents("luks.qcow2")).rejects.toThrow("is encrypted (LUKS), which is not supported");
    qemuImg("create", "-q", "-f", "qcow2", "-u", "-b", "loop2.qcow2", "-F", "qcow2", "loop1.qcow2", "1M");
    qemuImg("create", "-q", "-f", "qcow2", "-u", "-b", "loop1.qcow2", "-F", "qcow2", "loop2.qcow2", "1M");
    await expect(contents("loop1.qcow2")).rejects.toThrow(/has '.*loop1.qcow2' below it, which has '.*' below itself/);
    qemuImg("create", "-q", "-f", "qcow2", "-u", "-b", "nbd://host/disk", "-F", "raw", "nbd.qcow2", "1M");
    await expect(contents("nbd.qcow2")).rejects.toThrow("only files are supported, not 'nbd:'");
    const bytes = readFileSync(at("loop1.qcow2"));
    bytes[78] = 1;
    writeFileSync(at("unknown.qcow2"), bytes);
    await expect(contents("unknown.qcow2")).rejects.toThrow("needs features that are not known: bit 8");
  });
});
