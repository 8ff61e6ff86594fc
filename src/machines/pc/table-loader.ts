// ACPI tables for firmware: one file with the tables, one with the root pointer, and a script that says where to put them
// and which fields are addresses (QEMU's etc/table-loader, docs/specs/acpi of QEMU; commands as SeaBIOS carries them out).

import { encodeText } from "../../base/text.js";
import type { FirmwareTable } from "./boot/interfaces.js";

export interface LoaderFiles {
  tables: Uint8Array;
  rsdp: Uint8Array;
  loader: Uint8Array;
}

const TABLES_FILE = "etc/acpi/tables";
const RSDP_FILE = "etc/acpi/rsdp";

const COMMAND_SIZE = 128;
const NAME_SIZE = 56;
const ALLOCATE = 1;
const ADD_POINTER = 2;
const ADD_CHECKSUM = 3;
const ZONE_HIGH = 1;
const ZONE_FSEG = 2;

const HEADER = 36;
const CHECKSUM = 9;
const PAGE = 4096;

/** Fields that hold addresses, [offset, bytes], by signature; RSDT and XSDT have them to their end. */
const POINTERS: Record<string, readonly (readonly [offset: number, size: 4 | 8])[]> = {
  FACP: [
    [36, 4],
    [40, 4],
    [132, 8],
    [140, 8],
  ],
};

/** The files for tables as buildAcpi gives them; `rsdp` is the address of the root pointer among them. */
export function tableLoader(tables: readonly FirmwareTable[], rsdp: number): LoaderFiles {
  const high = tables.filter((table) => table.address !== rsdp);
  const start = Math.floor(Math.min(...high.map((table) => table.address)) / PAGE) * PAGE;
  const end = Math.max(...high.map((table) => table.address + table.bytes.length));
  const blob = new Uint8Array(end - start);
  for (const { address, bytes } of high) blob.set(bytes, address - start);
  const root = tables.find((table) => table.address === rsdp)!.bytes.slice();

  const commands: Uint8Array[] = [allocate(RSDP_FILE, 16, ZONE_FSEG), allocate(TABLES_FILE, PAGE, ZONE_HIGH)];
  const pointer = (file: string, bytes: Uint8Array, offset: number, size: number): void => {
    if (makeRelative(bytes, offset, size, start)) commands.push(addPointer(file, TABLES_FILE, offset, size));
  };
  for (const { address, bytes } of high) {
    const at = address - start;
    for (const [offset, size] of pointersOf(bytes)) pointer(TABLES_FILE, blob, at + offset, size);
    // The FACS has no checksum.
    if (signature(bytes) !== "FACS") commands.push(addChecksum(TABLES_FILE, at + CHECKSUM, at, bytes.length));
  }
  pointer(RSDP_FILE, root, 16, 4);
  pointer(RSDP_FILE, root, 24, 8);
  // The first checksum covers the first 20 bytes, the extended one all (ACPI 6.5, 5.2.5.3).
  commands.push(addChecksum(RSDP_FILE, 8, 0, 20), addChecksum(RSDP_FILE, 32, 0, root.length));
  const loader = new Uint8Array(commands.length * COMMAND_SIZE);
  for (const [i, bytes] of commands.entries()) loader.set(bytes, i * COMMAND_SIZE);
  return { tables: blob, rsdp: root, loader };
}

function signature(table: Uint8Array): string {
  return String.fromCharCode(...table.subarray(0, 4));
}

function pointersOf(table: Uint8Array): readonly (readonly [number, number])[] {
  const name = signature(table);
  const size = name === "RSDT" ? 4 : name === "XSDT" ? 8 : 0;
  if (size === 0) return POINTERS[name] ?? [];
  return Array.from({ length: (table.length - HEADER) / size }, (_, i) => [HEADER + size * i, size] as const);
}

/** Turns an address into a distance from `start`; false for a null pointer, which stays. */
function makeRelative(bytes: Uint8Array, offset: number, size: number, start: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const address = view.getUint32(offset, true);
  if (address === 0 && (size === 4 || view.getUint32(offset + 4, true) === 0)) return false;
  view.setUint32(offset, address - start, true);
  return true;
}

function command(kind: number, fill: (view: DataView, name: (at: number, text: string) => void) => void): Uint8Array {
  const bytes = new Uint8Array(COMMAND_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, kind, true);
  fill(view, (at, text) => bytes.set(encodeText(text), at));
  return bytes;
}

function allocate(file: string, align: number, zone: number): Uint8Array {
  return command(ALLOCATE, (view, name) => {
    name(4, file);
    view.setUint32(4 + NAME_SIZE, align, true);
    view.setUint8(8 + NAME_SIZE, zone);
  });
}

function addPointer(file: string, target: string, offset: number, size: number): Uint8Array {
  return command(ADD_POINTER, (view, name) => {
    name(4, file);
    name(4 + NAME_SIZE, target);
    view.setUint32(4 + 2 * NAME_SIZE, offset, true);
    view.setUint8(8 + 2 * NAME_SIZE, size);
  });
}

function addChecksum(file: string, at: number, from: number, length: number): Uint8Array {
  return command(ADD_CHECKSUM, (view, name) => {
    name(4, file);
    view.setUint32(4 + NAME_SIZE, at, true);
    view.setUint32(8 + NAME_SIZE, from, true);
    view.setUint32(12 + NAME_SIZE, length, true);
  });
}
