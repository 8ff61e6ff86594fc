// SMBIOS 2.8 (DMTF DSP0134): what dmidecode and the kernel's first lines say about the machine.

import { encodeText } from "../../base/text.js";
import { Structure } from "../../boot/bytes.js";
import { checksum } from "./acpi/tables.js";
import { E820_RESERVED, type FirmwareTable } from "./boot/interfaces.js";

export interface SmbiosOptions {
  /** Bytes of RAM below and above 4 GiB. */
  ramLow: number;
  ramHigh: number;
  cpus: number;
  cpuModel: string;
  /** Signature (EAX) and features (EDX) of CPUID leaf 1. */
  cpuid: { eax: number; edx: number };
  version: string;
  /** As in -uuid; undefined: none is set. */
  uuid: string | undefined;
}

/** Multiple of 16 between F0000h and FFFFFh. */
export const SMBIOS_ENTRY = 0xf5ae0;
export const SMBIOS_TABLE = 0xf5b00;

const ENTRY_SIZE = 31;
const MAKER = "wasmachine";
const PRODUCT = "Standard PC (i440FX + PIIX)";
const BIOS_DATE = "01/01/2026";
const UNKNOWN = 2;
const OTHER = 1;
const KIB_LIMIT = 0x80000000;
const FOUR_GIB = 2 ** 32;

const HANDLE_SYSTEM = 0x100;
const HANDLE_CHASSIS = 0x300;
const HANDLE_CPU = 0x400;
const HANDLE_ARRAY = 0x1000;
const HANDLE_MODULE = 0x1100;
const HANDLE_MAPPED = 0x1300;

class Tables {
  private readonly parts: Uint8Array[] = [];
  count = 0;
  largest = 0;

  /** Adds a structure of `length` bytes; `fill` sets its fields, with a function that numbers strings. */
  add(
    type: number,
    length: number,
    handle: number,
    fill: (s: Structure, text: (value: string) => number) => void,
  ): void {
    const structure = new Structure(length).u8(0, type).u8(1, length).u16(2, handle);
    const strings: string[] = [];
    fill(structure, (value) => strings.push(value));
    const tail = strings.length ? `${strings.join("\0")}\0\0` : "\0\0";
    const bytes = new Structure(length + tail.length).put(0, structure.bytes).put(length, encodeText(tail)).bytes;
    this.parts.push(bytes);
    this.count++;
    this.largest = Math.max(this.largest, bytes.length);
  }

  bytes(): Uint8Array {
    const all = new Structure(this.parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.parts) {
      all.put(at, part);
      at += part.length;
    }
    return all.bytes;
  }
}

/** The entry point and the structure table, both below 1 MiB. */
export function buildSmbios(options: SmbiosOptions): FirmwareTable[] {
  const tables = new Tables();
  const { ramLow, ramHigh } = options;
  addMachine(tables, options);
  for (let n = 0; n < options.cpus; n++) addCpu(tables, options, n);
  addMemory(tables, ramLow, ramHigh);
  // system boot information: no error
  tables.add(32, 11, 0x2000, () => {});
  tables.add(127, 4, 0x7f00, () => {});

  const bytes = tables.bytes();
  const entry = new Structure(ENTRY_SIZE).put(0, encodeText("_SM_")).u8(5, ENTRY_SIZE).u8(6, 2).u8(7, 8);
  entry.u16(8, tables.largest).put(16, encodeText("_DMI_")).u16(22, bytes.length).u32(24, SMBIOS_TABLE);
  entry.u16(28, tables.count).u8(30, 0x28);
  checksum(entry.bytes.subarray(16), 5);
  checksum(entry.bytes, 4);
  return [
    { address: SMBIOS_ENTRY, bytes: entry.bytes, type: E820_RESERVED },
    { address: SMBIOS_TABLE, bytes, type: E820_RESERVED },
  ];
}

/** Types 0 (firmware), 1 (system) and 3 (chassis). */
function addMachine(tables: Tables, { version, uuid }: SmbiosOptions): void {
  tables.add(0, 24, 0, (s, text) => {
    s.u8(4, text(MAKER)).u8(5, text(version)).u16(6, 0xe800).u8(8, text(BIOS_DATE));
    // characteristics: not supported; extension: ACPI, and that this is a virtual machine
    s.u32(10, 8).u8(18, 1).u8(19, 0x10).u8(20, 0).u8(21, 0).u8(22, 0xff).u8(23, 0xff);
  });
  tables.add(1, 27, HANDLE_SYSTEM, (s, text) => {
    s.u8(4, text(MAKER)).u8(5, text(PRODUCT)).u8(6, text(version)).put(8, uuidBytes(uuid));
    // woken by the power switch
    s.u8(24, 6);
  });
  tables.add(3, 22, HANDLE_CHASSIS, (s, text) => {
    s.u8(4, text(MAKER)).u8(5, OTHER).u8(6, text(version)).u8(9, 3).u8(10, 3).u8(11, 3).u8(12, UNKNOWN);
  });
}

function addCpu(tables: Tables, { cpuModel, cpuid, version }: SmbiosOptions, n: number): void {
  tables.add(4, 42, HANDLE_CPU + n, (s, text) => {
    s.u8(4, text(`CPU ${n}`))
      .u8(5, 3)
      .u8(6, OTHER)
      .u8(7, text(MAKER))
      .u32(8, cpuid.eax)
      .u32(12, cpuid.edx);
    s.u8(16, text(version)).u16(20, 2000).u16(22, 2000).u8(24, 0x41).u8(25, OTHER);
    s.u16(26, 0xffff).u16(28, 0xffff).u16(30, 0xffff).u8(34, text(cpuModel)).u8(35, 1).u8(36, 1).u8(37, 1);
    // 64-bit capable
    s.u16(38, 4).u16(40, OTHER);
  });
}

/** Types 16 (array), 17 (one module with all of it) and 19 (where it appears). */
function addMemory(tables: Tables, ramLow: number, ramHigh: number): void {
  const size = ramLow + ramHigh;
  const kib = size / 1024;
  tables.add(16, 23, HANDLE_ARRAY, (s) => {
    // other location, system memory, multi-bit error correction
    s.u8(4, OTHER).u8(5, 3).u8(6, 6).u32(7, Math.min(kib, KIB_LIMIT)).u16(11, 0xfffe).u16(13, 1);
    if (kib >= KIB_LIMIT) s.u64(15, size);
  });
  tables.add(17, 40, HANDLE_MODULE, (s, text) => {
    const mib = Math.floor(size / 2 ** 20);
    s.u16(4, HANDLE_ARRAY).u16(6, 0xfffe).u16(8, 0xffff).u16(10, 0xffff);
    s.u16(12, Math.min(mib, 0x7fff))
      .u8(14, 9)
      .u8(16, text("DIMM 0"))
      .u8(18, 7)
      .u16(19, OTHER << 1)
      .u8(23, text(MAKER));
    if (mib >= 0x7fff) s.u32(28, mib);
  });
  const ranges: [number, number][] = [[0, ramLow]];
  if (ramHigh > 0) ranges.push([FOUR_GIB, ramHigh]);
  for (const [n, [start, length]] of ranges.entries()) {
    tables.add(19, 31, HANDLE_MAPPED + n, (s) => {
      s.u32(4, start / 1024)
        .u32(8, (start + length) / 1024 - 1)
        .u16(12, HANDLE_ARRAY)
        .u8(14, 1);
    });
  }
}

/** The first three groups are little-endian (7.2.1). */
function uuidBytes(uuid: string | undefined): Uint8Array {
  const bytes = new Uint8Array(16);
  if (uuid === undefined) return bytes;
  const digits = uuid.replaceAll("-", "");
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  for (const [n, from] of order.entries()) bytes[n] = Number.parseInt(digits.slice(2 * from, 2 * from + 2), 16);
  return bytes;
}
