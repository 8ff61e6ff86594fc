// The page as a user sees it.

import { type Browser, until } from "./browser.js";

/** Lines of the terminal's buffer, as an expression in the page. */
const LINES = `(() => {
  const { active } = globalThis.wasmachine.terminal.buffer;
  const lines = [];
  for (let k = 0; k < active.length; k++) {
    const line = active.getLine(k);
    if (line.isWrapped) lines[lines.length - 1] += line.translateToString(true);
    else lines.push(line.translateToString(true));
  }
  return lines;
})()`;

export class PageUnderTest {
  constructor(readonly browser: Browser) {}

  async open(url: string): Promise<void> {
    await this.browser.open(url);
  }

  lines(): Promise<string[]> {
    return this.browser.evaluate<string[]>(LINES);
  }

  state(): Promise<string> {
    return this.browser.evaluate<string>(`document.getElementById("state").dataset.state`);
  }

  error(): Promise<string> {
    return this.browser.evaluate<string>(`document.getElementById("error").textContent`);
  }

  /** Waits for a line of the terminal that matches; fails early when the machine has. */
  async line(pattern: RegExp, milliseconds: number, interval?: number): Promise<string> {
    const matching = `(${LINES}).find((line) => ${pattern}.test(line))`;
    const over = `["failed", "ended", "panicked"].includes(document.getElementById("state").dataset.state)`;
    const complaint = (): Promise<string> => this.complaint(`no line ${pattern}`);
    await until(this.browser, `${matching} ?? ${over}`, milliseconds, complaint, interval);
    const line = await this.browser.evaluate<string | null>(matching);
    if (line === null || line === undefined) throw new Error(await this.complaint(`no line ${pattern}`));
    return line;
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
    const lines = (await this.lines()).filter((line) => line !== "").slice(-15);
    return `${what}; the page is ${await this.state()} ${await this.error()}; the terminal ends:\n${lines.join("\n")}`;
  }
}
