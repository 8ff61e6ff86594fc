// This emulator in a browser: the built page, with the guest's files from the page's own server. Ready is counted from the navigation.

import { readdirSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { DEFAULT_GUEST, programName } from "../src/guests/programs.js";
import type { BrowserKind } from "../testing/browser/browsers.js";
import { PageUnderTest } from "../testing/browser/page.js";
import { type Site, serveSite } from "../testing/browser/site.js";
import { BOOT_PATIENCE, command, type Emulator, figureOf, PROMPT, patience, READY, type Session } from "./engine.js";
import { type BenchGuest, machineOptions, ROOT } from "./guest.js";

/** In a checkout. */
export const PAGE = "dist/page/index.html";
/** Milliseconds between looks at a terminal whose last line is not whole yet. */
const LOOK = 50;

/** Whether something of the build is newer than the page that was made of it. */
export function pageIsOld(): boolean {
  const page = statSync(`${ROOT}${PAGE}`).mtimeMs;
  const parts = readdirSync(`${ROOT}dist`).filter((name) => !["page", "guests", "commands", "node"].includes(name));
  return parts.some((part) => newest(`${ROOT}dist/${part}`) > page);
}

function newest(path: string): number {
  const info = statSync(path);
  if (!info.isDirectory()) return info.mtimeMs;
  return Math.max(...readdirSync(path).map((name) => newest(`${path}/${name}`)));
}

/** `name` is the browser's unless another is given; `root` is the checkout whose page it is. */
export function pageEmulator(
  { title, start }: BrowserKind,
  version: string,
  guest: BenchGuest,
  { name = title, root = ROOT }: { name?: string; root?: string } = {},
): Emulator {
  let site: Site | undefined;
  let browserVersion = "";
  return {
    name,
    get version() {
      return `wasmachine ${version}, ${title} ${browserVersion}`;
    },
    async boot() {
      site ??= await serveSite(true, guest.folder, root);
      const browser = await start();
      browserVersion = browser.version;
      const page = new PageUnderTest(browser);
      try {
        const options = machineOptions(guest, "").map((option) => (option.includes(" ") ? `"${option}"` : option));
        // An older page, to compare with, knows no names of programs.
        const words = guest.name === DEFAULT_GUEST ? options : [programName(guest.name), ...options];
        const begun = performance.now();
        await page.open(`${site.address}?args=${encodeURIComponent(words.join(" "))}`);
        await page.line(new RegExp(`^${READY} `), BOOT_PATIENCE);
        const ready = performance.now() - begun;
        await page.line(new RegExp(`^${PROMPT}`), BOOT_PATIENCE);
        return session(page, ready);
      } catch (error) {
        await browser.close();
        throw error;
      }
    },
    async close() {
      site?.close();
    },
  };
}

function session(page: PageUnderTest, ready: number): Session {
  return {
    ready,
    async run(benchmark, seconds) {
      const typed = `${command(benchmark, seconds)}\n`;
      await page.browser.evaluate(`(() => {
        const { terminal } = globalThis.wasmachine;
        terminal.clear();
        terminal.input(${JSON.stringify(typed)});
      })()`);
      await page.line(new RegExp(`^BENCH ${benchmark} `), patience(seconds));
      // The line is whole when there is another one below it.
      while (!/^BENCH .*\n+./m.test((await page.lines()).join("\n"))) await sleep(LOOK);
      return figureOf(benchmark, (await page.lines()).join("\n"));
    },
    close: () => page.browser.close(),
  };
}
