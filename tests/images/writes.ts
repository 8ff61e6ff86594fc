// One image: random writes, zeros, discards, flushes and resizes, beside an array that has what must be read.

import { readFileSync, writeFileSync } from "node:fs";
import { SparseMemory } from "../../src/block/backends/sparse.js";
import type { Qcow2Image } from "../../src/block/formats/qcow2/image.js";
import type { BlockBackend } from "../../src/block/interfaces.js";
import { BlockFile } from "../../src/node/block-file.js";
import type { Random } from "../../testing/random.js";
import { keep, slow } from "./back-ends.js";
import { judge, qemuImg } from "./qemu-img.js";
import { checkOurs, create, open, randomVariant, type Variant } from "./variants.js";

const MOST = 6 << 20;

interface Place {
  readonly folder: string;
  /** Whether qemu-img is asked. */
  readonly qemu: boolean;
}

/** A text when something is not as it has to be. `operations` in all. */
export async function writes(random: Random, operations: number, place: Place): Promise<string | undefined> {
  const variant = randomVariant(random, MOST);
  const below = random.below(2) === 0 ? randomBytes(random, 512 * (1 + random.below(variant.size / 256))) : undefined;
  const backEnd = random.pick(["memory", "asynchronous", "file"]);
  const what = `${JSON.stringify(variant)}, ${backEnd}${below ? `, over ${below.length} bytes` : ""}`;
  const image = `${place.folder}/image.qcow2`;
  writeFileSync(image, "");
  if (below) writeFileSync(`${place.folder}/below.raw`, below);
  const memory = new SparseMemory();
  const fresh = (): BlockBackend => {
    if (backEnd === "file") return BlockFile.open(image);
    return backEnd === "memory" ? keep(memory) : slow(keep(memory), random);
  };
  const backing = below && { file: "below.raw", format: "raw" };
  await create(fresh(), { ...variant, backing });
  const run = new Run(random, variant, below, place, fresh);
  const failure = await run.run(operations, backEnd === "file" ? undefined : memory, image);
  return failure && `${what}: ${failure}`;
}

class Run {
  private model: Uint8Array;
  private image!: Qcow2Image;

  constructor(
    private readonly random: Random,
    private readonly variant: Variant,
    private readonly below: Uint8Array | undefined,
    private readonly place: Place,
    private readonly fresh: () => BlockBackend,
  ) {
    this.model = new Uint8Array(variant.size);
    if (below) this.model.set(below.subarray(0, variant.size));
  }

  async run(operations: number, memory: SparseMemory | undefined, file: string): Promise<string | undefined> {
    await this.open();
    for (let k = 0; k < operations; k++) {
      const failure = (await this.step(k)) ?? (k % 400 === 399 ? await this.stop(memory, file, true) : undefined);
      if (failure) return `operation ${k}: ${failure}`;
    }
    await this.image.close();
    return (await this.stop(memory, file, false)) && `at the end: ${await this.stop(memory, file, false)}`;
  }

  private async open(): Promise<void> {
    const { below } = this;
    this.image = await open(this.fresh(), {
      below: async () => {
        const image = new SparseMemory();
        image.append(below!);
        return image;
      },
    });
  }

  private async step(k: number): Promise<string | undefined> {
    const { random, model, image } = this;
    const action = random.below(100);
    const [offset, length] = this.range();
    if (action < 50) {
      const bytes = new Uint8Array(length).fill(1 + (k % 255));
      if (random.below(2) === 0 || !image.writeSync?.(offset, bytes)) await image.write(offset, bytes);
      model.set(bytes, offset);
    } else if (action < 65) {
      await image.writeZeroes(offset, length, random.below(2) === 0);
      model.fill(0, offset, offset + length);
    } else if (action < 75) {
      await image.discard(offset, length);
      return await this.discarded(offset, length);
    } else if (action < 80) await image.flush();
    else if (action < 81) await this.resize();
    else if (action < 82) {
      await image.close();
      await this.open();
    } else return await this.compare(offset, length);
    return undefined;
  }

  /** Mostly small, at places that are used again. */
  private range(): [number, number] {
    const { random, model } = this;
    const unit = random.pick([1, 512, 512, this.variant.clusterSize]);
    const units = Math.ceil(model.length / unit);
    const start = random.below(units);
    const count = 1 + random.below(random.pick([2, 8, 64]));
    const offset = start * unit;
    return [offset, Math.min(count * unit, model.length - offset)];
  }

  private async compare(offset: number, length: number): Promise<string | undefined> {
    const bytes = new Uint8Array(length);
    if (this.random.below(2) === 0 || !this.image.readSync(offset, bytes)) await this.image.read(offset, bytes);
    const expected = this.model.subarray(offset, offset + length);
    const at = bytes.findIndex((byte, k) => byte !== expected[k]);
    return at < 0 ? undefined : `byte ${offset + at} is ${bytes[at]} instead of ${expected[at]}`;
  }

  /** Discarded clusters are what they were, or zeros; that is what they stay. */
  private async discarded(offset: number, length: number): Promise<string | undefined> {
    const { model } = this;
    const bytes = new Uint8Array(length);
    await this.image.read(offset, bytes);
    for (let at = 0; at < length; at++) {
      if (bytes[at] !== model[offset + at] && bytes[at] !== 0) {
        return `discarded byte ${offset + at} is ${bytes[at]} and was ${model[offset + at]}`;
      }
    }
    model.set(bytes, offset);
    return undefined;
  }

  private async resize(): Promise<void> {
    const { random, model } = this;
    const size = 512 * (1 + random.below((MOST * 2) / 512));
    const next = new Uint8Array(size);
    next.set(model.subarray(0, size));
    await this.image.resize(size);
    this.model = next;
  }

  /** The image as it is on the disk is whole, and has what was flushed. */
  private async stop(memory: SparseMemory | undefined, file: string, open: boolean): Promise<string | undefined> {
    if (open) await this.image.flush();
    if (memory) writeFileSync(file, bytesOf(memory));
    const copy = new SparseMemory();
    copy.append(readFileSync(file));
    // What is open may have clusters that are about to be freed; with lazy refcounts these wait until it is closed.
    const lazy = open && this.variant.lazyRefcounts === true;
    const ours = lazy ? undefined : await checkOurs(copy, open);
    if (ours || !this.place.qemu) return ours;
    const found = lazy ? undefined : judge(file, "qcow2", open);
    if (found) return found;
    const raw = `${this.place.folder}/model.raw`;
    writeFileSync(raw, this.model);
    const { status, text } = qemuImg("compare", "-U", "-f", "raw", "-F", "qcow2", raw, file);
    return status === 0 ? undefined : `qemu-img compare: ${text}`;
  }
}

function randomBytes(random: Random, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 256) bytes.fill(random.below(256), at, at + 256);
  return bytes;
}

export function bytesOf(memory: BlockBackend): Uint8Array {
  const bytes = new Uint8Array(memory.size);
  memory.readSync!(0, bytes);
  return bytes;
}
