// The monitor on a character device: greeting, prompt, a line at a time.

import { printable } from "../base/printable.js";
import { encodeText } from "../base/text.js";
import type { CharBackend } from "../devices/interfaces.js";
import { MonitorSession } from "./commands.js";
import { LineEditor } from "./readline.js";
import type { MonitorTarget } from "./target.js";

const PROMPT = "(wasmachine) ";

/**
 * Connects a monitor to `port`. On a shared terminal (`shared`) it speaks up when the terminal is first switched to it,
 * otherwise at once.
 */
export function attachMonitor(
  port: CharBackend & { focus?: () => void },
  target: MonitorTarget,
  shared: boolean,
): void {
  const session = new MonitorSession(target);
  const print = (text: string): void => port.write(encodeText(text));
  let greeted = false;
  let running: Promise<void> | undefined;
  const editor = new LineEditor(PROMPT, print, (line) => {
    const show = (answer: string): void => {
      print(printable(answer).replaceAll("\n", "\r\n"));
      editor.show();
    };
    const execute = (): void | Promise<void> => {
      const answer = session.execute(line);
      if (typeof answer === "string") return show(answer);
      return answer.then(show, (error: Error) => show(`${error.message}\n`));
    };
    // A line that is typed while another is being done comes behind it.
    const done = running ? running.then(execute) : execute();
    if (!done) return;
    const settled = done.then(() => {
      if (running === settled) running = undefined;
    });
    running = settled;
  });
  const greet = (): void => {
    if (!greeted) print(`wasmachine ${target.version} monitor - type 'help' for more information\r\n`);
    greeted = true;
    editor.show();
  };
  port.receive = (bytes) => {
    editor.input(bytes);
    return bytes.length;
  };
  if (shared) {
    port.focus = () => {
      print("\r\n");
      greet();
    };
  } else {
    greet();
    // What came before there was anybody to take it.
    port.drained?.();
  }
}
