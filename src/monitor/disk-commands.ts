// Commands about the disks of a machine.

import { MonitorError } from "./expression.js";
import type { MonitorDisk } from "./target.js";

type Disks = ReadonlyMap<string, MonitorDisk>;

interface DiskCommand {
  readonly name: string;
  readonly arguments: string;
  readonly help: string;
  run(disks: Disks, argument: string): string | Promise<string>;
}

const UNITS = "bkmgt";

export const DISK_COMMANDS: readonly DiskCommand[] = [
  {
    name: "block_resize",
    arguments: "device size",
    help: "resize a block image",
    async run(disks, argument) {
      const [id, text, more] = argument.split(/\s+/);
      if (!id || !text || more) throw new MonitorError("block_resize: needs a device and a size");
      const disk = find(disks, id);
      const size = parseSize(text);
      if (!disk.resize) throw new MonitorError(`Image format driver '${disk.format}' does not support resize`);
      try {
        await disk.resize(size);
      } catch (error) {
        throw new MonitorError((error as Error).message);
      }
      return "";
    },
  },
  {
    name: "commit",
    arguments: "device|all",
    help: "commit changes to the disk images or backing files",
    run(disks, argument) {
      if (argument !== "all") find(disks, argument);
      throw new MonitorError(
        "commit: an image is not committed while a machine uses it (wasmachine img commit FILE, when the machine has ended)",
      );
    },
  },
  unremovable("eject", "[-f] device", "eject a removable medium (use -f to force it)"),
  unremovable("change", "device filename", "change a removable medium"),
];

/** Disks are fixed: no device here has a medium that can be taken out. */
function unremovable(name: string, words: string, help: string): DiskCommand {
  return {
    name,
    arguments: words,
    help,
    run(disks, argument) {
      const id = argument.replace(/^-f\s+/, "").split(/\s+/)[0] ?? "";
      find(disks, id);
      throw new MonitorError(`Device '${id}' is not removable`);
    },
  };
}

function find(disks: Disks, id: string): MonitorDisk {
  const disk = disks.get(id);
  if (!disk) throw new MonitorError(`Device '${id}' not found`);
  return disk;
}

/** Megabytes, or with a suffix. */
function parseSize(text: string): number {
  const match = /^(\d+)([bkmgt]?)$/i.exec(text);
  const unit = match?.[2] ? UNITS.indexOf(match[2].toLowerCase()) : 2;
  const size = match ? Number(match[1]) * 1024 ** unit : Number.NaN;
  if (!Number.isSafeInteger(size)) throw new MonitorError(`block_resize: '${text}' is no size`);
  return Math.ceil(size / 512) * 512;
}
