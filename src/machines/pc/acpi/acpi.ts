// All ACPI tables, placed: the root pointer below 1 MiB where it is searched for, the rest at the top of low RAM.

import { E820_ACPI, E820_NVS, E820_RESERVED, type FirmwareTable } from "../boot/interfaces.js";
import { dsdt } from "./dsdt.js";
import type { AcpiOptions } from "./options.js";
import { facs, fadt, hpet, madt, rsdp, rsdt, table, waet, xsdt } from "./tables.js";

export type { AcpiOptions } from "./options.js";

const PAGE = 4096;
/** 64-bit integers in AML. */
const DSDT_REVISION = 2;
/** Multiple of 16 from E0000h on. */
export const RSDP_ADDRESS = 0xf5a00;

/**
 * @param top end of low RAM, a multiple of 4 KiB; the tables lie right below it
 * @returns the tables and the address of the RSDP
 */
export function buildAcpi(options: AcpiOptions, top: number): { tables: FirmwareTable[]; rsdp: number } {
  const facsAddress = top - PAGE;
  const definitions = table("DSDT", DSDT_REVISION, dsdt(options));
  const others = [madt(options), ...(options.hpet === undefined ? [] : [hpet(options.hpet)]), waet()];
  const count = 1 + others.length;
  const sizes = [definitions, fadt(options, 0, 0), ...others, rsdt(Array(count).fill(0)), xsdt(Array(count).fill(0))];
  const start = facsAddress - Math.ceil(sizes.reduce((sum, { length }) => sum + align(length), 0) / PAGE) * PAGE;

  const tables: FirmwareTable[] = [];
  let at = start;
  const place = (bytes: Uint8Array): number => {
    const address = at;
    tables.push({ address, bytes, type: E820_ACPI });
    at += align(bytes.length);
    return address;
  };
  const dsdtAddress = place(definitions);
  const listed = [place(fadt(options, facsAddress, dsdtAddress)), ...others.map(place)];
  const root = rsdp(place(rsdt(listed)), place(xsdt(listed)));
  tables.push({ address: facsAddress, bytes: facs(), type: E820_NVS });
  tables.push({ address: RSDP_ADDRESS, bytes: root, type: E820_RESERVED });
  return { tables, rsdp: RSDP_ADDRESS };
}

function align(length: number): number {
  return Math.ceil(length / 16) * 16;
}
