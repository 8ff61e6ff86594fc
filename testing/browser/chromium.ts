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
  const process = await chromium.launch({
    executablePath: program("chromium"),
    headless: true,
    args: FLAGS,
  });
  const context = await process.newContext({ viewport: { width: 1000, height: 700 }, colorScheme });
  // As a user who has allowed it once: what the page does with the clipboard then shows.
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page: Page = await context.newPage();
  page.on("pageerror", (error) => console.error(`chromium: ${error.message}`));
  return {
    name: "chromium",
    version: process.version(),
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
    close: () => process.close(),
  };
}
