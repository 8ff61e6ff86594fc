// A disk whose writes the page keeps: they are there after a reload, and until they are deleted.

import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { Browser } from "../../testing/browser/browser.js";
import { BROWSER_NAMES, BROWSERS } from "../../testing/browser/browsers.js";
import { PageUnderTest } from "../../testing/browser/page.js";
import { type Site, serveSite } from "../../testing/browser/site.js";

const BOOT_MS = 240_000;
const PROMPT = /^~ # /;
const DISK = "file=rootfs.bin,if=virtio,overlay=opfs:kept";
const ARGS = `-m 256M -kernel bzImage -initrd initrd -append "console=ttyS0 loglevel=4 root=/dev/vda rw" -drive ${DISK}`;

let site: Site;
let browser: Browser | undefined;

beforeAll(async () => {
  site = await serveSite(true);
});
afterEach(async () => {
  await browser?.close();
  browser = undefined;
});
afterAll(() => site?.close());

/** Calls a function of the package in the page; what it throws is given as text. */
const call = <T>(expression: string): Promise<T> =>
  browser!.evaluate<T>(
    `import(new URL("wasmachine.js", location.href)).then((wasmachine) => ${expression}).catch((error) => error.message)`,
  );

it.each(BROWSER_NAMES)("keeps a file over a reload, in %s", { timeout: 3 * BOOT_MS }, async (name) => {
  browser = await BROWSERS[name].start();
  const page = new PageUnderTest(browser);
  const address = `${site.address}?args=${encodeURIComponent(ARGS)}`;
  await page.open(address);
  await page.line(PROMPT, BOOT_MS);
  await browser.type("echo file-$((6*7)) > /root/kept; sync; echo written-$((6*7))\n");
  await page.line(/^written-42$/, 60_000);
  expect(await call(`wasmachine.deleteOverlay("kept")`)).toBe(
    "overlay 'kept' cannot be deleted while a machine uses it",
  );
  expect(await call(`wasmachine.exportOverlay("kept")`)).toBe(
    "overlay 'kept' cannot be exported while a machine uses it",
  );

  await page.open(`${address}&again`);
  await page.line(PROMPT, BOOT_MS);
  await browser.type("cat /root/kept\n");
  await page.line(/^file-42$/, 60_000);

  await page.open(`${site.address}?args=-h`);
  const [kept] = await call<{ name: string; bytes: number }[]>("wasmachine.listOverlays()");
  expect(kept?.name).toBe("kept");
  expect(kept?.bytes).toBeGreaterThan(65536);
  const copied = `(async () => {
    const { exportOverlay, deleteOverlay, importOverlay } = wasmachine;
    const sum = async (file) => [...new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()))].join();
    const file = await exportOverlay("kept");
    const again = await importOverlay("kept", file).catch((error) => error.message);
    await importOverlay("copy", file);
    const same = (await sum(file)) === (await sum(await exportOverlay("copy")));
    await deleteOverlay("copy");
    return [again, same, await importOverlay("copy", new Blob(["x"])).catch((error) => error.message)];
  })()`;
  expect(await call(copied)).toEqual([
    "there is an overlay 'kept' already: delete it, or use another name",
    true,
    "the file is no overlay that exportOverlay() gave",
  ]);
  await call(`wasmachine.deleteOverlay("kept")`);
  expect(await call("wasmachine.listOverlays()")).toEqual([]);
  expect(await call(`wasmachine.deleteOverlay("kept")`)).toBe("there is no overlay 'kept'");
});
