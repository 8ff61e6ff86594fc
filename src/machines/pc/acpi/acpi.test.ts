import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildAcpi } from "./acpi.js";
import * as A from "./aml.js";
import { pcAcpiOptions } from "./pc.js";

const MIB = 2 ** 20;
const TOP = 512 * MIB;
const options = pcAcpiOptions({
  cpus: [0],
  ramLow: TOP,
  hpet: true,
  i8042: true,
  serial: [
    { port: 0x3f8, irq: 4 },
    { port: 0x2f8, irq: 3 },
  ],
  vga: false,
});
const built = buildAcpi(options, TOP);

function signature(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 4));
}

function sum(bytes: Uint8Array): number {
  return bytes.reduce((total, byte) => (total + byte) & 255, 0);
}

function find(name: string) {
  const table = built.tables.find(({ bytes }) => signature(bytes) === name)!;
  return { ...table, view: new DataView(table.bytes.buffer, table.bytes.byteOffset) };
}

describe("the tables", () => {
  it("have lengths and checksums that are right", () => {
    for (const { bytes } of built.tables) {
      const name = signature(bytes);
      if (name === "FACS") continue;
      expect(sum(bytes), name).toBe(0);
      if (name !== "RSD ") expect(new DataView(bytes.buffer).getUint32(4, true), name).toBe(bytes.length);
    }
    expect(sum(find("RSD ").bytes.subarray(0, 20))).toBe(0);
  });

  it("lie where their pointers say, below the end of RAM", () => {
    const root = find("RSD ");
    expect(root.address).toBe(built.rsdp);
    expect(built.rsdp % 16).toBe(0);
    const xsdt = find("XSDT");
    const rsdt = find("RSDT");
    expect(Number(root.view.getBigUint64(24, true))).toBe(xsdt.address);
    expect(root.view.getUint32(16, true)).toBe(rsdt.address);
    const listed = ["FACP", "APIC", "HPET", "WAET"].map((name) => find(name).address);
    expect(listed.map((_, n) => Number(xsdt.view.getBigUint64(36 + 8 * n, true)))).toEqual(listed);
    expect(listed.map((_, n) => rsdt.view.getUint32(36 + 4 * n, true))).toEqual(listed);
    const fadt = find("FACP");
    expect(fadt.view.getUint32(36, true)).toBe(find("FACS").address);
    expect(fadt.view.getUint32(40, true)).toBe(find("DSDT").address);
    const high = built.tables.filter(({ address }) => address >= MIB).sort((a, b) => a.address - b.address);
    for (const [n, { address, bytes }] of high.entries()) {
      expect(address + bytes.length).toBeLessThanOrEqual(high[n + 1]?.address ?? TOP);
    }
    expect(find("FACS").address % 64).toBe(0);
  });

  it("describe the PC's ports and interrupts", () => {
    const { view } = find("FACP");
    const ports = [46, 48, 56, 64, 76, 80].map((at) =>
      at === 46 ? view.getUint16(at, true) : view.getUint32(at, true),
    );
    expect(ports).toEqual([9, 0xb2, 0x600, 0x604, 0x608, 0xafe0]);
    expect([view.getUint8(52), view.getUint8(53)]).toEqual([0xf1, 0xf0]);
    expect(find("WAET").view.getUint32(36, true)).toBe(2);
    expect(String.fromCharCode(...find("DSDT").bytes)).toMatch(/_GPE.*ACPI0006.*_S3_.*_S5_/s);
    expect([Number(view.getBigUint64(120, true)), view.getUint8(128)]).toEqual([0xcf9, 0x0f]);
    const madt = find("APIC");
    const overrides: number[][] = [];
    for (let at = 44; at < madt.bytes.length; at += madt.bytes[at + 1]!) {
      if (madt.bytes[at] !== 2) continue;
      overrides.push([madt.bytes[at + 3]!, madt.view.getUint32(at + 4, true), madt.view.getUint16(at + 8, true)]);
    }
    expect(overrides).toEqual([
      [0, 2, 0],
      [5, 5, 13],
      [9, 9, 13],
      [10, 10, 13],
      [11, 11, 13],
    ]);
  });

  it("leave out what the machine has not", () => {
    const bare = buildAcpi({ ...options, hpet: undefined, serial: [], i8042: false }, TOP);
    const names = bare.tables.map(({ bytes }) => signature(bytes));
    expect(names).not.toContain("HPET");
    const code = String.fromCharCode(...bare.tables.find(({ bytes }) => signature(bytes) === "DSDT")!.bytes);
    for (const name of ["HPET", "COM1", "KBD_", "MOU_"]) expect(code).not.toContain(name);
    expect(String.fromCharCode(...find("DSDT").bytes)).toContain("COM2");
    expect(String.fromCharCode(...find("DSDT").bytes)).toContain("QEMU0002");
  });
});

describe("iasl", () => {
  it("disassembles every table without a complaint and compiles the DSDT again", () => {
    const folder = mkdtempSync(join(tmpdir(), "acpi-"));
    try {
      for (const { bytes } of built.tables) {
        const name = signature(bytes).trim();
        if (name === "RSD") continue;
        writeFileSync(join(folder, `${name}.dat`), bytes);
        const said = spawnSync("iasl", ["-d", `${name}.dat`], { cwd: folder, encoding: "latin1" });
        expect(said.stdout + said.stderr, name).not.toMatch(/error|warning|invalid|checksum|could not/i);
      }
      // -we: a warning is an error
      expect(execFileSync("iasl", ["-we", "DSDT.dsl"], { cwd: folder, encoding: "latin1", stdio: "pipe" })).toContain(
        "0 Errors, 0 Warnings",
      );
      expect(readFileSync(join(folder, "DSDT.dsl"), "latin1")).toContain('EisaId ("PNP0A03")');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("AML", () => {
  it("encodes names, integers and package lengths", () => {
    expect(A.path("\\_SB.PCI0")).toEqual([0x5c, 0x2e, ...Buffer.from("_SB_PCI0")]);
    expect(A.path("\\_SB.PCI0.ISA.PRQA")).toEqual([0x5c, 0x2f, 4, ...Buffer.from("_SB_PCI0ISA_PRQA")]);
    expect(() => A.path("pci0")).toThrow("no ACPI name");
    expect([A.integer(0), A.integer(1), A.integer(2)]).toEqual([[0], [1], [0x0a, 2]]);
    expect(A.integer(0x12345)).toEqual([0x0c, 0x45, 0x23, 0x01, 0x00]);
    expect(A.integer(2 ** 32)).toEqual([0x0e, 0, 0, 0, 0, 1, 0, 0, 0]);
    expect(A.eisaId("PNP0A03")).toEqual([0x0c, 0x41, 0xd0, 0x0a, 0x03]);
    // one length byte up to 63, then two: the low four bits go into the first
    expect(A.buffer(Array(59).fill(0)).slice(0, 2)).toEqual([0x11, 62]);
    expect(A.buffer(Array(61).fill(0)).slice(0, 3)).toEqual([0x11, 0x41, 0x04]);
    expect(A.buffer(Array(5000).fill(0)).slice(0, 4)).toEqual([
      0x11,
      0x80 | (5006 & 15),
      (5006 >> 4) & 255,
      5006 >> 12,
    ]);
  });
});
