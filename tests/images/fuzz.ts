// Damaged images of all formats: whatever is wrong with one, it is refused or read with one sentence, in time.

import { readFileSync, writeFileSync } from "node:fs";
import { allocate } from "../../src/block/allocate.js";
import { MemoryBackend } from "../../src/block/backends/memory.js";
import { SparseMemory } from "../../src/block/backends/sparse.js";
import { openFormat } from "../../src/block/formats/open.js";
import type { Qcow2Image } from "../../src/block/formats/qcow2/image.js";
import { type BlockBackend, BlockError } from "../../src/block/interfaces.js";
import type { Random } from "../../testing/random.js";
import { noQemuImg, runQemuImg } from "./qemu-img.js";
import { create, open, randomVariant } from "./variants.js";
import { bytesOf } from "./writes.js";

const SIZE = 1 << 20;
const OTHERS: readonly (readonly string[])[] = [
  ["vdi"],
  ["vpc"],
  ["vpc", "-o", "subformat=fixed"],
  ["vhdx"],
  ["vmdk"],
  ["vmdk", "-o", "subformat=streamOptimized"],
  ["vmdk", "-o", "subformat=monolithicFlat"],
  ["qcow2", "-c"],
  ["qcow2", "-c", "-o", "compression_type=zstd"],
];
/** Processor time that one image may take, milliseconds. */
const PATIENCE = 20_000;

export interface Sample {
  readonly what: string;
  readonly bytes: Uint8Array;
}

/** Images that are whole. */
export async function samples(random: Random, folder: string): Promise<Sample[]> {
  const made: Sample[] = [];
  for (let k = 0; k < 6; k++) {
    const variant = randomVariant(random, SIZE);
    const memory = new SparseMemory();
    await create(memory, variant);
    const image = await open(memory);
    const sectors = variant.size / 512;
    for (let n = 0; n < 40; n++) {
      const offset = random.below(sectors) * 512;
      const length = Math.min(512 * (1 + random.below(20)), variant.size - offset);
      await image.write(offset, new Uint8Array(length).fill(n + 1));
    }
    await image.flush();
    made.push({ what: JSON.stringify(variant), bytes: bytesOf(memory) });
  }
  if (noQemuImg()) return made;
  const bytes = new Uint8Array(SIZE);
  for (let at = 0; at < SIZE; at += 4096) if (random.below(3) > 0) bytes.fill(random.below(256), at, at + 4096);
  writeFileSync(`${folder}/raw`, bytes);
  for (const [format, ...options] of OTHERS) {
    runQemuImg("convert", "-f", "raw", "-O", format!, ...options, `${folder}/raw`, `${folder}/image`);
    const image = readFileSync(`${folder}/image`);
    made.push({ what: [format, ...options].join(" "), bytes: image.subarray(0, 16 << 20) });
  }
  return made;
}

/** A text when a damaged image is not refused as it should be. */
export async function fuzz(random: Random, { what, bytes }: Sample): Promise<string | undefined> {
  const { damaged, changes } = damage(random, bytes);
  const before = process.cpuUsage();
  const wrong = await attempt(random, damaged);
  const { user, system } = process.cpuUsage(before);
  if (wrong) return `${what}, ${changes}: ${wrong}`;
  return user + system > PATIENCE * 1000 ? `${what}, ${changes}: it took ${(user + system) / 1e6} s` : undefined;
}

function damage(random: Random, bytes: Uint8Array): { damaged: Uint8Array; changes: string } {
  const damaged = bytes.slice();
  const view = new DataView(damaged.buffer);
  const changes: string[] = [];
  for (let k = random.below(4); k >= 0; k--) {
    // Most of what can be wrong is in the first bytes, or where the tables are.
    const reach = random.pick([128, 512, 4096, 200_000, damaged.length]);
    const at = random.below(Math.max(1, Math.min(reach, damaged.length) - 8));
    switch (random.below(5)) {
      case 0:
        damaged[at] = random.below(256);
        break;
      case 1:
        view.setUint32(
          at & ~3,
          random.pick([0, 1, 0xff, 0x7fffffff, 0xffffffff, 0x80000000, 512, 65536, random.u32()]),
        );
        break;
      case 2:
        view.setBigUint64(
          at & ~7,
          random.pick([0n, 1n << 63n, (1n << 56n) - 512n, 65536n, 131072n, 1n << 52n, random.u64()]),
        );
        break;
      case 3:
        // One place says what another says.
        damaged.copyWithin(
          at & ~7,
          random.below(damaged.length) & ~7,
          Math.min(damaged.length, (random.below(damaged.length) & ~7) + 8),
        );
        break;
      default:
        damaged[at]! ^= 1 << random.below(8);
    }
    changes.push(`at ${at}`);
  }
  if (random.below(6) > 0) return { damaged, changes: changes.join(", ") };
  const length = random.below(damaged.length);
  return { damaged: damaged.slice(0, length), changes: `${changes.join(", ")}, cut to ${length}` };
}

async function attempt(random: Random, damaged: Uint8Array): Promise<string | undefined> {
  const memory = new SparseMemory();
  memory.append(damaged);
  for (const readOnly of [true, false]) {
    try {
      const image = await openFormat(memory, {
        file: "image",
        format: undefined,
        readOnly,
        open: async (): Promise<BlockBackend> => new MemoryBackend(new Uint8Array(SIZE)),
      });
      await use(random, image, readOnly);
    } catch (error) {
      if (!(error instanceof BlockError)) return `${readOnly ? "reading" : "writing"}: ${(error as Error).stack}`;
      if (error.message.length > 400 || error.message.includes("\n")) return `it is no sentence: ${error.message}`;
    }
  }
  return undefined;
}

async function use(random: Random, image: BlockBackend, readOnly: boolean): Promise<void> {
  const guarded = async (action: () => Promise<unknown> | undefined): Promise<void> => {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof BlockError)) throw error;
    }
  };
  const range = (): [number, number] => {
    const offset = random.below(Math.max(1, Math.min(image.size, 2 ** 31) / 512)) * 512;
    return [offset, Math.max(0, Math.min(65536, image.size - offset))];
  };
  for (let k = 0; k < 8; k++) {
    const [offset, length] = range();
    await guarded(() => image.read(offset, allocate(length)));
    if (readOnly) continue;
    await guarded(() => image.write(offset, allocate(length).fill(k)));
    await guarded(() => image.discard?.(offset, length));
  }
  if ("check" in image) await guarded(() => (image as Qcow2Image).check(readOnly ? "none" : "all"));
  await guarded(() => image.flush());
}
