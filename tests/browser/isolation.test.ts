// A page's machine is given nothing of the host: neither by what a terminal answers nor by names of files.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Browser, until } from "../../testing/browser/browser.js";
import { startChromium } from "../../testing/browser/chromium.js";
import { PageUnderTest } from "../../testing/browser/page.js";
import { type Site, serveSite } from "../../testing/browser/site.js";
import { temporaryFolder } from "../../testing/guest.js";
import { echo, writeKernel } from "../../testing/x86/multiboot.js";

const SECRET = "secret of the host";
const LINE = 30_000;

let browser: Browser;
let site: Site;
let page: PageUnderTest;
const folder = temporaryFolder();
const closing: Server[] = [];

beforeAll(async () => {
  site = await serveSite(true, folder.path);
  browser = await startChromium();
  page = new PageUnderTest(browser);
}, 180_000);

afterAll(async () => {
  await browser?.close();
  site?.close();
  for (const server of closing) server.close();
  folder.remove();
});

const address = (args: string, files?: string): string =>
  `${site.address}?args=${encodeURIComponent(args)}${files === undefined ? "" : `&files=${encodeURIComponent(files)}`}`;

/** A server of another origin that any page may read, and what was asked of it. */
async function otherOrigin(redirect?: string): Promise<{ address: string; host: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "*");
    if (redirect !== undefined) response.writeHead(302, { location: redirect }).end();
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(server);
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { address: `http://${host}/`, host, asked };
}

describe("the terminal", () => {
  /** What a guest gets that says this, up to the `done` that it asks for by a cursor report. */
  async function answerTo(queries: string): Promise<string> {
    writeKernel(folder.file("k"), echo(`\x1b]0;title\x07${queries}\r\n\x1b[5n`));
    await page.open(address("-kernel k"));
    await page.line(/\^\[0n/, LINE);
    return (await page.lines()).join("").replace("^[0n", "");
  }

  it("answers a question for the clipboard as if that were empty", { timeout: 120_000 }, async () => {
    await page.open(address("-version"));
    await browser.click("#terminal");
    await browser.evaluate(`navigator.clipboard.writeText(${JSON.stringify(SECRET)})`);
    expect(await browser.evaluate<string>("navigator.clipboard.readText()")).toBe(SECRET);
    const queries = ["c", "p", "q", "s", "0", "7", "cp", ""].map((which) => `\x1b]52;${which};?\x07`).join("");
    const answers = ["c", "p", "q", "s", "0", "7", "cp", ""].map((which) => `^]52;${which};$`).join("");
    expect(await answerTo(queries)).toBe(answers);
  });

  it("tells nothing of the page, the window and the screen", { timeout: 120_000 }, async () => {
    // ENQ (answerback), window operations of XTWINOPS that report, XTGETTCAP, a title on the stack, DECRQCRA, DECREQTPARM.
    const windows = [11, 13, 14, 15, 16, 18, 19, 20, 21].map((n) => `\x1b[${n}t\x1b[${n};2t`).join("");
    const queries = `\x05${windows}\x1b[22t\x1b[23t\x1bP+q544e\x1b\\\x1b[1;1;1;1;9;9*y\x1b[x\x1b[1x\x1b]0;?\x07\x1b]2;?\x07`;
    expect(await answerTo(queries)).toBe("");
  });

  it("answers DECRQSS with its own settings only", { timeout: 120_000 }, async () => {
    const queries = ["m", "r", " q", '"q', '"p', "|", "x"].map((what) => `\x1bP$q${what}\x1b\\`).join("");
    expect(await answerTo(queries)).toMatch(
      /^\^P1\$r0m\^\\\^P1\$r1;\d+r\^\\\^P1\$r1 q\^\\\^P1\$r0"q\^\\\^P1\$r61;1"p\^\\\^P0\$r\^\\\^P0\$r\^\\$/,
    );
  });

  it("lets the guest write to the clipboard where the user has allowed it", { timeout: 120_000 }, async () => {
    const write = `\x1b]52;c;${Buffer.from("of the guest").toString("base64")}\x07`;
    const clipboard = "navigator.clipboard.readText()";
    await page.open(address("-version"));
    await browser.click("#terminal");
    await browser.evaluate(`navigator.clipboard.writeText(${JSON.stringify(SECRET)})`);
    expect(await answerTo(write)).toBe("");
    expect(await browser.evaluate<string>(clipboard)).toBe(SECRET);
    await browser.click("summary");
    await browser.click("#may-copy");
    await browser.click('button[type="submit"]');
    await page.line(/\^\[0n/, LINE);
    await until(browser, `(await ${clipboard}) === "of the guest"`, 5000, async () => "the clipboard is as it was");
  });
});

it("gives the guest every key", { timeout: 120_000 }, async () => {
  // Ctrl-A as a digit, which a terminal shows.
  writeKernel(folder.file("k"), echo("go\r\n", 0x01));
  await page.open(address("-nographic -kernel k"));
  await page.line(/^go/, LINE);
  await browser.evaluate(`wasmachine.terminal.input("\\x01x\\x01c.")`);
  await page.line(/^\$x\$c\.$/, LINE);
});

describe("a name of the command line", () => {
  it.each(["../index.html", "/index.html", "%2e%2e/index.html", "..\\index.html", "http://127.0.0.1:1/k", "data:k"])(
    "%s is refused",
    async (name) => {
      for (const args of [`-kernel '${name}'`, `-drive 'if=virtio,format=raw,file=${name}'`]) {
        await page.open(address(args));
        await page.inState("failed", LINE);
        expect(await page.error()).toContain(
          `could not load '${name}': a command line names files in ${site.address}pack/`,
        );
      }
    },
  );

  it("does not reach another host by two slashes", async () => {
    const other = await otherOrigin();
    await page.open(address(`-kernel //${other.host}/k`));
    await page.inState("failed", LINE);
    expect(await page.error()).toMatch(/leads out of it/);
    expect(other.asked).toEqual([]);
  });
});

describe("a link", () => {
  it("to files of another origin shows its host, and starts at a click", { timeout: 120_000 }, async () => {
    const other = await otherOrigin();
    await page.open(address("-kernel k", `//${other.host}/x`));
    await page.inState("waiting", LINE);
    expect(await browser.evaluate<string>(`document.getElementById("foreign").innerText`)).toContain(other.host);
    // Neither the box nor its button start it.
    await browser.click("summary");
    await browser.click('button[type="submit"]');
    expect(await page.state()).toBe("waiting");
    expect(other.asked).toEqual([]);
    await browser.click("#foreign-start");
    await page.inState("failed", LINE);
    expect(other.asked).toEqual(["/x/k"]);
  });

  it("is not answered by a third origin", { timeout: 120_000 }, async () => {
    const third = await otherOrigin();
    const other = await otherOrigin(`${third.address}k`);
    await page.open(address("-kernel k -drive if=virtio,format=raw,file=disk", other.address));
    await page.inState("waiting", LINE);
    await browser.click("#foreign-start");
    await page.inState("failed", LINE);
    expect(await page.error()).toContain(`it redirects to ${third.address.slice(0, -1)}, which`);
  });

  it.each(["data:,x", "javascript:alert(1)"])("to %s is refused", async (files) => {
    await page.open(address("-kernel k", files));
    await page.inState("failed", LINE);
    expect(await page.error()).toMatch(/must be a folder's address/);
  });
});
