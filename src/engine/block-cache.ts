// Where tier 0 code lives: an arena in parts. When it is full the part that ran least since the last look is emptied.

import { B_COUNT } from "../layout/block.js";
import { TIER0_CHUNKS, TIER0_SAMPLE } from "../tuning/engine.js";
import type { Core } from "./core.js";
import type { EngineMemory } from "./memory.js";

interface Chunk {
  start: number;
  /** End of the blocks in it. */
  used: number;
  /** Blocks that stand for the others: one in TIER0_SAMPLE. */
  readonly sample: number[];
  /** Their executions at the last look. */
  seen: number;
}

export class BlockCache {
  private readonly chunks: Chunk[] = [];
  private readonly chunkBytes: number;
  private current = 0;
  blocks = 0;
  evictions = 0;

  constructor(
    private readonly memory: EngineMemory,
    private readonly core: Core,
  ) {
    const { arena, arenaBytes } = memory.plan;
    this.chunkBytes = Math.floor(arenaBytes / TIER0_CHUNKS / 64) * 64;
    for (let k = 0; k < TIER0_CHUNKS; k++) {
      const start = arena + k * this.chunkBytes;
      this.chunks.push({ start, used: start, sample: [], seen: 0 });
    }
  }

  /** Largest block that fits. */
  get limit(): number {
    return this.chunkBytes;
  }

  /** Address with room for `bytes` (header included); commit() says how many were used. */
  reserve(bytes: number): number {
    const chunk = this.chunks[this.current]!;
    if (chunk.used + bytes <= chunk.start + this.chunkBytes) return chunk.used;
    this.current = this.pick();
    return this.chunks[this.current]!.used;
  }

  commit(bytes: number): void {
    const chunk = this.chunks[this.current]!;
    if (this.blocks++ % TIER0_SAMPLE === 0) chunk.sample.push(chunk.used);
    chunk.used += bytes;
  }

  usedBytes(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.used - chunk.start, 0);
  }

  private pick(): number {
    const empty = this.chunks.findIndex((chunk) => chunk.used === chunk.start);
    if (empty >= 0) return empty;
    let coldest = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let k = 0; k < this.chunks.length; k++) {
      const chunk = this.chunks[k]!;
      const runs = this.runs(chunk);
      const heat = runs - chunk.seen;
      chunk.seen = runs;
      if (k !== this.current && heat < least) {
        least = heat;
        coldest = k;
      }
    }
    const chunk = this.chunks[coldest]!;
    this.core.evict(chunk.start, chunk.used);
    chunk.used = chunk.start;
    chunk.sample.length = 0;
    chunk.seen = 0;
    this.evictions++;
    return coldest;
  }

  private runs(chunk: Chunk): number {
    const { i32 } = this.memory;
    let sum = 0;
    for (const block of chunk.sample) sum += i32[(block + B_COUNT) >> 2]!;
    return sum;
  }
}
