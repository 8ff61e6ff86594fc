// A command line typed as text, split as a shell splits it (POSIX.1-2017, Shell Command Language, 2.2 Quoting), without
// expansions. A `#` at the start of a word begins a comment.

import { OptionError } from "../../options/error.js";

const PROGRAM = /(^|\/)(wasmachine|qemu)-system-\w+$/;

/** Splits `text` into words; a program's name in front is dropped. Throws OptionError for a quote that does not end. */
export function splitCommandLine(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  const next = (): string => text[at++]!;
  while (at < text.length) {
    const char = next();
    if (char === "'" || char === '"') {
      const from = at - 1;
      let quoted = "";
      let closed = false;
      while (at < text.length) {
        const inner = next();
        if (inner === char) {
          closed = true;
          break;
        }
        if (char === '"' && inner === "\\" && /["\\$`\n]/.test(text[at] ?? "")) {
          const escaped = next();
          if (escaped !== "\n") quoted += escaped;
        } else quoted += inner;
      }
      if (!closed) throw new OptionError(`the quote that begins at ${text.slice(from, from + 20)} does not end`);
      word = (word ?? "") + quoted;
    } else if (char === "\\") {
      // A backslash at the end of a line continues it.
      if (/^\r?\n/.test(text.slice(at, at + 2))) at += text[at] === "\r" ? 2 : 1;
      else if (at < text.length) word = (word ?? "") + next();
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "#" && word === undefined) {
      while (at < text.length && text[at] !== "\n") at++;
    } else word = (word ?? "") + char;
  }
  if (word !== undefined) words.push(word);
  return words.length > 0 && PROGRAM.test(words[0]!) ? words.slice(1) : words;
}
