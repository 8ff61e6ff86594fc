// INT 10h, video: a text screen of 80 columns and 25 rows on the first serial port, as a terminal shows it. There is no memory
// of what is on the screen: a character that is read back is the last one that was written there, else a space.

import type { DeviceState, GuestMemory } from "../../../../devices/interfaces.js";
import type { StateReader } from "../../../../devices/state.js";
import type { Caller } from "../caller.js";
import { COLUMN_COUNT, COLUMNS, CURSOR, CURSOR_SHAPE, FONT_HEIGHT, ROW_COUNT, VIDEO_MODE } from "../data-area.js";

const BELL = 0x07;
const BACKSPACE = 0x08;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;

const KEEP_SCREEN = 0x80;
const CURSOR_OFF = 0x2000;
const GREY_ON_BLACK = 0x07;
const BRIGHT = 0x08;
/** The terminal's number of a PC's colour: blue and red are the other way round. */
const ANSI = [0, 4, 2, 6, 1, 5, 3, 7];

export class VideoService {
  /** What AH=09h or 0Ah wrote under the cursor and the terminal's cursor still stands on. */
  private under: { character: number; attribute: number } | undefined;
  private attribute = GREY_ON_BLACK;

  /** `send` is given the bytes for the terminal. */
  constructor(
    private readonly memory: GuestMemory,
    private readonly send: (bytes: readonly number[]) => void,
  ) {}

  save(): DeviceState {
    const { under, attribute } = this;
    return { attribute, under: under ? [under.character, under.attribute] : [] };
  }

  load(state: StateReader): void {
    this.attribute = state.uint("attribute", 0xff);
    const [character, attribute] = state.uintsUpTo("under", 2, 0xff);
    this.under = character === undefined || attribute === undefined ? undefined : { character, attribute };
  }

  reset(): void {
    this.under = undefined;
    this.attribute = GREY_ON_BLACK;
  }

  call(caller: Caller): void {
    switch (caller.ah) {
      case 0x00:
        this.setMode(caller.al);
        break;
      case 0x01:
        this.memory.writeU16(CURSOR_SHAPE, caller.cx);
        this.escape(caller.cx & CURSOR_OFF ? "?25l" : "?25h");
        break;
      case 0x02:
        this.moveTo(caller.dx & 0xff, caller.dx >> 8);
        break;
      case 0x03:
        caller.cx = this.memory.readU16(CURSOR_SHAPE);
        caller.dx = this.memory.readU16(CURSOR);
        break;
      case 0x06:
      case 0x07:
        this.scroll(caller);
        break;
      case 0x08:
        caller.ax = this.look();
        break;
      case 0x09:
        this.writeHere(caller.al, caller.bx & 0xff, caller.cx);
        break;
      case 0x0a:
        this.writeHere(caller.al, this.attribute, caller.cx);
        break;
      case 0x0e:
        this.teletype(caller.al, undefined);
        break;
      case 0x0f:
        caller.ax = (this.memory.readU16(COLUMNS) << 8) | (this.memory.readU16(VIDEO_MODE) & 0xff);
        caller.bx &= 0xff;
        break;
      case 0x11:
        // The font's height and the last row; fonts themselves there are none.
        if (caller.al !== 0x30) break;
        caller.cx = FONT_HEIGHT;
        caller.dx = (caller.dx & 0xff00) | (ROW_COUNT - 1);
        break;
      case 0x13:
        this.writeText(caller);
        break;
      default:
      // Anything else is for adapters that are not there, which say so by changing nothing.
    }
  }

  private get column(): number {
    return Math.min(this.memory.readU16(CURSOR) & 0xff, COLUMN_COUNT - 1);
  }
  private get row(): number {
    return Math.min(this.memory.readU16(CURSOR) >> 8, ROW_COUNT - 1);
  }
  private place(column: number, row: number): void {
    this.memory.writeU16(CURSOR, Math.min(column, COLUMN_COUNT - 1) | (Math.min(row, ROW_COUNT - 1) << 8));
  }

  private setMode(mode: number): void {
    this.memory.writeU8(VIDEO_MODE, mode & ~KEEP_SCREEN);
    this.place(0, 0);
    this.under = undefined;
    this.attribute = GREY_ON_BLACK;
    this.escape("0m");
    if (mode & KEEP_SCREEN) this.escape("H");
    else this.clear();
  }

  private clear(): void {
    this.escape("2J");
    this.escape("H");
  }

  private moveTo(column: number, row: number): void {
    if (column === this.column && row === this.row) {
      this.settle();
      return;
    }
    this.place(column, row);
    this.under = undefined;
    this.showCursor();
  }

  private showCursor(): void {
    this.escape(`${this.row + 1};${this.column + 1}H`);
  }

  private scroll(caller: Caller): void {
    const { al: lines, cx: from, dx: to } = caller;
    const whole = from === 0 && (to & 0xff) >= COLUMN_COUNT - 1;
    if (!whole) return;
    this.settle();
    this.setAttribute(caller.bx >> 8);
    if (lines === 0 || lines >= ROW_COUNT) this.clear();
    else this.escape(`${lines}${caller.ah === 6 ? "S" : "T"}`);
    this.showCursor();
  }

  private look(): number {
    const { under, attribute } = this;
    return under ? under.character | (under.attribute << 8) : SPACE | (attribute << 8);
  }

  /** Writes `count` times without moving the cursor. */
  private writeHere(character: number, attribute: number, count: number): void {
    const room = COLUMN_COUNT - this.column;
    this.settle();
    this.setAttribute(attribute);
    const shown = character < SPACE ? SPACE : character;
    if (count === 1) {
      this.send([shown]);
      this.under = { character, attribute };
    } else if (count > 0) {
      this.send(Array<number>(Math.min(count, room)).fill(shown));
      this.showCursor();
    }
  }

  private teletype(character: number, attribute: number | undefined): void {
    const { under } = this;
    let { column, row } = this;
    if (attribute !== undefined) this.setAttribute(attribute);
    switch (character) {
      case BELL:
        this.settle();
        this.send([BELL]);
        return;
      case BACKSPACE:
        this.settle();
        if (column > 0) this.send([BACKSPACE]);
        column = Math.max(0, column - 1);
        break;
      case RETURN:
        this.settle();
        this.send([RETURN]);
        column = 0;
        break;
      case LINE_FEED:
        this.settle();
        this.send([LINE_FEED]);
        row++;
        break;
      default:
        // What is there already is only gone over.
        if (under?.character === character) this.under = undefined;
        else {
          this.settle();
          this.send([character]);
        }
        column++;
    }
    if (column === COLUMN_COUNT) {
      // A terminal waits at the end of a line for the next character.
      this.send([RETURN, LINE_FEED]);
      column = 0;
      row++;
    }
    this.place(column, row);
  }

  /** String at ES:BP: bit 0 of AL, the cursor moves behind it; bit 1, each character is followed by its attribute. */
  private writeText(caller: Caller): void {
    const { column, row } = this;
    const { cx: length, al: mode } = caller;
    const start = caller.es("ebp");
    this.moveTo(caller.dx & 0xff, caller.dx >> 8);
    const stride = mode & 2 ? 2 : 1;
    for (let n = 0; n < Math.min(length, COLUMN_COUNT * ROW_COUNT); n++) {
      const cell = this.memory.readU16(start + n * stride);
      this.teletype(cell & 0xff, mode & 2 ? cell >> 8 : caller.bx & 0xff);
    }
    if (!(mode & 1)) this.moveTo(column, row);
  }

  /** Puts the terminal's cursor back to the character under it. */
  private settle(): void {
    if (this.under) this.send([BACKSPACE]);
    this.under = undefined;
  }

  private setAttribute(attribute: number): void {
    if (attribute === this.attribute) return;
    this.attribute = attribute;
    const bright = attribute & BRIGHT ? "1;" : "";
    this.escape(`0;${bright}${30 + ANSI[attribute & 7]!};${40 + ANSI[(attribute >> 4) & 7]!}m`);
  }

  private escape(sequence: string): void {
    this.send([0x1b, 0x5b, ...[...sequence].map((character) => character.charCodeAt(0))]);
  }
}
