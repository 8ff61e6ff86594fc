import { type ChildProcess, spawn } from "node:child_process";
import { chromium, type Page } from "playwright-core";
import { program } from "../programs.js";
import type { Browser } from "./browser.js";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];

/** Debian's Chromium without a window. */
export async function startChromium(colorScheme: "light" | "dark" = "light"): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: program("chromium"),
    headless: true,
    args: FLAGS,
  });
  const context = await browser.newContext({ viewport: { width: 1000, height: 700 }, colorScheme });
  // As a user who has allowed it once: what the page does with the clipboard then shows.
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  return browserOf(await context.newPage(), browser.version(), () => browser.close());
}

/** One that keeps what pages keep in the folder `profile`; kill() ends it at once, wherever it is. */
export async function startKeptChromium(profile: string): Promise<Browser & { kill(): Promise<void> }> {
  const child = spawn(
    program("chromium"),
    [...FLAGS, "--headless=new", "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"],
    // A group of its own: all its processes end together.
    { detached: true, stdio: ["ignore", "ignore", "pipe"] },
  );
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const kill = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, "SIGKILL");
    await ended;
  };
  try {
    const remote = await chromium.connectOverCDP(await debuggerOf(child));
    const page = await remote.contexts()[0]!.newPage();
    return { ...browserOf(page, remote.version(), kill), kill };
  } catch (error) {
    await kill();
    throw error;
  }
}

function debuggerOf({ stderr }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    stderr!.on("data", (chunk: Buffer) => {
      text += chunk;
      const match = /DevTools listening on (ws:\S+)/.exec(text);
      if (match) resolve(match[1]!);
    });
    stderr!.once("end", () => reject(new Error(`chromium ended: ${text}`)));
  });
}

function browserOf(page: Page, version: string, close: () => Promise<void>): Browser {
  page.on("pageerror", (error) => console.error(`chromium: ${error.message}`));
  return {
    name: "chromium",
    version,
    async open(url) {
      await page.goto(url);
    },
    evaluate: (expression) => page.evaluate(`(async () => (${expression}))()`),
    async type(text) {
      for (const line of text.split(/([\n\t])/)) {
        if (line === "\n") await page.keyboard.press("Enter");
        else if (line === "\t") await page.keyboard.press("Tab");
        else await page.keyboard.type(line, { delay: 5 });
      }
    },
    press: (modifiers, letter) => page.keyboard.press([...modifiers, `Key${letter.toUpperCase()}`].join("+")),
    click: (selector) => page.click(selector),
    workers: () => page.workers().length,
    async screenshot(file) {
      await page.screenshot({ path: file });
    },
    resize: (width, height) => page.setViewportSize({ width, height }),
    close,
  };
}
