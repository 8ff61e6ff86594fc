// A browser that is killed while a guest in a page writes to a disk that the page keeps.

import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdirSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { startKeptChromium } from "../../testing/browser/chromium.js";
import { PageUnderTest } from "../../testing/browser/page.js";
import type { Site } from "../../testing/browser/site.js";
import { ROOT, temporaryFolder } from "../../testing/guest.js";
import { program } from "../../testing/programs.js";
import type { Random } from "../../testing/random.js";

const BOOT = 300_000;
const FIRST_RECORD = 120_000;
/** The kill comes so long after the first record, at most, in milliseconds. */
const LATEST = 4000;
const DISK = "file=rootfs.bin,if=virtio,format=raw,overlay=opfs:kept";
const MACHINE = `-m 256M -kernel bzImage -initrd initrd -drive ${DISK}`;
const ARGS = `${MACHINE} -append "console=ttyS0 loglevel=4 root=/dev/vda rw"`;
/** A line appended to one file, and a file of its own that gets its name last. */
const WRITE =
  'echo $i | dd of=/log oflag=append conv=notrunc,fsync 2>/dev/null && echo $i >/new && mv /new /r$i && sync && echo "<$i>"';

/** A text when something that was flushed is lost, or the file system is not whole. */
export async function killBrowser(random: Random, site: Site): Promise<string | undefined> {
  const folder = temporaryFolder();
  const [profile, qcow2, raw] = ["profile", "qcow2", "raw"].map((name) => folder.file(name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(profile);
  try {
    const last = await writeUntilKilled(profile, site, random.below(LATEST));
    await exportDisk(profile, site, qcow2);
    execFileSync(process.execPath, [`${ROOT}dist/commands/cli.js`, "img", "convert", "-O", "raw", qcow2, raw]);
    return check(raw, last);
  } finally {
    folder.remove();
  }
}

/** Gives the last record that the guest said to be written. */
async function writeUntilKilled(profile: string, site: Site, moment: number): Promise<number> {
  const browser = await startKeptChromium(profile);
  try {
    const page = new PageUnderTest(browser);
    await page.open(`${site.address}?args=${encodeURIComponent(ARGS)}`);
    await page.line(/^~ # /, BOOT);
    await browser.type(`i=0; touch /log; while i=$((i+1)); do ${WRITE}; done\n`);
    await page.line(/^<1>$/, FIRST_RECORD);
    await new Promise((resolve) => setTimeout(resolve, moment));
    const said = (await page.lines()).flatMap((line) => /^<(\d+)>$/.exec(line)?.[1] ?? []);
    return Number(said.at(-1));
  } finally {
    await browser.kill();
  }
}

/** The disk as a page has it that is opened next. */
async function exportDisk(profile: string, site: Site, file: string): Promise<void> {
  const server = createServer().listen(0, "127.0.0.1");
  const arrived = once(server, "request").then(async ([request, response]) => {
    await pipeline(request as IncomingMessage, createWriteStream(file));
    (response as ServerResponse).end();
  });
  const browser = await startKeptChromium(profile);
  try {
    const { port } = server.address() as AddressInfo;
    const page = new PageUnderTest(browser);
    await page.open(`${site.address}?args=-h`);
    await browser.evaluate(`(async () => {
      const { createMachine } = await import(new URL("wasmachine.js", location.href));
      const machine = createMachine({ arguments: ${JSON.stringify(MACHINE)}, filesUrl: new URL("pack/", location.href) });
      machine.finished.catch(() => {});
      const body = await new Response(machine.drives.get("virtio0").export({ format: "qcow2" })).blob();
      await fetch("http://127.0.0.1:${port}/", { method: "POST", mode: "no-cors", body });
      machine.dispose();
    })()`);
    await arrived;
  } finally {
    await browser.kill();
    server.close();
  }
}

function check(raw: string, last: number): string | undefined {
  const e2fsck = (how: string) => spawnSync(program("e2fsck"), [how, raw], { encoding: "utf8" });
  // As a boot does it: what is in the journal goes to its place. Status 1: it did.
  const first = e2fsck("-p");
  if (first.status === null || first.status > 1)
    return `the file system needs a repair: ${first.stdout}${first.stderr}`;
  const { status, stdout } = e2fsck("-fn");
  if (status !== 0) return `the file system is not whole: ${stdout}`;
  const debugfs = (request: string): string =>
    execFileSync(program("debugfs"), ["-R", request, raw], { encoding: "utf8", stdio: "pipe" });
  const log = debugfs("cat /log").split("\n");
  for (let number = 1; number <= last; number++) {
    if (log[number - 1] !== String(number)) return `line ${number} of the log of ${last} is '${log[number - 1]}'`;
    if (debugfs(`cat /r${number}`) !== `${number}\n`) return `file r${number} of ${last} has not its number`;
  }
  return undefined;
}
