// The two flashes of RISC-V's `virt`: two chips of 16 bits side by side in each, as QEMU has them. What a drive gives them is memory that
// the guest can execute; without a drive one is registers that read as zeros until something is programmed.

import { Pflash } from "../../../devices/storage/pflash/pflash.js";
import type { MachineMemory, PhysicalRange } from "../../../machine/cpu.js";
import type { Drive } from "../../../machine/drives.js";
import { MachineError } from "../../../machine/host.js";
import type { MachineConfig } from "../../../options/config.js";
import type { RiscvVirtBoard } from "./board.js";
import * as map from "./map.js";

const BLOCK_BYTES = 256 << 10;

export interface FlashContent {
  readonly drive: Drive;
  readonly bytes: Uint8Array;
}

/** Names of the properties of -machine that give flashes a drive of if=none. */
const PROPERTIES = ["pflash0", "pflash1"] as const;

/** The drive of a flash: of if=pflash, or of a property. */
function driveName({ drives, machine }: MachineConfig, flash: number): string | undefined {
  const named = machine.properties[PROPERTIES[flash]!] as string | undefined;
  return named ?? drives.find(({ interface: kind, unit }) => kind === "pflash" && unit === flash)?.id;
}

/** How many have a drive. */
export function flashDrives(config: MachineConfig): number {
  return PROPERTIES.filter((_, flash) => driveName(config, flash) !== undefined).length;
}

/** What the drives have. Rejects with MachineError where one is none, or larger than its flash. */
export async function readFlashes(
  config: MachineConfig,
  drives: ReadonlyMap<string, Drive>,
): Promise<(FlashContent | undefined)[]> {
  return Promise.all(
    PROPERTIES.map(async (property, flash) => {
      const name = driveName(config, flash);
      if (name === undefined) return undefined;
      const drive = drives.get(name);
      if (!drive) throw new MachineError(`-machine ${property}=${name}: there is no drive '${name}'`);
      const { size } = drive.backend;
      if (size > map.FLASH_SIZE) {
        const most = map.FLASH_SIZE >> 20;
        throw new MachineError(`drive ${name}: ${size} bytes do not fit into flash ${flash}, which has ${most} MiB`);
      }
      const bytes = new Uint8Array(size);
      await drive.backend.read(0, bytes);
      return { drive, bytes };
    }),
  );
}

/** Makes the chips. What is shown as memory of them changes while the guest programs them. */
export function installFlashes(
  board: RiscvVirtBoard,
  memory: MachineMemory,
  contents: readonly (FlashContent | undefined)[],
  others: readonly PhysicalRange[],
): void {
  const ranges = contents.map((content, flash): (PhysicalRange & { rom: number }) | undefined => {
    if (!content) return undefined;
    // What a shorter image leaves is as erased.
    const bytes = new Uint8Array(map.FLASH_SIZE).fill(0xff);
    bytes.set(content.bytes);
    const rom = memory.addRom(bytes);
    return { address: map.FLASH.address + flash * map.FLASH_SIZE, length: map.FLASH_SIZE, kind: "rom-device", rom };
  });
  const shown = contents.map(() => true);
  const show = (): void => {
    memory.setRanges([...others, ...ranges.flatMap((range, flash) => (range && shown[flash] ? [range] : []))]);
  };
  contents.forEach((content, flash) => {
    const range = ranges[flash];
    const device = new Pflash({
      ...{ blockBytes: BLOCK_BYTES, bankWidth: 4, chipWidth: 2, ids: [0x89, 0x18], log: board.log },
      bytes: range ? memory.romBytes(range.rom, map.FLASH_SIZE) : map.FLASH_SIZE,
      ...(content ? { backend: content.drive.backend, readOnly: content.drive.config.readOnly } : {}),
      arrayShown(on) {
        shown[flash] = on;
        if (range) show();
      },
    });
    board.addFlash(flash, device);
  });
  show();
}
