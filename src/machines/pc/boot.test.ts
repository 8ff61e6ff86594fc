import { expect, it } from "vitest";
import type { X86Cpu } from "../../arch/x86/cpu.js";
import type { MachineHost } from "../../machine/host.js";
import { defaultConfig, type MachineConfig } from "../../options/config.js";
import { parseArguments } from "../arguments.js";
import type { BootParts } from "../registry/model.js";
import type { PcBoard } from "./board.js";
import { prepareBoot } from "./boot.js";

const image = (fill: number, end: number): Uint8Array => new Uint8Array(65536).fill(fill, 0, -16).fill(end, -16);
const FILES: Record<string, Uint8Array> = {
  "fw/bios-256k.bin": image(0x90, 0x91).fill(0xea, -16, -15),
  zeros: image(0, 0),
  erased: image(1, 0xff),
};

function config(...args: string[]): MachineConfig {
  const parsed = parseArguments(args, { name: "", version: "" });
  return parsed.kind === "machine" ? parsed.config : defaultConfig();
}

/** The firmware, or what is said instead. */
async function firmware(host: Partial<MachineHost>, ...args: string[]): Promise<Uint8Array | string | undefined> {
  const files = { readFile: async (name: string) => FILES[name], ...host } as MachineHost;
  const parts = { config: config(...args), host: files } as BootParts<X86Cpu>;
  let image: Uint8Array | undefined;
  const setFirmware = (bytes: Uint8Array): void => {
    image = bytes;
  };
  const board = { memoryMap: { setFirmware } } as unknown as PcBoard;
  return prepareBoot(parts).then(
    (boot) => {
      boot.install?.(board);
      return image;
    },
    (error: Error) => error.message,
  );
}

it("finds firmware for a disk in the folders of -L, then in the host's", async () => {
  expect(await firmware({}, "-hda", "d", "-L", "nowhere", "-L", "fw/")).toBe(FILES["fw/bios-256k.bin"]);
  expect(await firmware({ firmwareFolders: ["none", "fw"] }, "-hda", "d", "-L", "of/another/system")).toBe(
    FILES["fw/bios-256k.bin"],
  );
});

it("says how to get firmware, and what can be booted at all", async () => {
  const where = "or name its file (-bios FILE) or its folder (-L FOLDER)";
  expect(await firmware({ firmwareFolders: ["x"] }, "d")).toBe(
    `booting from a disk takes firmware, and there is no bios-256k.bin: install SeaBIOS (Debian and Ubuntu: apt-get install seabios), ${where}`,
  );
  expect(await firmware({}, "d")).toContain(`install SeaBIOS, ${where}`);
  expect(await firmware({ firmwareFolders: ["fw"] })).toMatch(
    /^nothing to boot: give a kernel \(-kernel FILE\), a disk/,
  );
});

it.each(["zeros", "erased"])("refuses firmware of %s", async (name) => {
  expect(await firmware({}, "-bios", name)).toMatch(`could not load PC BIOS '${name}': it is no PC firmware`);
});
