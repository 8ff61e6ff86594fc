import type { Engine } from "../engine/engine.js";
import * as L from "../layout/layout.js";

/** `info jit`: what the engine has translated and how often it had to. */
export function infoJit(engine: Engine): string {
  const { memory, translations, guestBytes, vcpu } = engine;
  const stat = (which: number): number => vcpu.stat(which);
  const lines: [string, number | string][] = [
    ["Shared memory", memory.shared ? "yes" : "no"],
    ["Instructions", engine.instructions],
    ["TB count", translations],
    ["TB guest bytes", guestBytes],
    ["Tier 0 entries", stat(L.STAT_T0_ENTRIES)],
    ["Tier 0 instructions", stat(L.STAT_T0_INSNS)],
    ["Tier 1 entries", stat(L.STAT_T1_ENTRIES)],
    ["Tier 1 instructions", engine.inRegions],
    ["Lookups", stat(L.STAT_LOOKUPS)],
    ["TB invalidations", memory.engine(L.E_INVALIDATIONS) >>> 0],
    ["TLB misses", stat(L.STAT_TLB_MISS)],
    ["TLB flushes", stat(L.STAT_TLB_FLUSH)],
    ["Slow loads", stat(L.STAT_SLOW_LOAD)],
    ["Slow stores", stat(L.STAT_SLOW_STORE)],
    ["MMIO accesses", stat(L.STAT_MMIO)],
    ["Faults", stat(L.STAT_FAULTS)],
    ["Interrupts", stat(L.STAT_INTERRUPTS)],
  ];
  for (const [name, value] of Object.entries(engine.tier1?.statistics ?? {})) {
    if (typeof value === "number") lines.push([`Tier 1 ${words(name)}`, value]);
  }
  const average = translations > 0 ? (guestBytes / translations).toFixed(1) : "0";
  const text = lines.map(([name, value]) => `${name.padEnd(20)} ${value}\n`).join("");
  return `Translation buffer state:\n${text}${"TB avg target size".padEnd(20)} ${average} bytes\n`;
}

/** `madeInsns` as `made insns`. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
