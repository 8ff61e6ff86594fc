// Random bytes from a seed (-seed, and always under -icount), so that runs repeat: xoshiro128**, seeded by splitmix32.

import type { EntropySource } from "../devices/interfaces.js";

export function seededEntropy(seed: number): EntropySource {
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
    fill(bytes) {
      for (let i = 0; i < bytes.length; i += 4) {
        const value = next();
        for (let j = 0; j < 4 && i + j < bytes.length; j++) bytes[i + j] = value >>> (8 * j);
      }
    },
  };
}

/** 32-bit numbers from a source, fetched in blocks. */
export function randomNumbers(source: EntropySource): () => number {
  const block = new Uint8Array(256);
  const view = new DataView(block.buffer);
  let at = block.length;
  return () => {
    if (at >= block.length) {
      source.fill(block);
      at = 0;
    }
    const value = view.getUint32(at, true);
    at += 4;
    return value;
  };
}
