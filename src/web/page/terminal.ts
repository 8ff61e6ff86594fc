// The terminal of the page: xterm.js with its size fitted, wide characters, copy and paste, and the page's colours.

import { ClipboardAddon } from "@xterm/addon-clipboard";
import { FitAddon } from "@xterm/addon-fit";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { type ITheme, Terminal } from "@xterm/xterm";
import { guestClipboard } from "./clipboard.js";

const DARK: ITheme = {
  background: "#0a0c10",
  foreground: "#e6edf3",
  cursor: "#e6edf3",
  cursorAccent: "#0a0c10",
  selectionBackground: "#2f5b9c",
};

const LIGHT: ITheme = {
  background: "#ffffff",
  foreground: "#1f2328",
  cursor: "#1f2328",
  cursorAccent: "#ffffff",
  selectionBackground: "#b6d4fe",
  black: "#24292f",
  red: "#cf222e",
  green: "#116329",
  yellow: "#7d4e00",
  blue: "#0969da",
  magenta: "#8250df",
  cyan: "#1b7c83",
  white: "#6e7781",
  brightBlack: "#57606a",
  brightRed: "#a40e26",
  brightGreen: "#1a7f37",
  brightYellow: "#633c01",
  brightBlue: "#218bff",
  brightMagenta: "#a475f9",
  brightCyan: "#3192aa",
  brightWhite: "#424a53",
};

/** Opens a terminal that fills `place` and has the keyboard. `mayCopy`: whether the guest may write to the clipboard. */
export function openTerminal(place: HTMLElement, mayCopy: () => boolean): Terminal {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = (): ITheme => (dark.matches ? DARK : LIGHT);
  const terminal = new Terminal({
    allowProposedApi: true,
    cursorBlink: true,
    fontFamily: 'ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Menlo, monospace',
    fontSize: innerWidth < 600 ? 12 : 14,
    // Some fonts' underscores lie below a line as high as its letters.
    lineHeight: 1.15,
    minimumContrastRatio: 4.5,
    scrollback: 10_000,
    theme: theme(),
    // No reports about the window, such as its title, place and size on the screen.
    windowOptions: {},
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = "11";
  terminal.loadAddon(new ClipboardAddon(undefined, guestClipboard(mayCopy)));
  terminal.attachCustomKeyEventHandler((event) => !clipboardKey(terminal, event));
  terminal.open(place);
  fit.fit();
  new ResizeObserver(() => fit.fit()).observe(place);
  dark.addEventListener("change", () => {
    terminal.options.theme = theme();
  });
  terminal.focus();
  return terminal;
}

/** Ctrl-Shift-C and Ctrl-Shift-V, as in terminals: without Shift they are the guest's. */
function clipboardKey(terminal: Terminal, event: KeyboardEvent): boolean {
  if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return false;
  if (event.code !== "KeyC" && event.code !== "KeyV") return false;
  if (event.type === "keydown") {
    event.preventDefault();
    // Only secure pages have a clipboard, and the user may refuse it: then there is nothing to do.
    if (event.code === "KeyC") void navigator.clipboard?.writeText(terminal.getSelection()).catch(() => {});
    else {
      navigator.clipboard?.readText().then(
        (text) => terminal.paste(text),
        () => {},
      );
    }
  }
  return true;
}
