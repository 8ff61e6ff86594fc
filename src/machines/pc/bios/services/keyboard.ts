// INT 16h, keyboard, and interrupt 9, which fills its buffer. Where the user sits at a serial console, what is typed there are
// keys too: the port is looked at whenever a program asks for a key.

import type { GuestMemory } from "../../../../devices/interfaces.js";
import type { Caller } from "../caller.js";
import { BDA, KEY_HEAD, KEY_TAIL, KEYS_END, KEYS_START, SERIAL_BASES, SHIFT_FLAGS } from "../data-area.js";
import { characterWord, keyWord, sequenceWord } from "../keys.js";
import type { Ports } from "../ports.js";

const KEYBOARD_DATA = 0x60;
const LINE_STATUS = 5;
const DATA_READY = 0x01;
const ESCAPE = 0x1b;
/** Characters of the longest escape sequence of a key, less its beginning. */
const SEQUENCE_LIMIT = 3;
/** Characters taken at one look. */
const CONSOLE_LIMIT = 64;
/** Keyboard mode and type: bit 1, the last code was E0h. */
const MODE = 0x496;
const MODE_E0 = 0x02;
const EXTENDED = 0xe0;
const RELEASED = 0x80;

const RIGHT_SHIFT = 0x01;
const LEFT_SHIFT = 0x02;
const CONTROL = 0x04;
const ALTERNATE = 0x08;
const NUMERIC = 0x20;
const CAPS = 0x40;
/** Flags that a key holds, and those that it toggles, by scan code. */
const HELD = new Map([
  [0x36, RIGHT_SHIFT],
  [0x2a, LEFT_SHIFT],
  [0x1d, CONTROL],
  [0x38, ALTERNATE],
]);
const TOGGLED = new Map([
  [0x3a, CAPS],
  [0x45, NUMERIC],
  [0x46, 0x10],
]);

export class KeyboardService {
  constructor(
    private readonly memory: GuestMemory,
    private readonly ports: Ports,
    private readonly wantInput: () => void,
  ) {}

  /** False: the caller waits for a key. */
  call(caller: Caller): boolean {
    switch (caller.ah) {
      case 0x00:
      case 0x10: {
        this.lookAtConsole();
        const key = this.take();
        if (key === undefined) return false;
        caller.ax = known(key, caller.ah);
        break;
      }
      case 0x01:
      case 0x11: {
        this.lookAtConsole();
        const key = this.first();
        caller.zero = key === undefined;
        if (key !== undefined) caller.ax = known(key, caller.ah);
        break;
      }
      case 0x02:
        caller.al = this.flags;
        break;
      case 0x05:
        caller.al = this.put(caller.cx) ? 0 : 1;
        break;
      case 0x09:
        // Enhanced functions (AH=10h to 12h) are there.
        caller.al = 0x20;
        break;
      case 0x12:
        caller.ax = this.flags;
        break;
      default:
    }
    return true;
  }

  /** Interrupt 9: a byte from the keyboard. */
  interrupt(): void {
    const code = this.ports.read(KEYBOARD_DATA, 1);
    const mode = this.memory.readU16(MODE) & 0xff;
    const extended = (mode & MODE_E0) !== 0;
    this.memory.writeU8(MODE, code === EXTENDED ? mode | MODE_E0 : mode & ~MODE_E0);
    if (code === EXTENDED) return;
    const scan = code & ~RELEASED;
    const down = (code & RELEASED) === 0;
    const held = HELD.get(scan);
    const toggled = TOGGLED.get(scan);
    const { flags } = this;
    // E0 2A and E0 36 are no shift keys but come around those of the cursor.
    if (held !== undefined) {
      if (extended && held & (LEFT_SHIFT | RIGHT_SHIFT)) return;
      this.flags = down ? flags | held : flags & ~held;
    } else if (toggled !== undefined) {
      if (down) this.flags = flags ^ toggled;
    } else if (down) {
      const word = keyWord(scan, extended, {
        shift: (flags & (LEFT_SHIFT | RIGHT_SHIFT)) !== 0,
        control: (flags & CONTROL) !== 0,
        alternate: (flags & ALTERNATE) !== 0,
        caps: (flags & CAPS) !== 0,
        numeric: (flags & NUMERIC) !== 0,
      });
      if (word !== undefined) this.put(word);
    }
  }

  private get flags(): number {
    return this.memory.readU16(SHIFT_FLAGS) & 0xff;
  }
  private set flags(value: number) {
    this.memory.writeU8(SHIFT_FLAGS, value);
  }

  /** Takes what has been typed at the serial console, as long as there is room for a key. */
  private lookAtConsole(): void {
    this.wantInput();
    // The ring's bounds are the program's to set: it may never be full.
    for (let n = 0; n < CONSOLE_LIMIT && !this.full; n++) {
      const character = this.receive();
      if (character === undefined) return;
      if (character === ESCAPE) this.putSequence();
      else this.put(characterWord(character));
    }
  }

  /** A key's escape sequence comes in one piece; ESC alone is the key. */
  private putSequence(): void {
    const begin = this.receive();
    if (begin === undefined) {
      this.put(characterWord(ESCAPE));
      return;
    }
    let end = "";
    if (begin === 0x5b || begin === 0x4f) {
      while (end.length < SEQUENCE_LIMIT) {
        const next = this.receive();
        if (next === undefined) break;
        end += String.fromCharCode(next);
        if (next >= 0x40) break;
      }
      const word = sequenceWord(end);
      if (word !== undefined) {
        this.put(word);
        return;
      }
    }
    for (const character of [ESCAPE, begin, ...[...end].map((c) => c.charCodeAt(0))]) {
      this.put(characterWord(character));
    }
  }

  private receive(): number | undefined {
    const port = this.memory.readU16(SERIAL_BASES);
    if (port === 0 || !(this.ports.read(port + LINE_STATUS, 1) & DATA_READY)) return undefined;
    return this.ports.read(port, 1);
  }

  // The buffer: a ring of words in segment 40h, empty when head and tail are the same.

  private get full(): boolean {
    return this.after(this.memory.readU16(KEY_TAIL)) === this.memory.readU16(KEY_HEAD);
  }

  private after(offset: number): number {
    const { memory } = this;
    return offset + 2 >= memory.readU16(KEYS_END) ? memory.readU16(KEYS_START) : offset + 2;
  }

  private put(word: number): boolean {
    if (this.full) return false;
    const tail = this.memory.readU16(KEY_TAIL);
    this.memory.writeU16(BDA + tail, word);
    this.memory.writeU16(KEY_TAIL, this.after(tail));
    return true;
  }

  private first(): number | undefined {
    const head = this.memory.readU16(KEY_HEAD);
    return head === this.memory.readU16(KEY_TAIL) ? undefined : this.memory.readU16(BDA + head);
  }

  private take(): number | undefined {
    const key = this.first();
    if (key !== undefined) this.memory.writeU16(KEY_HEAD, this.after(this.memory.readU16(KEY_HEAD)));
    return key;
  }
}

/** The functions of old know no E0h for a character. */
function known(key: number, ah: number): number {
  return ah < 0x10 && (key & 0xff) === EXTENDED && key >> 8 !== 0 ? key & 0xff00 : key;
}
