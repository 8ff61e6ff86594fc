// The BIOS data area at 400h and the extended one at the end of conventional memory: where things are in it, and what a BIOS
// leaves there (IBM Personal System/2 and Personal Computer BIOS Interface Technical Reference, section 3).

import { Structure } from "../../../boot/bytes.js";
import { EBDA } from "../boot/memory-map.js";

export const BDA = 0x400;

export const SERIAL_BASES = 0x400;
const EBDA_SEGMENT = 0x40e;
export const EQUIPMENT = 0x410;
export const MEMORY_KIB = 0x413;
export const SHIFT_FLAGS = 0x417;
export const KEY_HEAD = 0x41a;
export const KEY_TAIL = 0x41c;
/** Offsets are in segment 40h. */
const KEYS = { start: 0x1e, end: 0x3e };
export const VIDEO_MODE = 0x449;
export const COLUMNS = 0x44a;
const PAGE_BYTES = 0x44c;
/** Column, then row. */
export const CURSOR = 0x450;
export const CURSOR_SHAPE = 0x460;
export const TICKS = 0x46c;
export const MIDNIGHT = 0x470;
export const DISK_STATUS = 0x474;
const PRINTER_TIMEOUTS = 0x478;
const SERIAL_TIMEOUTS = 0x47c;
export const KEYS_START = 0x480;
export const KEYS_END = 0x482;
export const LAST_ROW = 0x484;
const CHARACTER_HEIGHT = 0x485;
const KEYBOARD_MODE = 0x496;

export const COLUMN_COUNT = 80;
export const ROW_COUNT = 25;
export const FONT_HEIGHT = 16;
const TEXT_MODE = 3;
const TEXT_BYTES = 0x1000;
const CURSOR_LINES = 0x0607;

const EQUIPMENT_FPU = 0x02;
const EQUIPMENT_MOUSE = 0x04;
const ENHANCED_KEYBOARD = 0x10;

export interface DataAreaFacts {
  /** Base ports of the serial ports. */
  serial: readonly number[];
  mouse: boolean;
  /** Ticks since midnight. */
  ticks: number;
}

export function dataArea({ serial, mouse, ticks }: DataAreaFacts): Uint8Array {
  const area = new Structure(0x100);
  const u16 = (address: number, value: number) => area.u16(address - BDA, value);
  const ports = serial.slice(0, 4);
  ports.forEach((port, n) => {
    u16(SERIAL_BASES + 2 * n, port);
  });
  u16(EBDA_SEGMENT, EBDA >> 4);
  u16(EQUIPMENT, EQUIPMENT_FPU | (mouse ? EQUIPMENT_MOUSE : 0) | (ports.length << 9));
  u16(MEMORY_KIB, EBDA >> 10);
  u16(KEY_HEAD, KEYS.start);
  u16(KEY_TAIL, KEYS.start);
  u16(KEYS_START, KEYS.start);
  u16(KEYS_END, KEYS.end);
  area.u8(VIDEO_MODE - BDA, TEXT_MODE);
  u16(COLUMNS, COLUMN_COUNT);
  u16(PAGE_BYTES, TEXT_BYTES);
  u16(CURSOR_SHAPE, CURSOR_LINES);
  area.u8(LAST_ROW - BDA, ROW_COUNT - 1).u8(CHARACTER_HEIGHT - BDA, FONT_HEIGHT);
  area.u32(TICKS - BDA, ticks);
  area.u8(PRINTER_TIMEOUTS - BDA, 20);
  area.u8(SERIAL_TIMEOUTS - BDA, 10);
  area.u8(KEYBOARD_MODE - BDA, ENHANCED_KEYBOARD);
  return area.bytes;
}

/** The extended area begins with its size in KiB. */
export function extendedDataArea(): Uint8Array {
  const area = new Uint8Array(0x400);
  area[0] = 1;
  return area;
}
