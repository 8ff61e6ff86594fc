// The browsers that tests and benches run the page in.

import type { Browser } from "./browser.js";
import { startChromium } from "./chromium.js";
import { startFirefox } from "./firefox.js";
import { startWebKit } from "./webkit.js";

export interface BrowserKind {
  readonly title: string;
  start(): Promise<Browser>;
}

export const BROWSERS = {
  chromium: { title: "Chromium", start: () => startChromium() },
  firefox: { title: "Firefox", start: startFirefox },
  webkit: { title: "WebKitGTK", start: startWebKit },
} as const satisfies Record<string, BrowserKind>;

export type BrowserName = keyof typeof BROWSERS;
export const BROWSER_NAMES = Object.keys(BROWSERS) as BrowserName[];
