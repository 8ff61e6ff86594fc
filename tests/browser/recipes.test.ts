// The recipes of the README that need nothing but what is here; tools/recipes.ts tries the others.

import { rmSync } from "node:fs";
import { build, createServer } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Browser, until } from "../../testing/browser/browser.js";
import { BROWSER_NAMES, BROWSERS } from "../../testing/browser/browsers.js";
import { startChromium } from "../../testing/browser/chromium.js";
import { html, type Project, program, project, serveFolder, works } from "../../testing/browser/recipes.js";

/** The strictest policy under which the README says that the page works. */
const CSP =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:";
/** What a CDN answers with. */
const ANYBODY = { "access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin" };

let folder: Project;
const closing: (() => unknown)[] = [];

beforeAll(() => {
  folder = project();
}, 120_000);

afterAll(async () => {
  for (const close of closing) await close();
  folder.remove();
});

async function serve(...args: Parameters<typeof serveFolder>): Promise<string> {
  const site = await serveFolder(...args);
  closing.push(site.close);
  return site.address;
}

describe("in Chromium", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startChromium();
    closing.push(browser.close);
  }, 120_000);

  it("a folder of static files under a strict policy", async () => {
    folder.copy("node_modules/wasmachine/dist/page", "static");
    folder.copy("pack", "static/pack");
    folder.write("static/own.html", html("./own.js", "./terminal.css"));
    folder.write("static/own.js", program("./wasmachine.js", "./terminal.js"));
    const site = await serve(folder.file("static"), { "content-security-policy": CSP });
    await works(browser, `${site}own.html`);
    // The package's own page is in that folder too.
    await browser.open(`${site}?args=-version`);
    expect(await browser.evaluate<string>("document.title")).toBe("wasmachine");
  });

  it("says which file is not there, where a folder lacks one", async () => {
    folder.copy("static", "short");
    rmSync(folder.file("short/worker-x86_64.js"));
    const site = await serve(folder.file("short"));
    await browser.open(`${site}own.html`);
    const said = `document.getElementById("error").textContent`;
    await until(browser, `${said} !== ""`, 60_000, async () => "no error");
    const text = await browser.evaluate<string>(said);
    expect(text).toMatch(
      /^could not load http:.*\/worker-x86_64\.js: .* \(worker-x86_64\.js belongs beside worker\.js\)$/,
    );
  });

  it("Vite, built", async () => {
    folder.write("vite/index.html", html("./main.js"));
    folder.write("vite/main.js", `import "wasmachine/terminal.css";\n${program("wasmachine", "wasmachine/terminal")}`);
    folder.copy("pack", "vite/public/pack");
    await build({ root: folder.file("vite"), configFile: false, logLevel: "error" });
    await works(browser, await serve(folder.file("vite/dist")));
  });

  it("Vite's development server", async () => {
    const server = await createServer({
      root: folder.file("vite"),
      configFile: false,
      logLevel: "error",
      optimizeDeps: { exclude: ["wasmachine"] },
      server: { port: 0, host: "127.0.0.1" },
    });
    await server.listen();
    closing.push(() => server.close());
    await works(browser, server.resolvedUrls!.local[0]!);
  });
});

describe.each(BROWSER_NAMES)("in %s", (name) => {
  it("from another origin, as from a CDN", { timeout: 180_000 }, async () => {
    const cdn = await serve(folder.file("node_modules"), ANYBODY);
    const at = `${cdn}wasmachine/dist/page`;
    folder.write("cdn/index.html", html("./main.js", `${at}/terminal.css`));
    folder.write("cdn/main.js", program(`${at}/wasmachine.js`, `${at}/terminal.js`));
    folder.copy("pack", "cdn/pack");
    const browser = await BROWSERS[name].start();
    try {
      await works(browser, await serve(folder.file("cdn")));
    } finally {
      await browser.close();
    }
  });
});
