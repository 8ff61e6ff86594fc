// Registers of the MC146818 real-time clock and the PC's use of its RAM (Ralf Brown's CMOS list; QEMU's fields).

export const SECONDS = 0x00;
export const SECONDS_ALARM = 0x01;
export const MINUTES = 0x02;
export const MINUTES_ALARM = 0x03;
export const HOURS = 0x04;
export const HOURS_ALARM = 0x05;
export const WEEKDAY = 0x06;
export const DAY = 0x07;
export const MONTH = 0x08;
export const YEAR = 0x09;
export const REG_A = 0x0a;
export const REG_B = 0x0b;
export const REG_C = 0x0c;
export const REG_D = 0x0d;
export const SHUTDOWN_STATUS = 0x0f;
/** In it: firmware is to go on where the system said before it slept (as QEMU and SeaBIOS have it). */
export const SHUTDOWN_S3_RESUME = 0xfe;
export const CENTURY = 0x32;

export const A_UIP = 0x80;
export const A_DIVIDER_RESET = 0x60;
export const B_SET = 0x80;
export const B_PERIODIC = 0x40;
export const B_ALARM = 0x20;
export const B_UPDATE = 0x10;
export const B_SQUARE_WAVE = 0x08;
export const B_BINARY = 0x04;
export const B_24H = 0x02;
export const C_IRQ = 0x80;
export const D_VALID = 0x80;

const EQUIPMENT = 0x14;
const BASE_MEMORY = 0x15;
const EXTENDED_MEMORY = 0x17;
const EXTENDED_MEMORY_FOUND = 0x30;
const MEMORY_ABOVE_16M = 0x34;
const BOOT_ORDER_3 = 0x38;
const BOOT_ORDER = 0x3d;
const MEMORY_ABOVE_4G = 0x5b;
const CPUS = 0x5f;

export interface PcNvram {
  /** Bytes of RAM below 4 GiB and above it. */
  below4g: number;
  above4g: number;
  cpus: number;
  /** Boot devices in order, QEMU's numbers: 1 floppy, 2 disk, 3 CD, 4 network. Three at most. */
  boot?: readonly number[];
}

/** What firmware reads of the machine's make-up: [index, byte] pairs. */
export function pcNvram(pc: PcNvram): [number, number][] {
  const extended = Math.min(0xffff, Math.max(0, Math.floor(pc.below4g / 1024) - 1024));
  const above16m = Math.min(0xffff, Math.max(0, Math.floor((pc.below4g - 0x1000000) / 0x10000)));
  const above4g = Math.floor(pc.above4g / 0x10000);
  const boot = pc.boot ?? [2];
  return [
    // A coprocessor and a PS/2 mouse.
    [EQUIPMENT, 0x06],
    ...word(BASE_MEMORY, 640),
    ...word(EXTENDED_MEMORY, extended),
    ...word(EXTENDED_MEMORY_FOUND, extended),
    ...word(MEMORY_ABOVE_16M, above16m),
    ...word(MEMORY_ABOVE_4G, above4g & 0xffff),
    [MEMORY_ABOVE_4G + 2, (above4g >> 16) & 0xff],
    [CPUS, pc.cpus - 1],
    [BOOT_ORDER, (boot[0] ?? 0) | ((boot[1] ?? 0) << 4)],
    [BOOT_ORDER_3, (boot[2] ?? 0) << 4],
  ];
}

function word(index: number, value: number): [number, number][] {
  return [
    [index, value & 0xff],
    [index + 1, value >> 8],
  ];
}
