// The bytes of rom.asm, which says what they do, and where in segment F000h its entries are.

export const ROM_SEGMENT = 0xf000;
export const ROM_ADDRESS = 0xffe00;
/** Port at which the code asks for a service. */
export const SERVICE_PORT = 0xb4;

/** Interrupts that services.ts answers, in the order of their eight-byte entries. */
const SERVICES = [0x09, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a] as const;
const FIRST_SERVICE = 0xfe00;
const IRQ0 = 0xfe80;
const IRQ_LOW = 0xfe90;
const IRQ_HIGH = 0xfe98;
const IRQ8 = 0xfea8;
const IRQ13 = 0xfeb8;
export const CONFIGURATION_TABLE = 0xfee0;
const NOTHING = 0xff53;
const DISKETTE_TABLE = 0xfef0;
/** Programs' own vectors, and one that copy protections looked at: 0. */
const EMPTY = [...range(0x60, 7), 0x79];

const CODE =
  "6650b80900e958006650b81000e950006650b81100e948006650b81200e940006650b81300e938006650b81400e930006650b81500e928006650b816" +
  "00e920006650b81700e918006650b81800e910006650b81900e908006650b81a00e9000088c488e0e6b4e4b43c0172097704fbf4ebf0fbebed6658cf" +
  "90909090909090906650b008e6b4cd1cb020e6206658cf9050b020e62058cf9050b020e6a0e62058cf9090909090909050b00ce670e47158ebe69090" +
  "9090909050b000e6f0b020e6a0e62058cd02cf909090909090909090baf90cb006eefaf4ebfc0000000000000800fc00017440000000000000000000" +
  "af022502121bff6cf60f08";
const TAIL = "ead0fe00f030362f32332f393900fc00";
const ROM_SIZE = 0x200;

export function romBytes(): Uint8Array {
  const rom = new Uint8Array(ROM_SIZE);
  rom.set(bytes(CODE));
  rom[NOTHING - FIRST_SERVICE] = IRET;
  rom.set(bytes(TAIL), ROM_SIZE - TAIL.length / 2);
  return rom;
}

const IRET = 0xcf;

/** The interrupt vectors, 256 of four bytes, as a BIOS sets them up. */
export function vectorTable(): Uint8Array {
  const table = new Uint8Array(0x400);
  const view = new DataView(table.buffer);
  const set = (vector: number, offset: number) => view.setUint32(4 * vector, ROM_SEGMENT * 0x10000 + offset, true);
  for (let vector = 0; vector < 256; vector++) set(vector, NOTHING);
  for (const vector of range(0x0a, 6)) set(vector, IRQ_LOW);
  for (const vector of range(0x71, 7)) set(vector, IRQ_HIGH);
  set(0x08, IRQ0);
  set(0x70, IRQ8);
  set(0x75, IRQ13);
  set(0x1e, DISKETTE_TABLE);
  SERVICES.forEach((vector, n) => {
    set(vector, FIRST_SERVICE + 8 * n);
  });
  // Disks had their own vector when 13h was the hard disk's.
  view.setUint32(4 * 0x40, view.getUint32(4 * 0x13, true), true);
  for (const vector of EMPTY) view.setUint32(4 * vector, 0, true);
  return table;
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, n) => Number.parseInt(hex.slice(2 * n, 2 * n + 2), 16));
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, n) => first + n);
}
