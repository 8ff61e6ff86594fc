// The page's buttons and the example of the API, on a machine that has booted (from the initrd alone, which is faster).

import { afterAll, beforeAll, expect, it } from "vitest";
import { type Browser, until } from "../../testing/browser/browser.js";
import { startChromium } from "../../testing/browser/chromium.js";
import { PageUnderTest } from "../../testing/browser/page.js";
import { type Site, serveSite } from "../../testing/browser/site.js";

const BOOT_MS = 240_000;
const ARGS = '-m 256M -kernel bzImage -initrd initrd -append "console=ttyS0 loglevel=4"';

let browser: Browser;
let site: Site;
let page: PageUnderTest;

beforeAll(async () => {
  site = await serveSite(true);
  browser = await startChromium();
  page = new PageUnderTest(browser);
}, 180_000);

afterAll(async () => {
  await browser?.close();
  site?.close();
});

it("pauses, goes on, resets and shuts down at the push of a button", { timeout: 2 * BOOT_MS }, async () => {
  await page.open(`${site.address}?args=${encodeURIComponent(ARGS)}`);
  await page.line(/^~ # /, BOOT_MS);
  await page.inState("halted", 30_000);

  await browser.click("#pause");
  await page.inState("stopped", 5000);
  await browser.type("echo $((6*7))\n");
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await page.lines()).not.toContain("42");
  await browser.click("#pause");
  await page.line(/^42$/, 30_000);

  await browser.type("clear\n");
  await until(
    browser,
    "globalThis.wasmachine.terminal.buffer.active.getLine(0).translateToString(true).startsWith('~ #')",
    10_000,
    async () => "not cleared",
  );
  // Somebody has worked in the guest.
  await browser.click("#reset");
  expect(await browser.evaluate<string>(`document.getElementById("confirm-text").textContent`)).toMatch(/is lost/);
  await browser.click("#confirm-no");
  await page.inState("halted", 30_000);
  await browser.click("#reset");
  await browser.click("#confirm-yes");
  await page.line(/^GUEST-READY/, BOOT_MS);
  await page.inState("halted", 60_000);

  await browser.click("#power");
  await page.inState("ended", 60_000);
  expect(await browser.evaluate<string>(`document.getElementById("notice").textContent`)).toMatch(
    /switched the machine off/,
  );
});

it("shows a guest's panic", { timeout: BOOT_MS }, async () => {
  const args = ARGS.replace("loglevel=4", "rdinit=/nowhere root=/dev/none");
  await page.open(`${site.address}?args=${encodeURIComponent(args)}`);
  await page.inState("panicked", BOOT_MS);
});

it("runs in any page by the 20-line example", { timeout: BOOT_MS }, async () => {
  await browser.open(`${site.address}examples/embed.html`);
  const screen = `document.querySelector(".xterm-rows").innerText.replaceAll("\\u00a0", " ")`;
  const complaint = async (): Promise<string> => browser.evaluate<string>(screen);
  await until(browser, `document.querySelector(".xterm-rows") && /^~ # /m.test(${screen})`, BOOT_MS, complaint);
  await browser.type("uname -m\n");
  await until(browser, `/^x86_64 *$/m.test(${screen})`, 30_000, complaint);
});
