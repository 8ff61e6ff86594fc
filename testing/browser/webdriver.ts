// A browser by commands of the WebDriver standard (W3C WebDriver, section 7 on), whatever carries them.

import { writeFile } from "node:fs/promises";
import type { Browser, Modifier } from "./browser.js";

export type Command =
  | "Navigate"
  | "ExecuteAsyncScript"
  | "PerformActions"
  | "FindElement"
  | "ElementClick"
  | "TakeScreenshot"
  | "SetWindowRect";

/** Sends a command and resolves to the `value` of its answer. */
export type Send = (command: Command, parameters: object) => Promise<unknown>;

const ENTER = "\uE007";
const MODIFIERS: Readonly<Record<Modifier, string>> = { Control: "\uE009", Alt: "\uE00A", Shift: "\uE008" };
/** Keys that a text may have, by the code points of section 17.4.2. */
const KEYS: Readonly<Record<string, string>> = { "\n": ENTER, "\t": "\uE004", "\x1b": "\uE00C" };

/** What a new session says of the browser. */
export interface Capabilities {
  browserVersion: string;
}

export function webDriver(
  name: string,
  { browserVersion: version }: Capabilities,
  send: Send,
  workers: () => number | undefined,
  close: () => Promise<void>,
): Browser {
  const press = (actions: object[]): Promise<unknown> =>
    send("PerformActions", { actions: [{ type: "key", id: "keyboard", actions }] });
  return {
    name,
    version,
    workers,
    async open(url) {
      await send("Navigate", { url });
    },
    async evaluate<T>(expression: string) {
      // The page's own globals are behind a wrapper for scripts of Firefox's sandbox.
      const script = `
        const done = arguments[arguments.length - 1];
        window.eval("(async () => (" + ${JSON.stringify(expression)} + "))()").then(
          (value) => done({ value: value === undefined ? null : JSON.parse(JSON.stringify(value)) }),
          (error) => done({ error: String(error) }),
        );`;
      const value = (await send("ExecuteAsyncScript", { script, args: [] })) as { value: T; error?: string };
      if (value.error !== undefined) throw new Error(value.error);
      return value.value;
    },
    async type(text) {
      await press(
        [...text].flatMap((char) => {
          const value = KEYS[char] ?? char;
          return [
            { type: "keyDown", value },
            { type: "keyUp", value },
          ];
        }),
      );
    },
    async press(modifiers, letter) {
      const held = modifiers.map((name) => MODIFIERS[name]);
      await press([
        ...held.map((value) => ({ type: "keyDown", value })),
        { type: "keyDown", value: letter },
        { type: "keyUp", value: letter },
        ...held.reverse().map((value) => ({ type: "keyUp", value })),
      ]);
    },
    async click(selector) {
      const element = await send("FindElement", { using: "css selector", value: selector });
      await send("ElementClick", { id: Object.values(element as Record<string, string>)[0] });
    },
    async screenshot(file) {
      await writeFile(file, Buffer.from((await send("TakeScreenshot", {})) as string, "base64"));
    },
    async resize(width, height) {
      await send("SetWindowRect", { width, height });
    },
    close,
  };
}
