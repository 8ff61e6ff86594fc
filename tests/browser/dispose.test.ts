// dispose() ends a page's machine and its threads at once, whatever its guest does.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Browser, until } from "../../testing/browser/browser.js";
import { BROWSER_NAMES, BROWSERS } from "../../testing/browser/browsers.js";
import { PageUnderTest } from "../../testing/browser/page.js";
import { type Site, serveSite } from "../../testing/browser/site.js";
import { temporaryFolder } from "../../testing/guest.js";
import { writeKernel, x86 } from "../../testing/x86/multiboot.js";
import { writeLargeKernel } from "../kernels/large.js";

/** A second, and what a loaded host takes for it. */
const AT_ONCE = 5_000;
/** Browsers take threads down when they find time: seconds where a host is loaded. */
const THREADS_GONE = 20_000;
const COM1 = 0x3f8;
/** Kernels, and how long they are let run. */
const KERNELS = {
  spins: [0xeb, 0xfe],
  waits: x86.stop,
  // mov dx, COM1; mov al, 'y'; out dx, al; again for ever. Nobody reads it.
  floods: [...x86.outb(COM1, 0x79), 0xeb, 0xfd],
  // lidt of an empty table; ud2
  faults: [0x6a, 0x00, 0x6a, 0x00, 0x0f, 0x01, 0x1c, 0x24, 0x0f, 0x0b],
  resets: [...x86.outb(0x64, 0xfe), ...x86.stop],
};

const folder = temporaryFolder();
let site: Site;
let unpacked: number;
beforeAll(async () => {
  for (const [name, code] of Object.entries(KERNELS)) writeKernel(folder.file(name), code);
  unpacked = writeLargeKernel(folder.file("unpacked"), "zstd", [...x86.outb(0x64, 0xfe), 0xf4, 0xeb, 0xfd]);
  site = await serveSite(true, folder.path);
});
afterAll(() => {
  site?.close();
  folder.remove();
});

describe.each(BROWSER_NAMES)("%s", (name) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await BROWSERS[name].start();
    await new PageUnderTest(browser).open(`${site.address}?args=${encodeURIComponent("-m 16M -kernel waits")}`);
    // The helper of its machine is there as well by then.
    await until(
      browser,
      "wasmachine.machine.state === 'halted'",
      60_000,
      async () => "the page's machine does not start",
    );
    await until(browser, "performance.now() > 5000", 60_000, async () => "no time passes");
  }, 180_000);
  afterAll(() => browser?.close());

  it.each([...Object.keys(KERNELS), "unpacked"])("a guest that %s", async (kernel) => {
    const before = browser.workers();
    // The page has a machine of its own.
    expect(before).not.toBe(0);
    const args = `-m ${kernel === "unpacked" ? unpacked : 16}M -kernel ${kernel}`;
    const result = await browser.evaluate<{ time: number; status: number; reason: string }>(`(async () => {
      const { createMachine } = await import(new URL("wasmachine.js", location).href);
      const machine = createMachine({ arguments: ${JSON.stringify(args)}, filesUrl: new URL("pack/", location).href });
      const started = machine.start();
      if (${JSON.stringify(kernel !== "unpacked")}) await started;
      else started.catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 800));
      const begin = performance.now();
      machine.dispose();
      const exit = await machine.finished;
      return { ...exit, time: performance.now() - begin };
    })()`);
    expect(result).toMatchObject({ status: 0, reason: "disposed" });
    expect(result.time).toBeLessThan(AT_ONCE);
    // Its threads are gone too.
    if (before !== undefined) {
      const end = performance.now() + THREADS_GONE;
      while (browser.workers()! > before && performance.now() < end)
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(browser.workers()!).toBe(before);
    }
    // The page itself goes on.
    await until(
      browser,
      "wasmachine.machine.state === 'halted'",
      30_000,
      async () => "the page's own machine is not well",
    );
  });
});
