// Random bytes from a seed (-seed, and always under -icount), so that runs repeat: xoshiro128**, seeded by splitmix32.

import type { DeviceState, EntropySource, Stateful } from "../devices/interfaces.js";
import type { StateReader } from "../devices/state.js";

export function seededEntropy(seed: number): EntropySource & Stateful {
  const state = new Uint32Array(4);
  // Both halves of a seed beyond 32 bits count.
  let x = (seed >>> 0) ^ Math.imul(Math.floor(seed / 2 ** 32), 0x85ebca6b);
  for (let i = 0; i < 4; i++) {
    x = (x + 0x9e3779b9) | 0;
    let z = x;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    state[i] = z ^ (z >>> 15);
  }
  const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
  const next = (): number => {
    const result = Math.imul(rotate(Math.imul(state[1]!, 5), 7), 9) >>> 0;
    const t = state[1]! << 9;
    state[2]! ^= state[0]!;
    state[3]! ^= state[1]!;
    state[1]! ^= state[2]!;
    state[0]! ^= state[3]!;
    state[2]! ^= t;
    state[3] = rotate(state[3]!, 11);
    return result;
  };
  return {
    stateVersion: 1,
    save(): DeviceState {
      return { words: [...state] };
    },
    load(saved: StateReader): void {
      const words = saved.uints("words", 4);
      // From there it gives nothing but zeros.
      if (words.every((word) => word === 0)) saved.fail("words", "a state of this generator");
      state.set(words);
    },
    fill(bytes) {
      for (let i = 0; i < bytes.length; i += 4) {
        const value = next();
        for (let j = 0; j < 4 && i + j < bytes.length; j++) bytes[i + j] = value >>> (8 * j);
      }
    },
  };
}

const BLOCK = 256;

/** 32-bit numbers from a source, fetched in blocks. */
export class RandomNumbers implements Stateful {
  readonly stateVersion = 1;
  private readonly block = new Uint8Array(BLOCK);
  private readonly view = new DataView(this.block.buffer);
  private at = BLOCK;

  /** `source` is a generator whose state is saved, or the host's, of which nobody is to know what comes next. */
  constructor(private readonly source: EntropySource & Partial<Stateful>) {}

  readonly next = (): number => {
    if (this.at >= BLOCK) {
      this.source.fill(this.block);
      this.at = 0;
    }
    const value = this.view.getUint32(this.at, true);
    this.at += 4;
    return value;
  };

  save(): DeviceState {
    const { source } = this;
    if (!source.save) return { source: null };
    return { source: source.save(), block: this.block.slice(), at: this.at };
  }

  /** With the host's source the numbers are new ones. */
  load(state: StateReader): void {
    this.at = BLOCK;
    const { source } = this;
    if (!source.load) return;
    source.load(state.part("source"));
    this.block.set(state.bytes("block", BLOCK));
    this.at = state.uint("at", BLOCK);
    if (this.at % 4 !== 0) state.fail("at", "a multiple of 4");
  }
}
