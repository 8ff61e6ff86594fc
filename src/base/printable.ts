// Sentences cite what a stranger wrote: an image's names, a server's answer, an option. None of it tells a terminal what to do.

// Controls (also those of ISO 6429 above 0x7f), what ends a line in Unicode, and what turns the direction of writing.
const COMMANDS = /[^\P{Cc}\n\t]|[\u2028\u2029]|\p{Bidi_Control}/gu;

/** The text with every control character as its escape (`\x1b`); lines and tabs stay. */
export function printable(text: string): string {
  return text.replace(COMMANDS, escaped);
}

/** As `printable`, for what is one line: a name with a line's end in it does not begin another. */
export function oneLine(text: string): string {
  return printable(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/** JSON whose texts have no such character either: JSON itself escapes those below 0x20 alone. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, undefined, 4).replace(COMMANDS, inJson);
}

function inJson(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function escaped(char: string): string {
  const code = char.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : inJson(char);
}
