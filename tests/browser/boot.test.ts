// The page boots Debian to a prompt in real browsers, with and without cross-origin isolation.

import { mkdirSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import type { Browser } from "../../testing/browser/browser.js";
import { BROWSERS, type BrowserName } from "../../testing/browser/browsers.js";
import { PageUnderTest } from "../../testing/browser/page.js";
import { type Site, serveSite } from "../../testing/browser/site.js";
import { ROOT } from "../../testing/guest.js";
import { firstMinutes } from "./first-minutes.js";

const BOOT_MS = 240_000;
// The kernel may write behind the prompt.
const PROMPT = /^~ # /;

/** What the machine's monitor says of its memory, of regions made, and of those of them that were made in another thread. */
const INFO_JIT = `(async () => {
  const { monitor } = wasmachine.machine;
  const writer = monitor.writable.getWriter();
  await writer.write(new TextEncoder().encode("info jit\\n"));
  writer.releaseLock();
  const reader = monitor.readable.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (true) {
    text += (await reader.read()).value;
    const found = /Shared memory +(\\w+)[^]*Tier 1 made +(\\d+)\\r?\\nTier 1 made beside +(\\d+)\\r?\\n/.exec(text);
    if (found) return [found[1], Number(found[2]), Number(found[3])];
  }
})()`;

let browser: Browser | undefined;
let site: Site | undefined;

afterEach(async () => {
  await browser?.close();
  site?.close();
  browser = site = undefined;
});

// WebKitGTK has no SharedArrayBuffer either way: one case says it all.
const cases: [name: BrowserName, isolated: boolean][] = [
  ["chromium", true],
  ["chromium", false],
  ["firefox", true],
  ["firefox", false],
  ["webkit", false],
];

describe.each(cases)("%s", (name, isolated) => {
  it(`boots Linux to a prompt that answers, ${isolated ? "isolated" : "not isolated"}`, {
    timeout: BOOT_MS + 60_000,
  }, async () => {
    site = await serveSite(isolated);
    browser = await BROWSERS[name].start();
    const page = new PageUnderTest(browser);
    await page.open(site.address);
    expect(await browser.evaluate<boolean>("crossOriginIsolated")).toBe(isolated);
    await page.line(/^wasmachine: Debian/, BOOT_MS);
    await page.line(PROMPT, 30_000);
    // The keyboard is the terminal's without a click.
    await browser.type("uname -m\n");
    await page.line(/^x86_64$/, 30_000);
    await page.inState("halted", 10_000);
    // Most regions were made by the worker's own worker.
    const [shared, made, beside] = await browser.evaluate<[string, number, number]>(INFO_JIT);
    expect(shared).toBe(isolated ? "yes" : "no");
    expect(beside).toBeGreaterThan(made / 2);
    if (name === "webkit") expect(await browser.evaluate<string>("typeof SharedArrayBuffer")).toBe("undefined");
    mkdirSync(`${ROOT}/build`, { recursive: true });
    await browser.screenshot(`${ROOT}/build/page-${name}${isolated ? "" : "-not-isolated"}.png`);
    if (isolated || name === "webkit") await firstMinutes(page, browser, name);
  });
});
