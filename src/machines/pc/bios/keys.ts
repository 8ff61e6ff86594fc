// Keys of a US keyboard: scan codes of set 1 and the characters they give, and what a terminal sends for them.

/** First scan code of each row, its characters, and those with shift. */
const ROWS: readonly (readonly [first: number, plain: string, shifted: string])[] = [
  [0x02, "1234567890-=", "!@#$%^&*()_+"],
  [0x10, "qwertyuiop[]", "QWERTYUIOP{}"],
  [0x1e, "asdfghjkl;'`", 'ASDFGHJKL:"~'],
  [0x2b, "\\zxcvbnm,./", "|ZXCVBNM<>?"],
  [0x39, " ", " "],
];
/** Characters that are the same with shift. */
const CONTROLS: readonly (readonly [scan: number, character: number])[] = [
  [0x01, 0x1b],
  [0x0e, 0x08],
  [0x0f, 0x09],
  [0x1c, 0x0d],
];
const FIRST_FUNCTION = 0x3b;
const LAST_FUNCTION = 0x44;
/** What is added to the code of a function key with shift, control, alternate. */
const FUNCTION_SHIFT = [0x19, 0x23, 0x2d];
const FIRST_PAD = 0x47;
const LAST_PAD = 0x53;
const PAD = "789-456+1230.";
/** A terminal's cursor keys, by the end of their sequence. */
const CURSOR_KEYS: Record<string, number> = {
  ...{ A: 0x48, B: 0x50, C: 0x4d, D: 0x4b, H: 0x47, F: 0x4f },
  ...{ "1~": 0x47, "2~": 0x52, "3~": 0x53, "4~": 0x4f, "5~": 0x49, "6~": 0x51 },
  ...{
    P: 0x3b,
    Q: 0x3c,
    R: 0x3d,
    S: 0x3e,
    "15~": 0x3f,
    "17~": 0x40,
    "18~": 0x41,
    "19~": 0x42,
    "20~": 0x43,
    "21~": 0x44,
  },
};

export interface Shifts {
  shift: boolean;
  control: boolean;
  alternate: boolean;
  caps: boolean;
  numeric: boolean;
}

const plain = new Map<number, readonly [plain: number, shifted: number]>();
const scanOf = new Map<number, number>();
for (const [first, lower, upper] of ROWS) {
  for (let n = 0; n < lower.length; n++) {
    plain.set(first + n, [lower.charCodeAt(n), upper.charCodeAt(n)]);
    scanOf.set(lower.charCodeAt(n), first + n);
    if (!scanOf.has(upper.charCodeAt(n))) scanOf.set(upper.charCodeAt(n), first + n);
  }
}
for (const [scan, character] of CONTROLS) {
  plain.set(scan, [character, character]);
  scanOf.set(character, scan);
}

/** The word of a key (scan code, character) for the keyboard buffer, undefined for keys that give none. */
export function keyWord(scan: number, extended: boolean, shifts: Shifts): number | undefined {
  const word = (character: number, code = scan) => (code << 8) | character;
  if (scan >= FIRST_FUNCTION && scan <= LAST_FUNCTION) {
    const held = [shifts.shift, shifts.control, shifts.alternate].lastIndexOf(true);
    return word(0, scan + (FUNCTION_SHIFT[held] ?? 0));
  }
  if (scan >= FIRST_PAD && scan <= LAST_PAD) {
    if (extended) return word(0xe0);
    const sign = PAD.charCodeAt(scan - FIRST_PAD);
    const always = scan === 0x4a || scan === 0x4e;
    return word(always || shifts.numeric !== shifts.shift ? sign : 0);
  }
  const pair = plain.get(scan);
  if (!pair) return undefined;
  const letter = pair[0] >= 0x61 && pair[0] <= 0x7a;
  if (shifts.alternate) return word(0);
  if (shifts.control) return letter ? word(pair[0] & 0x1f) : undefined;
  return word(pair[shifts.shift !== (shifts.caps && letter) ? 1 : 0]);
}

/** The word for a character that a terminal sends. */
export function characterWord(character: number): number {
  if (character === 0x7f) return 0x0e08;
  if (character === 0x0a) return 0x1c0d;
  const scan = scanOf.get(character);
  if (scan !== undefined) return (scan << 8) | character;
  const letter = character > 0 && character < 0x1b ? scanOf.get(character + 0x60) : undefined;
  return ((letter ?? 0) << 8) | character;
}

/** The word for an escape sequence without its ESC [ or ESC O, undefined when it is none of a key. */
export function sequenceWord(end: string): number | undefined {
  const scan = CURSOR_KEYS[end];
  if (scan === undefined) return undefined;
  return (scan << 8) | (scan < FIRST_PAD ? 0 : 0xe0);
}
