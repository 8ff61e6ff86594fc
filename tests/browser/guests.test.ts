// The page's list of guests: it boots the one that a link names, and another one that is chosen.

import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { listGuest } from "../../src/images/listing.js";
import { type Browser, until } from "../../testing/browser/browser.js";
import { BROWSERS } from "../../testing/browser/browsers.js";
import { PageUnderTest } from "../../testing/browser/page.js";
import { type Site, serveSite } from "../../testing/browser/site.js";
import { GUEST, RISCV_GUEST, ROOT, temporaryFolder } from "../../testing/guest.js";

const BOOT_MS = 240_000;
const PROMPT = /^~ # /;

const folder = temporaryFolder();
let site: Site;
let browser: Browser | undefined;

beforeAll(async () => {
  for (const name of ["bzImage", "initrd", "rootfs.bin", "guest.json"])
    symlinkSync(join(GUEST, name), folder.file(name));
  listGuest(folder.path, folder.path, { guest: "x86_64", program: undefined, image: "bzImage" });
  if (existsSync(RISCV_GUEST)) {
    symlinkSync(RISCV_GUEST, folder.file("riscv64"));
    listGuest(folder.path, folder.file("riscv64"), {
      guest: "riscv64",
      program: "wasmachine-system-riscv64",
      image: "Image",
    });
  }
  site = await serveSite(true, folder.path);
});
afterEach(async () => {
  await browser?.close();
  browser = undefined;
});
afterAll(() => {
  site?.close();
  folder.remove();
});

const said = (id: string): Promise<string> =>
  browser!.evaluate<string>(`document.getElementById(${JSON.stringify(id)}).textContent`);

it("a link that names a guest that is not there says which are", async () => {
  browser = await BROWSERS.chromium.start();
  const page = new PageUnderTest(browser);
  await page.open(`${site.address}?guest=vax`);
  await page.inState("failed", 10_000);
  expect(await said("error")).toMatch(/^\?guest=vax: the page offers x86_64/);
});

describe.skipIf(!existsSync(join(RISCV_GUEST, "guest.json")))(`riscv64 (skipped without ${RISCV_GUEST})`, () => {
  it.each(["chromium", "firefox"] as const)("boots in the page, in %s", { timeout: 2 * BOOT_MS }, async (name) => {
    browser = await BROWSERS[name].start();
    const page = new PageUnderTest(browser);
    await page.open(`${site.address}?guest=riscv64`);
    await page.line(/^wasmachine: Debian/, BOOT_MS);
    await page.line(PROMPT, 30_000);
    expect(await browser.evaluate<boolean>(`document.getElementById("offered").hidden`)).toBe(false);
    await browser.type("uname -m\n");
    await page.line(/^riscv64$/, 30_000);
    mkdirSync(`${ROOT}/build`, { recursive: true });
    await browser.screenshot(`${ROOT}/build/page-riscv64-${name}.png`);
    if (name !== "chromium") return;

    // Another guest is a new machine: the page asks, since there may be work in this one.
    const choose = `(() => {
      const picker = document.getElementById("guest");
      picker.value = "x86_64";
      picker.dispatchEvent(new Event("change"));
    })()`;
    const asked = `document.getElementById("confirm").open`;
    const guest = `document.getElementById("guest").value`;
    await browser.evaluate(choose);
    await until(browser, asked, 5000, async () => "no question before another guest");
    await browser.click("#confirm-no");
    await until(browser, `!${asked} && ${guest} === "riscv64"`, 5000, () => browser!.evaluate<string>(guest));
    await browser.evaluate(choose);
    await until(browser, asked, 5000, async () => "no question before another guest");
    await browser.click("#confirm-yes");
    await page.line(/^wasmachine: Debian/, BOOT_MS);
    await page.line(PROMPT, 30_000);
    await browser.type("uname -m\n");
    await page.line(/^x86_64$/, 30_000);
  });
});
