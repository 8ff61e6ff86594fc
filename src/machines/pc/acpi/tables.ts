// ACPI tables other than the DSDT's content (ACPI 6.5, chapter 5.2).

import { encodeText } from "../../../base/text.js";
import { Structure } from "../../../boot/bytes.js";
import type { AcpiOptions } from "./options.js";

const HEADER = 36;
const OEM_ID = "WASMAC";
const OEM_TABLE_ID = "WASMACPC";
const CREATOR_ID = "WASM";

/** Makes the sum of all bytes 0 by way of the byte at `at`. */
export function checksum(bytes: Uint8Array, at: number): void {
  bytes[at] = 0;
  bytes[at] = -bytes.reduce((sum, byte) => sum + byte, 0);
}

/** A table with its header and checksum. */
export function table(signature: string, revision: number, body: Uint8Array | readonly number[]): Uint8Array {
  const structure = new Structure(HEADER + body.length);
  structure
    .put(0, encodeText(signature))
    .u32(4, HEADER + body.length)
    .u8(8, revision);
  structure.put(10, encodeText(OEM_ID)).put(16, encodeText(OEM_TABLE_ID)).u32(24, 1);
  structure.put(28, encodeText(CREATOR_ID)).u32(32, 1);
  structure.put(HEADER, Uint8Array.from(body));
  checksum(structure.bytes, 9);
  return structure.bytes;
}

/** Lengths that addresses do not change, so that tables can be placed before they are made. */
export const FADT_SIZE = 244;
export const FACS_SIZE = 64;
export const RSDP_SIZE = 36;

/** Where in the FACS a system says at which address it wants to be woken, in real mode (ACPI 6.5, table 5.13). */
export const FACS_WAKING_VECTOR = 12;

export function isFacs(table: Uint8Array): boolean {
  return String.fromCharCode(...table.subarray(0, 4)) === "FACS";
}

export function facs(): Uint8Array {
  return new Structure(FACS_SIZE).put(0, encodeText("FACS")).u32(4, FACS_SIZE).u8(32, 1).bytes;
}

const FLAG_WBINVD = 1 << 0;
const FLAG_PROC_C1 = 1 << 2;
/** There is no fixed sleep button; the power button is fixed hardware. */
const FLAG_SLEEP_BUTTON = 1 << 5;
const FLAG_RTC_S4 = 1 << 7;
const FLAG_RESET = 1 << 10;
/** Systems had better measure time by the PM timer than by the CPU. */
const FLAG_PLATFORM_CLOCK = 1 << 15;
const BOOT_LEGACY_DEVICES = 1 << 0;
const BOOT_8042 = 1 << 1;
const BOOT_NO_VGA = 1 << 2;
const PM1_CONTROL = 4;
const PM_TIMER = 8;
/** Beyond these the processor has no C2 and C3. */
const NO_C2 = 0xfff;
const NO_C3 = 0xfff;
const RTC_CENTURY = 0x32;

/** Fixed ACPI description table, revision 3. */
export function fadt(options: AcpiOptions, facsAddress: number, dsdtAddress: number): Uint8Array {
  const { sci, smi, pmPort, gpe, reset, i8042, vga } = options;
  // offsets are those of the table; the header comes off
  const fields = new Structure(FADT_SIZE);
  fields
    .u32(36, facsAddress)
    .u32(40, dsdtAddress)
    .u16(46, sci)
    .u32(48, smi.port)
    .u8(52, smi.enable)
    .u8(53, smi.disable);
  fields
    .u32(56, pmPort)
    .u32(64, pmPort + PM1_CONTROL)
    .u32(76, pmPort + PM_TIMER)
    .u32(80, gpe.port);
  fields.u8(88, 4).u8(89, 2).u8(91, 4).u8(92, gpe.length);
  fields.u16(96, NO_C2).u16(98, NO_C3).u8(108, RTC_CENTURY);
  fields.u16(109, BOOT_LEGACY_DEVICES | (i8042 ? BOOT_8042 : 0) | (vga ? 0 : BOOT_NO_VGA));
  fields.u32(112, FLAG_WBINVD | FLAG_PROC_C1 | FLAG_SLEEP_BUTTON | FLAG_RTC_S4 | FLAG_RESET | FLAG_PLATFORM_CLOCK);
  ioAddress(fields, 116, reset.port, 1);
  fields.u8(128, reset.value);
  fields.u64(132, facsAddress).u64(140, dsdtAddress);
  ioAddress(fields, 148, pmPort, 4);
  ioAddress(fields, 172, pmPort + PM1_CONTROL, 2);
  ioAddress(fields, 208, pmPort + PM_TIMER, 4);
  ioAddress(fields, 220, gpe.port, gpe.length);
  return table("FACP", 3, fields.bytes.subarray(HEADER));
}

/** Generic address structure of a register in port space (5.2.3.2). */
function ioAddress(structure: Structure, at: number, port: number, bytes: number): void {
  const accessSize = bytes === 1 ? 1 : bytes === 2 ? 2 : 3;
  structure
    .u8(at, 1)
    .u8(at + 1, 8 * bytes)
    .u8(at + 3, accessSize)
    .u64(at + 4, port);
}

const ACTIVE_HIGH_LEVEL = 0x0d;
const PCAT_COMPATIBLE = 1;

/** Multiple APIC description table, revision 3. */
export function madt(options: AcpiOptions): Uint8Array {
  const { cpus, lapic, ioapic, sci, pirqIrqs } = options;
  const body = new Structure(8 + 8 * cpus.length + 12 + 10 * 16 + 6);
  body.u32(0, lapic).u32(4, PCAT_COMPATIBLE);
  let at = 8;
  const entry = (type: number, length: number) => {
    const start = at;
    body.u8(start, type).u8(start + 1, length);
    at += length;
    return start + 2;
  };
  for (const id of cpus) {
    const start = entry(0, 8);
    body
      .u8(start, id)
      .u8(start + 1, id)
      .u32(start + 2, 1);
  }
  const io = entry(1, 12);
  body.u8(io, ioapic.id).u32(io + 2, ioapic.address);
  const override = (irq: number, gsi: number, flags: number) => {
    const start = entry(2, 10);
    body
      .u8(start + 1, irq)
      .u32(start + 2, gsi)
      .u16(start + 6, flags);
  };
  // the interval timer is wired to input 2
  override(0, 2, 0);
  for (const irq of [...new Set([sci, ...pirqIrqs])].sort((a, b) => a - b)) override(irq, irq, ACTIVE_HIGH_LEVEL);
  const nmi = entry(4, 6);
  body.u8(nmi, 0xff).u8(nmi + 3, 1);
  return table("APIC", 3, body.bytes.subarray(0, at));
}

/** What an HPET with three 64-bit timers says in its capability register. */
const HPET_ID = 0x8086a201;

export function hpet(address: number): Uint8Array {
  const body = new Structure(20).u32(0, HPET_ID).u64(8, address);
  return table("HPET", 1, body.bytes);
}

/** The PM timer's value is right at the first reading. */
const WAET_GOOD_PM_TIMER = 1 << 1;

/** Windows ACPI emulated devices table: what need not be worked around on devices that are emulated. */
export function waet(): Uint8Array {
  return table("WAET", 1, new Structure(4).u32(0, WAET_GOOD_PM_TIMER).bytes);
}

export function rsdt(addresses: readonly number[]): Uint8Array {
  const body = new Structure(4 * addresses.length);
  for (const [n, address] of addresses.entries()) body.u32(4 * n, address);
  return table("RSDT", 1, body.bytes);
}

export function xsdt(addresses: readonly number[]): Uint8Array {
  const body = new Structure(8 * addresses.length);
  for (const [n, address] of addresses.entries()) body.u64(8 * n, address);
  return table("XSDT", 1, body.bytes);
}

/** Root pointer, revision 2 with both checksums. */
export function rsdp(rsdtAddress: number, xsdtAddress: number): Uint8Array {
  const structure = new Structure(RSDP_SIZE).put(0, encodeText("RSD PTR ")).put(9, encodeText(OEM_ID)).u8(15, 2);
  structure.u32(16, rsdtAddress).u32(20, RSDP_SIZE).u64(24, xsdtAddress);
  checksum(structure.bytes.subarray(0, 20), 8);
  checksum(structure.bytes, 32);
  return structure.bytes;
}
