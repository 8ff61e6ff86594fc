// The guest and the clipboard (OSC 52 of xterm's control sequences): what the guest asks for is answered as empty, since the
// clipboard is the host's. What it writes gets there only where the user has allowed that.

import type { IClipboardProvider } from "@xterm/addon-clipboard";

/** `allowed` is asked at each write. */
export function guestClipboard(
  allowed: () => boolean,
  write: (text: string) => Promise<void> = (text) => navigator.clipboard.writeText(text),
): IClipboardProvider {
  return {
    readText: () => "",
    async writeText(selection, text) {
      // Only secure pages have a clipboard, and the browser may refuse it: then there is nothing to do.
      if (selection === "c" && allowed()) await write(text).catch(() => {});
    },
  };
}
