// The page as a user sees it.

import { type Browser, until } from "./browser.js";

/** Lines of the terminal's buffer from a row on that begins one, as a function in the page. */
const LINES_FROM = `((row) => {
  const { active } = globalThis.wasmachine.terminal.buffer;
  const lines = [];
  for (let k = row; k < active.length; k++) {
    const line = active.getLine(k);
    if (line.isWrapped) lines[lines.length - 1] += line.translateToString(true);
    else lines.push(line.translateToString(true));
  }
  return lines;
})`;

/** States that end a machine's chance of saying what is waited for. */
const OVER = ["failed", "ended", "panicked"];

/** The browsers' own limit for one evaluation is a minute. */
const WATCH_MS = 20_000;
/** What a machine that is over has said is in the terminal by then. */
const DRAWN_MS = 1000;

/**
 * As an expression in the page: the first line of the terminal that matches; null when the machine or the time is over. Looks
 * when something has been written, and at what is new or on the screen: a page that is being measured has little to do for it.
 */
const watch = (pattern: RegExp, milliseconds: number): string => `new Promise((resolve) => {
  const { terminal } = globalThis.wasmachine;
  const state = document.getElementById("state");
  let seen, last;
  const look = () => {
    const { active } = terminal.buffer;
    let k = seen && seen.line >= 0 ? Math.min(seen.line, active.baseY) : 0;
    while (k > 0 && active.getLine(k).isWrapped) k--;
    seen?.dispose();
    seen = terminal.registerMarker(0);
    const found = ${LINES_FROM}(k).find((line) => ${pattern}.test(line));
    if (found !== undefined) return end(found);
    if (${JSON.stringify(OVER)}.includes(state.dataset.state)) last ??= setTimeout(end, ${DRAWN_MS}, null);
  };
  const end = (line) => {
    written.dispose();
    states.disconnect();
    clearTimeout(timer);
    clearTimeout(last);
    seen?.dispose();
    resolve(line);
  };
  const written = terminal.onWriteParsed(look);
  const states = new MutationObserver(look);
  states.observe(state, { attributes: true });
  const timer = setTimeout(end, ${milliseconds}, null);
  look();
})`;

export class PageUnderTest {
  constructor(readonly browser: Browser) {}

  async open(url: string): Promise<void> {
    await this.browser.open(url);
    await until(this.browser, "globalThis.wasmachine", 30_000, () => this.complaint("no terminal"), 25);
  }

  lines(): Promise<string[]> {
    return this.browser.evaluate<string[]>(`${LINES_FROM}(0)`);
  }

  state(): Promise<string> {
    return this.browser.evaluate<string>(`document.getElementById("state").dataset.state`);
  }

  error(): Promise<string> {
    return this.browser.evaluate<string>(`document.getElementById("error").textContent`);
  }

  /** Waits for a line of the terminal that matches; fails early when the machine has. */
  async line(pattern: RegExp, milliseconds: number): Promise<string> {
    const end = Date.now() + milliseconds;
    for (let left = milliseconds; left > 0; left = end - Date.now()) {
      const line = await this.browser.evaluate<string | null>(watch(pattern, Math.min(left, WATCH_MS)));
      if (line !== null) return line;
      if (OVER.includes(await this.state())) break;
    }
    throw new Error(await this.complaint(`no line ${pattern}`));
  }

  async inState(state: string, milliseconds: number): Promise<void> {
    await until(
      this.browser,
      `document.getElementById("state").dataset.state === ${JSON.stringify(state)}`,
      milliseconds,
      () => this.complaint(`not ${state}`),
    );
  }

  private async complaint(what: string): Promise<string> {
    const lines = (await this.lines().catch(() => [])).filter((line) => line !== "").slice(-15);
    return `${what}; the page is ${await this.state()} ${await this.error()}; the terminal ends:\n${lines.join("\n")}`;
  }
}
