import { expect, it } from "vitest";
import { bootOrder } from "./boot-order.js";

const disk = (slot: number, index?: number) => ({ slot, cdrom: false, index });
const cdrom = (slot: number) => ({ slot, cdrom: true, index: undefined });
const text = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes);
const path = (slot: string): string => `/pci@i0cf8/scsi@${slot}/disk@0,0`;

it("is firmware's own where nothing else is wanted", () => {
  expect(bootOrder([], "cad")).toBeUndefined();
  expect(bootOrder([disk(3), disk(4), cdrom(5)], "cad")).toBeUndefined();
  expect(bootOrder([disk(3), disk(4)], "dc")).toBeUndefined();
});

it("has the CD-ROM first with -boot d, and bootindex before all", () => {
  expect(text(bootOrder([disk(3), cdrom(10)], "d"))).toBe(`${path("a")}\0`);
  expect(text(bootOrder([disk(3), cdrom(10)], "dc"))).toBe(`${path("a")}\n${path("3")}\0`);
  expect(text(bootOrder([disk(3, 2), disk(4, 1), cdrom(5)], "dc"))).toBe(`${path("4")}\n${path("3")}\n${path("5")}\0`);
});
