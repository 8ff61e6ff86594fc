// What a new user meets on the page in the first minutes, after the prompt.

import { expect } from "vitest";
import { type Browser, until } from "../../testing/browser/browser.js";
import type { PageUnderTest } from "../../testing/browser/page.js";
import { ROOT } from "../../testing/guest.js";

const LINE = 30_000;

export async function firstMinutes(page: PageUnderTest, browser: Browser, name: string): Promise<void> {
  // The guest knows how large the terminal is.
  const size = await browser.evaluate<string>("[wasmachine.terminal.rows, wasmachine.terminal.cols].join(' ')");
  await browser.type("stty size\n");
  await page.line(new RegExp(`^${size}$`), LINE);

  // It gets nothing of the host: the clipboard is empty, and the window has no title. The terminal says nothing of the latter, and
  // that it is well last of all. The guest's shell reads what it says to the end, so that nothing of that is still on its way to
  // the lines that are typed next. Nothing is echoed from before the first of it on: a terminal may answer before the shell reads.
  await browser.type(
    `${String.raw`stty -echo; printf '\e]52;c;?\a\e[21t\e[14t\e[5n'; IFS= read -rd n answers; stty echo; printf '%q\n' "$answers"`}\n`,
  );
  expect(await page.line(/^\$'/, LINE)).toBe(String.raw`$'\E]52;c;\a\E[0'`);

  // Every key is the guest's, Ctrl-A too: the beginning of the line, for its shell.
  await browser.type("cho beginning");
  await browser.press(["Control"], "a");
  await browser.type("e\n");
  await page.line(/^beginning$/, LINE);

  // A reset says beforehand what goes, and can be called off.
  await browser.click("#reset");
  await until(browser, `document.getElementById("confirm").open`, 5000, async () => "no question before a reset");
  expect(await browser.evaluate<string>(`document.getElementById("confirm-text").textContent`)).toMatch(/is lost/);
  expect(await browser.evaluate<string>("document.activeElement.id")).toBe("confirm-no");
  await browser.screenshot(`${ROOT}/build/page-${name}-question.png`);
  await browser.type("\n");
  await until(browser, `!document.getElementById("confirm").open`, 5000, async () => "the question stays");
  const unload = `(() => {
    const event = new Event("beforeunload", { cancelable: true });
    dispatchEvent(event);
    return event.defaultPrevented;
  })()`;
  expect(await browser.evaluate<boolean>(unload)).toBe(true);

  // The keyboard leaves the terminal, by a key that the page names, and comes back.
  const focus = "document.activeElement.id || document.activeElement.className";
  // The question gives it back when it has closed, in a task of its own.
  await until(browser, `(${focus}).includes("xterm")`, 5000, () => browser.evaluate<string>(focus));
  expect(await browser.evaluate<string>(`document.getElementById("leave-hint").innerText`)).toMatch(/Ctrl-Alt-G/);
  await browser.press(["Control", "Alt"], "g");
  await until(browser, `(${focus}) === "leave"`, 5000, () => browser.evaluate<string>(focus));
  await browser.type("\n");
  expect(await browser.evaluate<boolean>(`document.getElementById("settings").open`)).toBe(true);
  await browser.screenshot(`${ROOT}/build/page-${name}-settings.png`);
  await browser.type("\t");
  expect(await browser.evaluate<string>(focus)).toBe("arguments");
}
