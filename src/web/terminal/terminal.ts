// A terminal for a machine: xterm.js with its size fitted, wide characters, copy and paste, and the page's colours.

import { ClipboardAddon } from "@xterm/addon-clipboard";
import { FitAddon } from "@xterm/addon-fit";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { type ITheme, Terminal } from "@xterm/xterm";
import type { Machine } from "../../api/api.js";
import { guestClipboard } from "./clipboard.js";
import { type Sink, screenOf } from "./screen.js";

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

export interface TerminalOptions {
  /** Whether the guest may write to the clipboard (OSC 52); asked at each write. Default: never. It can never read it. */
  mayCopy?(): boolean;
  /** Ctrl-Alt-G was pressed, QEMU's key for leaving a guest. Default: the focus is given up, Tab goes on from here. */
  onLeave?(): void;
}

export interface ConnectOptions {
  /** Sees what the machine says before it is shown. */
  onOutput?(bytes: Uint8Array): void;
  /** A key was pressed; what terminals answer by themselves is none. */
  onKey?(): void;
}

export class MachineTerminal {
  /** xterm.js's own `Terminal`. */
  readonly xterm: object;
  private readonly terminal: Terminal;
  private readonly fit = new FitAddon();
  private readonly unsubscribe: (() => void)[] = [];

  /** Fills `place`, and follows its size. */
  constructor(place: HTMLElement, options: TerminalOptions = {}) {
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
    this.xterm = this.terminal = terminal;
    terminal.loadAddon(this.fit);
    terminal.loadAddon(new Unicode11Addon());
    terminal.unicode.activeVersion = "11";
    terminal.loadAddon(
      new ClipboardAddon(
        undefined,
        guestClipboard(() => options.mayCopy?.() ?? false),
      ),
    );
    const leave = options.onLeave ?? (() => terminal.blur());
    terminal.attachCustomKeyEventHandler((event) => !leaveKey(leave, event) && !clipboardKey(terminal, event));
    terminal.open(place);
    this.fit.fit();
    const sizes = new ResizeObserver(() => this.fit.fit());
    sizes.observe(place);
    const recolour = (): void => {
      terminal.options.theme = theme();
    };
    dark.addEventListener("change", recolour);
    this.unsubscribe.push(
      () => sizes.disconnect(),
      () => dark.removeEventListener("change", recolour),
    );
  }

  focus(): void {
    this.terminal.focus();
  }

  /** Forgets what it has shown. */
  reset(): void {
    this.terminal.reset();
  }

  /** Keeps what it shows where screen readers find it. That costs time. */
  set screenReader(on: boolean) {
    this.terminal.options.screenReaderMode = on;
  }

  /**
   * Shows what the machine has said and says, and sends it what is typed and how large the terminal is. The function returned
   * ends that; a machine's console can be connected once.
   */
  connect(machine: Machine, { onOutput, onKey }: ConnectOptions = {}): () => void {
    const { terminal } = this;
    const sink: Sink = {
      write(bytes, done) {
        onOutput?.(bytes);
        terminal.write(bytes, done);
      },
    };
    const stop = new AbortController();
    machine.console.readable.pipeTo(screenOf(sink), { signal: stop.signal }).catch(() => {});
    const input = machine.console.writable.getWriter();
    input.closed.catch(() => {});
    const type = (bytes: Uint8Array): void => void input.write(bytes).catch(() => {});
    const encoder = new TextEncoder();
    const resize = (): void => machine.console.resize(terminal.cols, terminal.rows);
    resize();
    const listeners = [
      terminal.onKey(() => onKey?.()),
      terminal.onData((text) => type(encoder.encode(text))),
      terminal.onBinary((text) => type(Uint8Array.from(text, (char) => char.charCodeAt(0)))),
      terminal.onResize(resize),
    ];
    const reset = machine.on("reset", () => {
      // What the machine says from now on begins on a line of its own.
      if (terminal.buffer.active.cursorX > 0) terminal.write("\r\n");
    });
    return () => {
      for (const listener of listeners) listener.dispose();
      reset();
      stop.abort();
      input.releaseLock();
    };
  }

  dispose(): void {
    for (const end of this.unsubscribe) end();
    this.terminal.dispose();
  }
}

/** Ctrl-Alt-G. (Where AltGr is Ctrl and Alt, what it types is the guest's.) */
function leaveKey(leave: () => void, event: KeyboardEvent): boolean {
  if (!event.ctrlKey || !event.altKey || event.shiftKey || event.metaKey) return false;
  if (event.code !== "KeyG" || event.getModifierState("AltGraph")) return false;
  if (event.type === "keydown") {
    event.preventDefault();
    leave();
  }
  return true;
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
