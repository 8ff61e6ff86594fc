// What the page does besides booting: errors where the user looks, the box for the command line, the public API.

import { mkdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Browser, until } from "../../testing/browser/browser.js";
import { startChromium } from "../../testing/browser/chromium.js";
import { PageUnderTest } from "../../testing/browser/page.js";
import { type Site, serveSite } from "../../testing/browser/site.js";
import { ROOT } from "../../testing/guest.js";

let browser: Browser;
let site: Site;
let page: PageUnderTest;

beforeAll(async () => {
  site = await serveSite(true);
  browser = await startChromium("dark");
  page = new PageUnderTest(browser);
}, 180_000);

afterAll(async () => {
  await browser?.close();
  site?.close();
});

const open = (args: string): Promise<void> => page.open(`${site.address}?args=${encodeURIComponent(args)}`);

describe("errors", () => {
  it.each([
    ["-kernel nothing-of-this-name", /nothing-of-this-name/],
    ["-m 512M -flux on", /^-flux: invalid option; -help lists those there are$/],
    ['-append "never closed', /^the quote that begins at "never closed does not end$/],
    ["-drive if=virtio,format=raw,file=no-disk.bin", /Could not open 'no-disk\.bin': there is no file at http/],
    ["-kernel bzImage -serial file:log.txt", /there are no files to write to, such as 'log\.txt'/],
  ])("%s is one sentence above the terminal", async (args, sentence) => {
    await open(args);
    await page.inState("failed", 30_000);
    expect(await page.error()).toMatch(sentence);
    const [bottom, top] = await browser.evaluate<[number, number]>(`[
      document.getElementById("error").getBoundingClientRect().bottom,
      document.getElementById("terminal").getBoundingClientRect().top,
    ]`);
    expect(bottom).toBeLessThanOrEqual(top);
  });

  it("goes away when the machine is started again from the box", async () => {
    await open("-flux on");
    await page.inState("failed", 30_000);
    mkdirSync(`${ROOT}/build`, { recursive: true });
    await browser.screenshot(`${ROOT}/build/page-error.png`);
    await browser.click("summary");
    await browser.evaluate(`document.getElementById("arguments").value = "-version"`);
    await browser.click('button[type="submit"]');
    await page.line(/^wasmachine emulator version/, 30_000);
    expect(await browser.evaluate<boolean>(`document.getElementById("error").hidden`)).toBe(true);
  });
});

describe("layout", () => {
  it("fits the terminal into a phone's width", async () => {
    await open("-version");
    await page.line(/^wasmachine emulator version/, 30_000);
    await browser.resize(390, 760);
    await until(browser, "globalThis.wasmachine.terminal.cols < 60", 5000, async () => "the terminal stays wide");
    const overflow = await browser.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
    expect(overflow).toBeLessThanOrEqual(0);
    await browser.screenshot(`${ROOT}/build/page-phone.png`);
    await browser.resize(1000, 700);
  });
});

describe("the library", () => {
  it("is one module that any page imports", async () => {
    await open("-version");
    const result = await browser.evaluate<{ text: string; reason: string }>(`(async () => {
      const { createMachine } = await import("/wasmachine.js");
      const machine = createMachine({ arguments: ["-help"] });
      const text = await new Response(machine.console.readable).text();
      return { text, reason: (await machine.finished).reason };
    })()`);
    expect(result.text).toMatch(/usage: wasmachine-system-x86_64/);
    expect(result.reason).toBe("help");
  });

  it("takes files as bytes and rejects start() with one sentence", async () => {
    await open("-version");
    const message = await browser.evaluate<string>(`(async () => {
      const { createMachine } = await import("/wasmachine.js");
      const machine = createMachine({ arguments: "-kernel k", files: { k: new Uint8Array([1, 2, 3]) } });
      return machine.start().then(() => "started", (error) => error.message);
    })()`);
    expect(message).toMatch(/'?k'?/);
    expect(message).not.toMatch(/internal error|started/);
  });

  it("names the address of a file that is not there, with a code and a cause", async () => {
    await open("-version");
    const errors = await browser.evaluate<Record<string, unknown>[]>(`(async () => {
      const { createMachine, MachineError } = await import("/wasmachine.js");
      const tries = [
        { arguments: "-kernel none", filesUrl: "/nowhere" },
        { arguments: "-kernel k", files: { k: "http://127.0.0.1:1/k" } },
        { arguments: "-version", coreUrl: "/none.wasm" },
        { arguments: "-S", coreUrl: "/none.wasm" },
        { arguments: "-S", workerUrl: "/none.js" },
        { arguments: "-flux" },
      ];
      return Promise.all(tries.map(async (options) => {
        const machine = createMachine(options);
        const error = await machine.start().catch((reason) => reason);
        if (!(error instanceof MachineError)) return { is: String(error) };
        return { code: error.code, url: error.url ?? "", message: error.message, cause: error.cause?.name ?? "" };
      }));
    })()`);
    const origin = site.address.slice(0, -1);
    expect(errors).toEqual([
      expect.objectContaining({ code: "ERR_FILE", url: `${origin}/nowhere/none` }),
      expect.objectContaining({ code: "ERR_FILE", url: "http://127.0.0.1:1/k", cause: "TypeError" }),
      expect.objectContaining({ code: "ERR_ENDED" }),
      expect.objectContaining({ code: "ERR_FILE", url: `${origin}/none.wasm` }),
      expect.objectContaining({ code: "ERR_WORKER", message: expect.stringContaining(`${origin}/none.js`) }),
      expect.objectContaining({ code: "ERR_OPTION" }),
    ]);
    for (const { message, url } of errors) expect(message).toContain(url);
  });

  it("ends a machine's workers within a second", async () => {
    await open("-version");
    const milliseconds = await browser.evaluate<number[]>(`(async () => {
      const { createMachine } = await import("/wasmachine.js");
      const times = [];
      for (const wait of [0, 30, 300, 2000]) {
        const machine = createMachine({
          arguments: "-m 256M -kernel bzImage -initrd initrd -append console=ttyS0",
          filesUrl: "/pack/",
        });
        machine.start().catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, wait));
        const begun = performance.now();
        machine.dispose();
        await machine.finished;
        times.push(performance.now() - begun);
      }
      return times;
    })()`);
    for (const time of milliseconds) expect(time).toBeLessThan(1000);
    const begun = Date.now();
    while (browser.workers()! > 0) {
      expect(Date.now() - begun).toBeLessThan(1000);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
});
