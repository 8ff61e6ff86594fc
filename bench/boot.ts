// node tools/run-ts.mjs bench/boot.ts [--runs N] [--tier0] [--profile] [--blocks N] [--no-qemu] [--chromium] [--firefox] [--webkit] [-- OPTIONS OF THE MACHINE]
//
// Time from start to the guest's prompt, in this emulator (as built in dist/) and in native QEMU, interleaved: wall clock
// and CPU time of the whole process. CPU time is what to compare on a busy host. --profile says where this emulator's time
// goes, --blocks adds the N blocks that cost tier 0 most and its micro-ops by share. --chromium and the like add the page in a
// browser: from the navigation to the prompt in its terminal (the pages' own guest and command line; build:page comes first).

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BROWSER_NAMES, BROWSERS, type BrowserKind } from "../testing/browser/browsers.js";
import { PageUnderTest } from "../testing/browser/page.js";
import { serveSite } from "../testing/browser/site.js";
import { type Measured, measure } from "./measured.js";
import { namedCore } from "./named-core.js";
import { printProfile } from "./profile.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values, positionals } = parseArgs({
  options: {
    runs: { type: "string", default: "3" },
    until: { type: "string", default: "wasmachine: Debian" },
    hot: { type: "string" },
    tier0: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
    blocks: { type: "string", default: "0" },
    "no-qemu": { type: "boolean", default: false },
    chromium: { type: "boolean", default: false },
    firefox: { type: "boolean", default: false },
    webkit: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const pack = `${root}/pack`;
const machine =
  positionals.length > 0
    ? positionals
    : ["-m", "512M", "-kernel", `${pack}/bzImage`, "-initrd", `${pack}/initrd`, "-append", "console=ttyS0 quiet"];
/** A boot that takes longer has failed, milliseconds. */
const PATIENCE = 300_000;

interface Time {
  wall: number;
  cpu: number;
}

function ours(): Promise<Measured> {
  const args = ["--until", values.until];
  if (values.tier0) args.push("--tier0");
  if (values.hot) args.push("--hot", values.hot);
  if (values.profile) args.push("--profile", "--core", namedCore(), "--blocks", values.blocks);
  return measure(args, machine, PATIENCE);
}

function qemu(): Promise<Time> {
  const options = ["-accel", "tcg", "-display", "none", "-serial", "stdio", "-monitor", "none"];
  const begun = performance.now();
  const child = spawn("qemu-system-x86_64", [...options, ...machine], {
    stdio: ["ignore", "pipe", "ignore"],
    timeout: PATIENCE,
    killSignal: "SIGKILL",
  });
  let text = "";
  let time: Time | undefined;
  child.stdout.on("data", (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-4096);
    if (time || !text.includes(values.until)) return;
    time = { wall: performance.now() - begun, cpu: cpuTime(child.pid!) };
    child.kill("SIGKILL");
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => (time ? resolve(time) : reject(new Error("QEMU did not get to the prompt"))));
  });
}

/** The page of `npm start`, isolated: milliseconds from the navigation to the prompt. */
async function inBrowser({ start }: BrowserKind): Promise<number> {
  const site = await serveSite(true, pack);
  const browser = await start();
  try {
    const page = new PageUnderTest(browser);
    const command = machine.map((option) => (option.includes(" ") ? `"${option}"` : option)).join(" ");
    const begun = performance.now();
    await page.open(`${site.address}?args=${encodeURIComponent(command.replaceAll(`${pack}/`, ""))}`);
    await page.line(new RegExp(`^${values.until}`), PATIENCE);
    return performance.now() - begun;
  } finally {
    await browser.close();
    site.close();
  }
}

/** CPU time of a process so far, milliseconds (Linux: fields 14 and 15 of stat, in hundredths of a second). */
function cpuTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function median(times: readonly Time[]): Time {
  const middle = (pick: (t: Time) => number): number => times.map(pick).sort((a, b) => a - b)[times.length >> 1]!;
  return { wall: middle((t) => t.wall), cpu: middle((t) => t.cpu) };
}

const seconds = (ms: number): string => (ms / 1000).toFixed(2).padStart(6);

const mine: Measured[] = [];
const theirs: Time[] = [];
const browsers = BROWSER_NAMES.filter((name) => values[name]);
const pages = browsers.map((): Time[] => []);
for (let k = 0; k < Number(values.runs); k++) {
  const a = await ours();
  mine.push(a);
  let text = `run ${k + 1}: ours ${seconds(a.wall)} s (CPU ${seconds(a.cpu)})`;
  if (!values["no-qemu"]) {
    const b = await qemu();
    theirs.push(b);
    text += `, QEMU ${seconds(b.wall)} s (CPU ${seconds(b.cpu)}), ratio ${(a.wall / b.wall).toFixed(2)} (CPU ${(a.cpu / b.cpu).toFixed(2)})`;
  }
  for (const [n, name] of browsers.entries()) {
    const wall = await inBrowser(BROWSERS[name]);
    pages[n]!.push({ wall, cpu: 0 });
    text += `; ${BROWSERS[name].title} ${seconds(wall)} s`;
    if (theirs.length > 0) text += `, ratio ${(wall / theirs[k]!.wall).toFixed(2)}`;
  }
  console.log(text);
}
for (const [n, name] of browsers.entries()) {
  const wall = median(pages[n]!).wall;
  const ratio = theirs.length > 0 ? `, ratio ${(wall / median(theirs).wall).toFixed(2)}` : "";
  console.log(`median: ${BROWSERS[name].title} ${seconds(wall)} s${ratio}`);
}
const a = median(mine);
if (theirs.length > 0) {
  const b = median(theirs);
  console.log(
    `median: ours ${seconds(a.wall)} s (CPU ${seconds(a.cpu)}), QEMU ${seconds(b.wall)} s (CPU ${seconds(b.cpu)}), ratio ${(a.wall / b.wall).toFixed(2)} (CPU ${(a.cpu / b.cpu).toFixed(2)})`,
  );
} else console.log(`median: ours ${seconds(a.wall)} s (CPU ${seconds(a.cpu)})`);
if (values.profile) printProfile(mine[mine.length - 1]!);
