// A disk is exported as it was, whatever is written to it meanwhile.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MemoryBackend } from "../backends/memory.js";
import { SparseMemory } from "../backends/sparse.js";
import { openFormat } from "../formats/open.js";
import type { BlockBackend } from "../interfaces.js";
import { type ExportFormat, exportDisk } from "./export.js";
import { Moment, UNIT } from "./moment.js";
import { Moments } from "./moments.js";

const SIZE = 5 * UNIT + 1024;

/** Reads and writes take some turns. */
function slow(disk: MemoryBackend): BlockBackend {
  let calls = 0;
  const later = async (): Promise<void> => {
    for (let k = (calls++ * 7) % 5; k > 0; k--) await undefined;
  };
  return {
    size: disk.size,
    readOnly: false,
    async read(offset, into) {
      const bytes = new Uint8Array(into.length);
      await disk.read(offset, bytes);
      await later();
      into.set(bytes);
    },
    write: (offset, from) => later().then(() => disk.write(offset, from)),
    flush: async () => {},
    close: async () => {},
  };
}

async function gather(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** The disk in an exported file. */
async function disk(file: Uint8Array, format: ExportFormat): Promise<Buffer> {
  const memory = new SparseMemory();
  memory.append(file);
  const image = await openFormat(memory, { file: "exported", format, readOnly: true, open: async () => memory });
  const bytes = Buffer.alloc(image.size);
  await image.read(0, bytes);
  return bytes;
}

function numbered(): Uint8Array {
  return new Uint8Array(SIZE).map((_, k) => (Math.floor(k / UNIT) % 2 === 1 ? 0 : 1 + (k >> 9)));
}

describe.each(["raw", "qcow2"] as const)("exported as %s", (format) => {
  it("while it is written", async () => {
    const before = numbered();
    const backend = slow(new MemoryBackend(before.slice()));
    const moments = new Moments(backend);
    // What is under way when it begins is in it.
    before.fill(200, 512, 1024);
    const early = moments.change(512, 512, () => backend.write(512, new Uint8Array(512).fill(200)));
    const taken = moments.take();
    const write = (offset: number): Promise<void> =>
      moments.change(offset, 512, () => backend.write(offset, new Uint8Array(512).fill(255)));
    let writes = Promise.all([early, write(0)]).then(() => {});
    for (let offset = SIZE - 512; offset >= 0; offset -= 512 * 13) writes = writes.then(() => write(offset));
    const exported = await gather(exportDisk(await taken, format));
    await writes;
    expect((await disk(exported, format)).equals(before)).toBe(true);
    expect(moments.none).toBe(true);
    const now = new Uint8Array(512);
    await backend.read(0, now);
    expect(now[0]).toBe(255);
  });

  it("of nothing but zeros", async () => {
    const moment = await new Moments(new MemoryBackend(new Uint8Array(SIZE))).take();
    const exported = await gather(exportDisk(moment, format));
    expect((await disk(exported, format)).equals(Buffer.alloc(SIZE))).toBe(true);
    expect(exported.length).toBe(format === "raw" ? SIZE : 4 * UNIT);
  });
});

it("is what qemu-img finds whole", async ({ skip }) => {
  if (spawnSync("qemu-img", ["--version"]).status !== 0) return skip("there is no qemu-img");
  const folder = mkdtempSync(join(tmpdir(), "export-"));
  try {
    const bytes = numbered();
    const moment = await new Moments(new MemoryBackend(bytes)).take();
    writeFileSync(join(folder, "q"), await gather(exportDisk(moment, "qcow2")));
    writeFileSync(join(folder, "r"), bytes);
    for (const words of ["check -f qcow2 q", "compare -f raw -F qcow2 r q"]) {
      const { status, stdout, stderr } = spawnSync("qemu-img", words.split(" "), { cwd: folder, encoding: "utf8" });
      expect(`${status} ${stdout}${stderr}`).toMatch(/^0 /);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("refuses another format with a sentence, and a guest that is faster than the reader", async () => {
  const backend = new MemoryBackend(new Uint8Array(SIZE));
  const pieces = exportDisk(await new Moments(backend).take(), "vmdk" as ExportFormat);
  await expect(gather(pieces)).rejects.toThrow("a disk is exported as raw or qcow2, not as 'vmdk'");
  let closed = false;
  const moment = new Moment(
    backend,
    () => {
      closed = true;
    },
    UNIT,
  );
  await moment.keep(0, UNIT);
  expect(closed).toBe(false);
  await moment.keep(UNIT, 1);
  expect(closed).toBe(true);
  await expect(moment.read(0)).rejects.toThrow("the guest wrote more than 0 MiB while its disk was being read");
});
