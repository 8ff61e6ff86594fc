// Disks.

import { addBlockdev } from "../blockdev.js";
import { compactDisc, flash, hardDisk, parseDrive } from "../drive.js";
import { flag, type OptionRow, type OptionSection } from "../row.js";

export const BLOCK: OptionSection = {
  title: "Block device options",
  rows: [
    ...["a", "b", "c", "d"].map(
      (letter, index): OptionRow => ({
        names: [`hd${letter}`],
        argument: "file",
        help: `raw image as hard disk ${index} (a virtio disk: there is no IDE yet)`,
        apply: (state, option, value) => void state.pendingDrives.push(hardDisk(option, value, index)),
      }),
    ),
    {
      names: ["cdrom"],
      argument: "file",
      help: "raw image as the last disk, read-only (a virtio disk: there is no CD-ROM drive yet)",
      apply: (state, option, value) => void state.pendingDrives.push(compactDisc(option, value)),
    },
    {
      names: ["pflash"],
      argument: "file",
      help: "raw image as the next flash of the machine, where it has flashes",
      apply: (state, option, value) => void state.pendingDrives.push(flash(option, value)),
    },
    {
      names: ["drive"],
      argument:
        "file=file[,if=virtio|pflash|none][,format=raw|qcow2|...][,readonly=on|off][,snapshot=on|off][,overlay=opfs:name][,id=id][,serial=s][,cache=mode][,discard=ignore|unmap][,detect-zeroes=off|on|unmap][,werror=action][,rerror=action][,throttling.bps-total=n][,throttling.iops-total=n][...]",
      help: "image as a disk; if=none leaves it to a -device virtio-blk-pci,drive=id",
      apply: (state, option, value) => void state.pendingDrives.push(parseDrive(option, value)),
    },
    {
      names: ["blockdev"],
      argument:
        "driver=format,node-name=id,file.driver=file,file.filename=file[,read-only=on|off][,discard=ignore|unmap]",
      help: "image as a node for a -device that names it; driver=file makes one that a format's file=id names",
      apply: (state, option, value) => addBlockdev(option, value, state.pendingDrives),
    },
    flag(["snapshot"], "keep writes to disks in memory and forget them at the end", (state) => {
      state.snapshot = true;
    }),
  ],
};
