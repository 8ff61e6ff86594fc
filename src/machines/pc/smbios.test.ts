import { describe, expect, it } from "vitest";
import { buildSmbios, SMBIOS_TABLE } from "./smbios.js";

const options = {
  ramLow: 512 * 2 ** 20,
  ramHigh: 0,
  cpus: 1,
  cpuModel: "qemu64",
  cpuid: { eax: 0x60fb1, edx: 0x178bfbff },
  version: "0.1.0",
  uuid: "00112233-4455-6677-8899-aabbccddeeff",
};

/** The structures: their type, formatted part and strings. */
function parse(bytes: Uint8Array) {
  const found: { type: number; handle: number; data: Uint8Array; strings: string[] }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const data = bytes.subarray(at, at + bytes[at + 1]!);
    let end = at + data.length;
    while (bytes[end] !== 0 || bytes[end + 1] !== 0) end++;
    const strings = String.fromCharCode(...bytes.subarray(at + data.length, end)).split("\0");
    found.push({ type: data[0]!, handle: data[2]! | (data[3]! << 8), data, strings });
    at = end + 2;
  }
  return found;
}

describe("SMBIOS", () => {
  it("has an entry point that points to the structures", () => {
    const [entry, table] = buildSmbios(options);
    expect(entry!.address % 16).toBe(0);
    const sum = (bytes: Uint8Array) => bytes.reduce((total, byte) => (total + byte) & 255, 0);
    expect(sum(entry!.bytes)).toBe(0);
    expect(sum(entry!.bytes.subarray(16))).toBe(0);
    const view = new DataView(entry!.bytes.buffer);
    expect([view.getUint32(24, true), view.getUint16(22, true)]).toEqual([SMBIOS_TABLE, table!.bytes.length]);
    expect(table!.address).toBe(SMBIOS_TABLE);
    const all = parse(table!.bytes);
    expect(view.getUint16(28, true)).toBe(all.length);
    expect(all.map(({ type }) => type)).toEqual([0, 1, 3, 4, 16, 17, 19, 32, 127]);
    expect(new Set(all.map(({ handle }) => handle)).size).toBe(all.length);
  });

  it("stays below the end of the first MiB and keeps its parts apart", () => {
    const [entry, table] = buildSmbios({ ...options, cpus: 8 });
    expect(entry!.address + entry!.bytes.length).toBeLessThanOrEqual(table!.address);
    expect(table!.address + table!.bytes.length).toBeLessThanOrEqual(0x100000);
  });

  it("says how much memory there is, how it is placed, and which machine this is", () => {
    const ramHigh = 2 * 2 ** 30;
    const all = parse(buildSmbios({ ...options, ramLow: 3 * 2 ** 30, ramHigh })[1]!.bytes);
    const view = (type: number, n = 0) => {
      const { data } = all.filter((s) => s.type === type)[n]!;
      return new DataView(data.buffer, data.byteOffset);
    };
    expect(view(16).getUint32(7, true)).toBe(5 * 2 ** 20);
    expect(view(17).getUint16(12, true)).toBe(5 * 1024);
    expect([view(19).getUint32(4, true), view(19).getUint32(8, true)]).toEqual([0, 3 * 2 ** 20 - 1]);
    expect([view(19, 1).getUint32(4, true), view(19, 1).getUint32(8, true)]).toEqual([4 * 2 ** 20, 6 * 2 ** 20 - 1]);
    const system = all.find(({ type }) => type === 1)!;
    expect(Buffer.from(system.data.subarray(8, 24)).toString("hex")).toBe("33221100554477668899aabbccddeeff");
    expect(system.strings[system.data[5]! - 1]).toBe("Standard PC (i440FX + PIIX)");
  });
});
