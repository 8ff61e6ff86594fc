// A qcow2 image whose power is cut at many moments: it is whole each time, and has what a flush was answered for.

import { writeFileSync } from "node:fs";
import { SparseMemory } from "../../src/block/backends/sparse.js";
import type { Qcow2Image } from "../../src/block/formats/qcow2/image.js";
import type { BlockBackend } from "../../src/block/interfaces.js";
import { Random } from "../../testing/random.js";
import { keep } from "./back-ends.js";
import { Forgetful } from "./forgetful.js";
import { judge } from "./qemu-img.js";
import { checkOurs, create, open, randomVariant, type Variant } from "./variants.js";

const SECTOR = 512;
const MOST = 1 << 20;
const OPERATIONS = 150;
/** One of so many cuts is shown to qemu-img. */
const SHOWN = 25;

interface Cut {
  readonly bytes: Uint8Array;
  /** Of each sector: everything written to it until then, and the first that may be there. */
  readonly histories: readonly number[][];
  readonly promised: readonly number[];
}

/** A text when something was lost in one of `count` cuts. `file` is where images for qemu-img go. */
export async function cuts(seed: number, count: number, file: string | undefined): Promise<string | undefined> {
  const random = new Random(seed);
  const variant = randomVariant(random, MOST);
  const below = random.below(2) === 0 ? belowOf(1 + random.below((variant.size / SECTOR) * 2)) : undefined;
  const disk = new Forgetful(random, random.below(2) === 0);
  await create(disk, { ...variant, backing: below && { file: "below", format: "raw" } });
  await disk.flush();
  const taken: Cut[] = [];
  const guest = new Guest(random, variant, below);
  disk.moment = () => {
    // About as many as were asked for, anywhere.
    if (taken.length < count && random.below(OPERATIONS * 4) < count)
      taken.push({ bytes: disk.cut(), ...guest.state() });
  };
  await guest.run(await open(disk, opening(below)));
  disk.moment = () => {};
  for (const [k, cut] of taken.entries()) {
    const failure = await verify(cut, variant, below, k % SHOWN === 0 ? file : undefined);
    if (failure) return `${JSON.stringify(variant)}${below ? ", over another image" : ""}, cut ${k}: ${failure}`;
  }
  return undefined;
}

/** The number of sector k of the image below is 1,000,000 + k. */
function belowOf(sectors: number): Uint8Array {
  const bytes = new Uint8Array(sectors * SECTOR);
  const words = new Uint32Array(bytes.buffer);
  for (let k = 0; k < sectors; k++) words.fill(1_000_000 + k, k * 128, (k + 1) * 128);
  return bytes;
}

function opening(below: Uint8Array | undefined): { below: () => Promise<BlockBackend> } {
  return {
    below: async () => {
      const image = new SparseMemory();
      image.append(below!);
      return image;
    },
  };
}

class Guest {
  private readonly histories: number[][];
  private readonly promised: number[];
  private number = 0;
  private flushes: Promise<void>[] = [];

  constructor(
    private readonly random: Random,
    variant: Variant,
    below: Uint8Array | undefined,
  ) {
    const sectors = variant.size / SECTOR;
    this.histories = Array.from({ length: sectors }, (_, k) => [
      below && k < below.length / SECTOR ? 1_000_000 + k : 0,
    ]);
    this.promised = new Array(sectors).fill(0);
  }

  state(): Pick<Cut, "histories" | "promised"> {
    return { histories: this.histories.map((each) => [...each]), promised: [...this.promised] };
  }

  async run(image: Qcow2Image): Promise<void> {
    const { random } = this;
    const sectors = this.histories.length;
    for (let k = 0; k < OPERATIONS; k++) {
      const unit = random.pick([1, 1, Math.max(1, image.clusterSize / SECTOR)]);
      const first = random.below(Math.ceil(sectors / unit)) * unit;
      const count = Math.min(unit * (1 + random.below(random.pick([2, 6, 40]))), sectors - first);
      const action = random.below(20);
      if (action < 11) await this.write(image, first, count);
      else if (action < 13) {
        this.asked(first, count, 0);
        await image.writeZeroes(first * SECTOR, count * SECTOR, random.below(2) === 0);
      } else if (action < 15) await this.discard(image, first, count);
      else this.flush(image);
      if (random.below(3) === 0) await Promise.all(this.flushes.splice(0));
    }
    await Promise.all(this.flushes);
    await image.close();
    this.promise(this.histories.map(({ length }) => length - 1));
  }

  private async write(image: Qcow2Image, first: number, count: number): Promise<void> {
    this.number++;
    const bytes = new Uint8Array(count * SECTOR);
    new Uint32Array(bytes.buffer).fill(this.number);
    this.asked(first, count, this.number);
    if (this.random.below(2) === 0 || !image.writeSync?.(first * SECTOR, bytes))
      await image.write(first * SECTOR, bytes);
  }

  private async discard(image: Qcow2Image, first: number, count: number): Promise<void> {
    this.asked(first, count, 0);
    await image.discard(first * SECTOR, count * SECTOR);
    const bytes = new Uint8Array(count * SECTOR);
    await image.read(first * SECTOR, bytes);
    const words = new Uint32Array(bytes.buffer);
    for (let k = 0; k < count; k++) this.histories[first + k]!.push(words[k * 128]!);
  }

  private asked(first: number, count: number, value: number): void {
    for (let k = first; k < first + count; k++) this.histories[k]!.push(value);
  }

  private flush(image: Qcow2Image): void {
    const places = this.histories.map(({ length }) => length - 1);
    if (image.flushSync()) this.promise(places);
    else this.flushes.push(image.flush().then(() => this.promise(places)));
  }

  private promise(places: readonly number[]): void {
    for (const [k, place] of places.entries()) this.promised[k] = Math.max(this.promised[k]!, place);
  }
}

async function verify(
  { bytes, histories, promised }: Cut,
  variant: Variant,
  below: Uint8Array | undefined,
  file: string | undefined,
): Promise<string | undefined> {
  const memory = new SparseMemory();
  memory.append(bytes);
  const image = keep(memory);
  const dirty = (await open(image, { asIs: true, readOnly: true })).header.incompatible & 1;
  if (!dirty) {
    const found = await checkOurs(image, true);
    if (found) return found;
    if (file) {
      writeFileSync(file, bytes);
      if (below) writeFileSync(`${file.slice(0, file.lastIndexOf("/"))}/below`, below);
      const judged = judge(file, "qcow2", true);
      if (judged) return judged;
    }
  }
  // Opening it repairs what was not closed.
  const disk = await open(image, opening(below));
  const contents = new Uint8Array(variant.size);
  await disk.read(0, contents);
  const words = new Uint32Array(contents.buffer);
  for (const [sector, history] of histories.entries()) {
    const found = words[sector * 128]!;
    if (words.subarray(sector * 128, (sector + 1) * 128).some((word) => word !== found))
      return `sector ${sector} is torn`;
    if (history.lastIndexOf(found) >= promised[sector]!) continue;
    return `sector ${sector} has ${found} of [${history}], where from place ${promised[sector]} on was promised`;
  }
  await disk.close();
  return checkOurs(image, !dirty);
}
