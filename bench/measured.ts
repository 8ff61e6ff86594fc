// Runs bench/measured.mjs and gives what it measured.

import { spawn } from "node:child_process";
import { ROOT } from "./guest.js";

export interface Meter {
  calls: number;
  ms: number;
  bytes?: number;
}

type Numbers = Record<string, number>;

/** Times in milliseconds. Without a profile only what stands before `statistics` means something. */
export interface Measured {
  wall: number;
  cpu: number;
  /** Making the machine, and for boots the time from there. */
  create: number;
  boot?: number;
  guestClock: number;
  slept: number;
  instructions: number;
  rss: number;
  output: string;
  statistics: Numbers;
  exits: Numbers;
  meters: Record<string, Meter>;
  translations: number;
  guestBytes: number;
  arena?: number;
  /** Tier 1's statistics: what they grew by, and what they are at the end. */
  tier1: Numbers;
  live?: Numbers;
  helpers: { tier0?: Numbers; tier1?: Numbers };
  samples?: { parts: Numbers; top: { name: string; part: string; ms: number }[] };
  hottest?: HotRegion[];
  blocks?: Blocks;
}

export interface HotRegion {
  phys: string;
  mode: string;
  /** Blocks by which it may be entered. */
  entryPoints: number;
  blocks: number;
  insns: number;
  guestBytes: number;
  wasmBytes: number;
  entries: number;
}

export interface Blocks {
  blocks: number;
  insns: number;
  uops: number;
  uopsPerInsn: number;
  insnsPerBlock: number;
  codes: [number, number][];
  pairs: [string, number][];
  top: { phys: string; count: number; insns: number; uops: number; share: number }[];
}

export function measure(args: readonly string[], machine: readonly string[], patience: number): Promise<Measured> {
  const child = spawn(process.execPath, [`${ROOT}bench/measured.mjs`, ...args, "--", ...machine], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: patience,
    killSignal: "SIGKILL",
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) =>
      status === 0 ? resolve(JSON.parse(text) as Measured) : reject(new Error("the emulator did not get to the end")),
    );
  });
}
