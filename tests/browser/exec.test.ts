// machine.exec(), machine.files and machine.shell() in a page: the same as in Node, through the worker.

import { expect, it } from "vitest";
import { agentBuilt } from "../../testing/agent.js";
import { startChromium } from "../../testing/browser/chromium.js";
import { serveSite } from "../../testing/browser/site.js";

const MINUTES = 60_000;

/** In the page. */
const SCRIPT = `
  const { createMachine } = await import(new URL("wasmachine.js", location.href).href);
  const machine = createMachine({
    arguments: '-m 256M -kernel bzImage -initrd initrd -append "console=ttyS0 loglevel=4"',
    filesUrl: new URL("pack/", location.href).href,
  });
  await machine.start();
  const ended = await machine.exec("uname -m; echo err >&2; exit 7");
  const bytes = Uint8Array.from({ length: 200000 }, (_, n) => (n * n) % 251);
  await machine.files.writeFile("/tmp/bytes", bytes);
  const back = await machine.files.readFile("/tmp/bytes");
  const { stdout } = await machine.exec(["wc", "-c"], { stdin: bytes });
  const many = await Promise.all(Array.from({ length: 20 }, (_, n) => machine.exec("cat; exit " + n, { stdin: String(n) })));
  const control = new AbortController();
  setTimeout(() => control.abort(), 300);
  const aborted = await machine.exec("sleep 1000", { signal: control.signal }).catch(({ name }) => name);
  const none = await machine.files.readFile("/none").catch(({ code, cause }) => [code, cause.code]);
  const typed = await machine.shell().run("echo typed; false");
  machine.dispose();
  return {
    ended, stdout, aborted, none, typed,
    same: back.length === bytes.length && back.every((byte, n) => byte === bytes[n]),
    many: many.every(({ stdout, exitCode }, n) => stdout === String(n) && exitCode === n),
  };
`;

it.skipIf(!agentBuilt("x86_64"))("runs commands and works with files in a page", { timeout: 8 * MINUTES }, async () => {
  const site = await serveSite(true);
  const browser = await startChromium();
  try {
    // Any document of the site.
    await browser.open(`${site.address}terminal.css`);
    expect(await browser.evaluate(`(async () => { ${SCRIPT} })()`)).toEqual({
      ended: { stdout: "x86_64\n", stderr: "err\n", exitCode: 7, signal: undefined, timedOut: false },
      ...{ stdout: "200000\n", aborted: "AbortError", none: ["ERR_GUEST", "ENOENT"] },
      ...{ typed: { output: "typed\n", exitCode: 1 }, same: true, many: true },
    });
  } finally {
    await browser.close();
    site.close();
  }
});
