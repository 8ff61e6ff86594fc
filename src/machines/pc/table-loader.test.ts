import { expect, it } from "vitest";
import { buildAcpi } from "./acpi/acpi.js";
import { pcAcpiOptions } from "./acpi/pc.js";
import { tableLoader } from "./table-loader.js";

/** Carries the script out as firmware does, with the files at addresses of its choice. */
function execute(files: Map<string, Uint8Array>, script: Uint8Array, places: Map<string, number>): void {
  for (let at = 0; at < script.length; at += 128) {
    const view = new DataView(script.buffer, script.byteOffset + at, 128);
    const name = (from: number) =>
      String.fromCharCode(...script.subarray(at + from, at + from + 56)).replace(/\0.*$/s, "");
    const file = files.get(name(4))!;
    const words = new DataView(file.buffer, file.byteOffset);
    if (view.getUint32(0, true) === 2) {
      const offset = view.getUint32(116, true);
      words.setUint32(offset, words.getUint32(offset, true) + places.get(name(60))!, true);
    } else if (view.getUint32(0, true) === 3) {
      const [result, start, length] = [60, 64, 68].map((field) => view.getUint32(field, true)) as [
        number,
        number,
        number,
      ];
      const sum = file.subarray(start, start + length).reduce((total, byte) => total + byte, 0);
      file[result] = (file[result]! - sum) & 0xff;
    }
  }
}

it("gives firmware what a direct boot has, wherever firmware puts it", () => {
  const options = pcAcpiOptions({ cpus: [0], ramLow: 1 << 28, hpet: true, i8042: true, serial: [], vga: false });
  const elsewhere = buildAcpi(options, 0x8000000);
  const { tables, rsdp, loader } = tableLoader(elsewhere.tables, elsewhere.rsdp);
  const files = new Map([
    ["etc/acpi/tables", tables],
    ["etc/acpi/rsdp", rsdp],
  ]);
  const direct = buildAcpi(options, 0x3000000);
  const lowest = Math.min(...direct.tables.filter(({ address }) => address > 0x100000).map(({ address }) => address));
  execute(files, loader, new Map([["etc/acpi/tables", lowest]]));
  for (const { address, bytes } of direct.tables) {
    const file = address === direct.rsdp ? rsdp : tables.subarray(address - lowest, address - lowest + bytes.length);
    expect(Buffer.from(file).equals(Buffer.from(bytes)), address.toString(16)).toBe(true);
  }
});
