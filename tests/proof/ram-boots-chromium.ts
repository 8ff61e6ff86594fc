// The same as ram-boots, in a page in Chromium.

import { startChromium } from "../../testing/browser/chromium.js";
import { PageUnderTest } from "../../testing/browser/page.js";
import { serveSite } from "../../testing/browser/site.js";
import setupGuest from "../../testing/setup-guest.js";
import setupPage from "../../testing/setup-page.js";
import { RAM_SIZES } from "../system/ram/sizes.js";
import type { Proof } from "./runner/proof.js";

const BOOT = 240_000;

/** Largest first: a sample begins there. */
const SIZES = [...RAM_SIZES].reverse();

export const proof: Proof = {
  name: "ram-boots-chromium",
  proves: `Debian boots to a prompt in Chromium at -m ${RAM_SIZES.join("M, ")}M; more is refused in one sentence`,
  total: SIZES.length,
  batch: 1,
  sample: 1,
  async prepare() {
    await setupGuest();
    setupPage();
  },
  async run(_seed, first) {
    const size = SIZES[first]!;
    const site = await serveSite(true);
    try {
      const browser = await startChromium();
      try {
        const page = new PageUnderTest(browser);
        const open = (mib: number): Promise<void> => {
          const args = `-m ${mib}M -kernel bzImage -initrd initrd -append "console=ttyS0 quiet"`;
          return page.open(`${site.address}?args=${encodeURIComponent(args)}`);
        };
        await open(size);
        await page.line(/^~ # /, BOOT);
        await browser.type("grep MemTotal /proc/meminfo\n");
        const line = await page.line(/^MemTotal: +\d+ kB/, 60_000);
        const found = Number(/(\d+) kB/.exec(line)![1]) / 1024;
        const failures = found > 0.85 * size - 64 && found <= size ? [] : [`-m ${size}M: ${line}`];
        if (size !== RAM_SIZES.at(-1)) return failures;
        await open(size + 1);
        await page.inState("failed", 60_000);
        const said = await page.error();
        if (!said.includes(`32-bit WebAssembly has room for ${size} MiB of RAM`)) failures.push(said);
        return failures;
      } catch (error) {
        return [`-m ${size}M: ${(error as Error).message}`];
      } finally {
        await browser.close();
      }
    } finally {
      site.close();
    }
  },
};
