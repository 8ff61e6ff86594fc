// What the tests ask of a browser, whichever it is.

export type Modifier = "Control" | "Alt" | "Shift";

export interface Browser {
  readonly name: string;
  readonly version: string;
  open(url: string): Promise<void>;
  /** The value of an expression in the page, awaited there; it must be JSON. */
  evaluate<T>(expression: string): Promise<T>;
  /** Types on the keyboard, wherever the focus is; "\n" is the Enter key. */
  type(text: string): Promise<void>;
  /** Presses a letter with modifiers held. */
  press(modifiers: readonly Modifier[], letter: string): Promise<void>;
  click(selector: string): Promise<void>;
  /** Workers of the page that are alive; undefined where that cannot be known. */
  workers(): number | undefined;
  screenshot(file: string): Promise<void>;
  resize(width: number, height: number): Promise<void>;
  close(): Promise<void>;
}

/** Polls `expression` in the page until it is true; throws with `complaint()` when that takes longer than `milliseconds`. */
export async function until(
  browser: Browser,
  expression: string,
  milliseconds: number,
  complaint: () => Promise<string>,
  interval = 250,
): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!(await browser.evaluate<boolean>(`Boolean(${expression})`))) {
    if (Date.now() > end) throw new Error(await complaint());
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
}
