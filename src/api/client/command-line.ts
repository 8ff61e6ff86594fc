// A command line typed as text, split as a shell splits it (POSIX.1-2017, Shell Command Language, 2.2 Quoting), without
// expansions. A `#` at the start of a word begins a comment.

import { DEFAULT_GUEST, programGuest } from "../../guests/programs.js";
import { OptionError } from "../../options/error.js";
import type { MachineOptions } from "../api.js";

/** Whose machine is asked for, and its options. */
export interface CommandLine {
  /** There need not be one of that name. */
  readonly guest: string;
  readonly args: string[];
}

/** Throws OptionError for a line that cannot be split, and for a program's name that is not that of `architecture`. */
export function readCommandLine(options: Pick<MachineOptions, "arguments" | "architecture">): CommandLine {
  const { arguments: given, architecture } = options;
  const words = typeof given === "string" ? splitWords(given) : [...given];
  const named = programGuest(words[0] ?? "");
  if (named === undefined) return { guest: architecture ?? DEFAULT_GUEST, args: words };
  if (architecture !== undefined && named !== architecture)
    throw new OptionError(`${words[0]} is not a program of architecture '${architecture}': leave one of them out`);
  return { guest: named, args: words.slice(1) };
}

/** Splits `text` into words; a program's name in front is dropped. Throws OptionError for a quote that does not end. */
export function splitCommandLine(text: string): string[] {
  const words = splitWords(text);
  return programGuest(words[0] ?? "") === undefined ? words : words.slice(1);
}

function splitWords(text: string): string[] {
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
  return words;
}
