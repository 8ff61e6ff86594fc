// Tier 0's blocks: which cost most, and which micro-ops they are made of.

import * as L from "../../dist/layout/layout.js";

/** Micro-ops followed by 16 bytes of data. */
const WITH_DATA = new Set([6, 145]);

/** Adds up the micro-ops of all blocks that are still in the arena, weighted by their executions in tier 0. */
export function blockProfile(engine, most) {
  const { i32, u8 } = engine.memory;
  const blocks = [];
  const codes = new Map();
  const pairs = new Map();
  let insns = 0;
  let uops = 0;
  let runs = 0;
  for (const chunk of engine.cache.chunks) {
    for (let at = chunk.start; at < chunk.used; at += L.B_HEADER + i32[(at + L.B_SIZE) >> 2]) {
      const count = i32[(at + L.B_COUNT) >> 2];
      const size = i32[(at + L.B_SIZE) >> 2];
      const n = i32[(at + L.B_INSNS) >> 2];
      runs += count;
      insns += count * n;
      uops += (count * size) / 16;
      let before = -1;
      for (let p = at + L.B_HEADER; p < at + L.B_HEADER + size; p += 16) {
        const op = u8[p] | (u8[p + 1] << 8);
        codes.set(op, (codes.get(op) ?? 0) + count);
        if (before >= 0) pairs.set(before * 256 + op, (pairs.get(before * 256 + op) ?? 0) + count);
        before = op;
        if (WITH_DATA.has(op)) p += 16;
      }
      blocks.push({ phys: i32[(at + L.B_PHYS) >> 2] >>> 0, count, insns: n, uops: size / 16, at });
    }
  }
  blocks.sort((a, b) => b.count * b.uops - a.count * a.uops);
  const top = (map) =>
    [...map]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 40)
      .map(([k, v]) => [k, +((100 * v) / uops).toFixed(2)]);
  return {
    blocks: blocks.length,
    runs,
    insns,
    uops,
    uopsPerInsn: uops / insns,
    insnsPerBlock: insns / runs,
    codes: top(codes),
    pairs: top(pairs).map(([k, v]) => [`${k >> 8} ${k & 255}`, v]),
    top: blocks
      .slice(0, most)
      .map((b) => ({ ...b, phys: b.phys.toString(16), share: +((100 * b.count * b.uops) / uops).toFixed(2) })),
  };
}
