// -drive and -hda to -hdd. There is no IDE: the disks of -hda and of a -drive without if= are virtio disks.

import {
  type DriveConfig,
  type MachineConfig,
  READ_ERRORS,
  type ReadErrors,
  WRITE_ERRORS,
  type WriteErrors,
} from "./config.js";
import { optionError } from "./error.js";
import { applyList, type Fail } from "./keyval.js";
import type { MachineRow } from "./rows.js";
import { noThrottle, type ThrottleWords, throttleHandlers, throttleRules } from "./throttle.js";
import { parseChoice, parseInteger, parseSwitch, parseSwitchAuto } from "./values.js";

/** A disk and its place on its bus, before the places are settled. */
export interface PendingDrive {
  option: string;
  value: string;
  drive: DriveConfig;
  /** hd: QEMU's IDE disks; cd: its CD-ROM drive. */
  bus: "hd" | "virtio" | "cd" | "pflash" | "none";
  index?: number;
  throttle: ThrottleWords;
}

const FORMATS = ["raw", "qcow2", "vdi", "vhdx", "vmdk", "vpc"];
const FAT = "fat:";
const FILE_DRIVERS = ["file", "host_device", "http", "https"];
const FORMATS_TO_COME = ["qcow", "qed", "parallels", "dmg", "luks", "bochs", "cloop"];

/** -drive file=FILE[,if=][,format=raw][,readonly=]... */
export function parseDrive(option: string, value: string): PendingDrive {
  const pending: PendingDrive = {
    option,
    value,
    drive: newDrive(""),
    bus: "hd",
    throttle: noThrottle(),
  };
  let cdrom = false;
  const readOnly = (target: PendingDrive, text: string, fail: Fail): void => {
    target.drive.readOnly = parseSwitch(text, "readonly", fail);
  };
  const locking = (target: PendingDrive, text: string, fail: Fail): void => {
    if (!parseSwitchAuto(text, "locking", true, fail)) target.drive.locking = false;
  };
  const format = (target: PendingDrive, text: string, fail: Fail): void => {
    if (FORMATS_TO_COME.includes(text)) {
      fail(`format=${text} is not supported ("qemu-img convert -O qcow2" makes an image of one that is)`);
    }
    if (!FORMATS.includes(text)) fail(`Unknown driver '${text}'`);
    target.drive.format = text;
  };
  applyList<PendingDrive>(option, value, undefined, pending, {
    file: (target, text) => {
      target.drive.file = text;
    },
    if: (target, text, fail) => {
      if (["ide", "scsi", "sd", "mtd", "floppy", "xen"].includes(text)) {
        fail(`if=${text} is not supported yet: use if=virtio`);
      }
      if (text !== "virtio" && text !== "pflash" && text !== "none") return fail(`unsupported bus type '${text}'`);
      target.bus = text;
      target.drive.interface = text;
    },
    id: (target, text, fail) => {
      if (!/^[A-Za-z][A-Za-z0-9._-]*$/.test(text)) fail(`Parameter 'id' expects an identifier, not '${text}'`);
      target.drive.id = text;
    },
    index: (target, text, fail) => {
      target.index = parseInteger(text, "index", 0, 31, fail);
    },
    bus: (_target, text, fail) => {
      if (parseInteger(text, "bus", 0, 31, fail) !== 0) fail(`bus=${text} is not supported`);
    },
    unit: (target, text, fail) => {
      target.index = parseInteger(text, "unit", 0, 31, fail);
    },
    media: (_target, text, fail) => {
      if (text !== "disk" && text !== "cdrom") fail(`'${text}' invalid media`);
      cdrom = text === "cdrom";
    },
    format,
    driver: format,
    readonly: readOnly,
    "read-only": readOnly,
    snapshot: (target, text, fail) => {
      target.drive.snapshot = parseSwitch(text, "snapshot", fail);
    },
    overlay: (target, text, fail) => {
      const name = /^opfs:([A-Za-z0-9][A-Za-z0-9._-]{0,63})$/.exec(text)?.[1];
      if (name === undefined) {
        fail(`overlay=${text} is not opfs:NAME, with a name of at most 64 letters, digits, '.', '_' and '-'`);
      }
      target.drive.overlay = name;
    },
    serial: (target, text) => {
      target.drive.serial = text;
    },
    cache: (target, text, fail) => {
      const modes = ["none", "writeback", "unsafe", "directsync", "writethrough"] as const;
      const mode = parseChoice(text, "cache", modes, fail);
      target.drive.writeCache = mode !== "directsync" && mode !== "writethrough";
      target.drive.ignoreFlush = mode === "unsafe";
    },
    "cache.writeback": (target, text, fail) => {
      target.drive.writeCache = parseSwitch(text, "cache.writeback", fail);
    },
    "cache.direct": (_target, text, fail) => void parseSwitch(text, "cache.direct", fail),
    "cache.no-flush": (target, text, fail) => {
      target.drive.ignoreFlush = parseSwitch(text, "cache.no-flush", fail);
    },
    aio: (_target, text, fail) => void parseChoice(text, "aio", ["threads", "native", "io_uring"], fail),
    discard: (target, text, fail) => {
      const mode = parseChoice(text, "discard", ["ignore", "off", "unmap", "on"] as const, fail);
      target.drive.discard = mode === "unmap" || mode === "on";
    },
    "detect-zeroes": (target, text, fail) => {
      target.drive.detectZeroes = parseChoice(text, "detect-zeroes", ["off", "on", "unmap"] as const, fail);
    },
    werror: (target, text, fail) => {
      target.drive.werror = parseWriteErrors(text, fail);
    },
    rerror: (target, text, fail) => {
      target.drive.rerror = parseReadErrors(text, fail);
    },
    "file.filename": (target, text) => {
      target.drive.file = text;
    },
    "file.driver": (_target, text, fail) => {
      if (!FILE_DRIVERS.includes(text)) fail(`file.driver=${text} is not supported: ${FILE_DRIVERS.join(", ")} are`);
    },
    "file.read-only": readOnly,
    "file.locking": locking,
    locking,
    ...throttleHandlers<PendingDrive>(({ throttle }) => throttle),
  });
  const throttle = throttleRules(pending.throttle, (message) => {
    throw optionError(option, value, message);
  });
  if (throttle) pending.drive.throttle = throttle;
  if (pending.drive.file === "") throw optionError(option, value, "Must specify a file (file=)");
  if (pending.bus === "none" && pending.drive.id === "") {
    throw optionError(option, value, "if=none needs an id= for the -device that uses it");
  }
  if (pending.drive.file.startsWith(FAT))
    makeFolderDisk(pending, (message) => {
      throw optionError(option, value, message);
    });
  if (cdrom) makeCompactDisc(pending);
  return pending;
}

/** A folder as a disk: it is only read, and nobody has to look at what it is. */
function makeFolderDisk({ drive }: PendingDrive, fail: (message: string) => never): void {
  const kind = /^fat:(rw|floppy|12|16|32):/.exec(drive.file)?.[1];
  if (kind === "rw") fail("fat:rw: is not supported: fat:DIR is read, and -virtfs shares a folder that is written");
  if (kind !== undefined && kind !== "32") fail(`fat:${kind}: is not supported: fat:DIR is a FAT32 disk`);
  drive.file = drive.file.replace(/^fat:32:/, FAT);
  drive.format ??= "raw";
  if (!drive.snapshot) drive.readOnly = true;
}

export function parseWriteErrors(text: string, fail: Fail): WriteErrors {
  return parseChoice(text, "werror", WRITE_ERRORS, fail);
}

export function parseReadErrors(text: string, fail: Fail): ReadErrors {
  return parseChoice(text, "rerror", READ_ERRORS, fail);
}

/** -hda FILE to -hdd FILE, and the file named without an option. */
export function hardDisk(option: string, file: string, index: number): PendingDrive {
  return { option, value: file, drive: newDrive(file), bus: "hd", index, throttle: noThrottle() };
}

function newDrive(file: string): DriveConfig {
  return {
    id: "",
    file,
    interface: "virtio",
    readOnly: false,
    snapshot: false,
    writeCache: true,
    ignoreFlush: false,
    werror: "enospc",
    rerror: "report",
  };
}

/** -pflash FILE. */
export function flash(option: string, file: string): PendingDrive {
  const drive: DriveConfig = { ...newDrive(file), interface: "pflash" };
  return { option, value: file, drive, bus: "pflash", throttle: noThrottle() };
}

/** -cdrom FILE. */
export function compactDisc(option: string, file: string): PendingDrive {
  const pending = hardDisk(option, file, 0);
  makeCompactDisc(pending);
  return pending;
}

function makeCompactDisc(pending: PendingDrive): void {
  pending.drive.readOnly = true;
  pending.drive.cdrom = true;
  if (pending.bus === "hd") pending.bus = "cd";
}

/** What the disks of QEMU's other buses are here. */
const IN_PLACE = {
  hd: "a virtio disk (in Linux /dev/vda and so on, not /dev/sda): there is no IDE yet (-drive if=virtio says so itself)",
  cd: "a read-only virtio disk: there is no CD-ROM drive yet, and only images that boot from a USB stick too boot from it",
};

/** Gives every disk its place and its id: -hda's family, then if=virtio, then -cdrom. */
export function settleDrives(
  config: MachineConfig,
  pending: PendingDrive[],
  snapshot: boolean,
  { name, flashes = 0 }: MachineRow,
): void {
  for (const bus of ["hd", "virtio", "cd", "pflash", "none"] as const) {
    const taken = new Map<number, PendingDrive>();
    const members = pending.filter((entry) => entry.bus === bus);
    for (const entry of members) {
      let index = entry.index;
      if (index === undefined || bus === "none") {
        index = 0;
        while (taken.has(index)) index++;
      } else if (taken.has(index)) {
        throw optionError(entry.option, entry.value, `a drive with index=${index} exists`);
      }
      taken.set(index, entry);
      if (bus === "pflash") {
        if (flashes === 0) {
          const instead = "firmware is -bios FILE";
          throw optionError(entry.option, entry.value, `machine type '${name}' has no flash: ${instead}`);
        }
        if (index >= flashes)
          throw optionError(
            entry.option,
            entry.value,
            `machine type '${name}' has ${flashes} flashes, and none of number ${index}`,
          );
        entry.drive.unit = index;
      }
      if (entry.drive.id === "") entry.drive.id = `${bus}${index}`;
      if (bus === "hd" || bus === "cd") config.notes.push(`${entry.drive.file} is ${IN_PLACE[bus]}`);
      if (snapshot) entry.drive.snapshot = true;
    }
    for (const [, entry] of [...taken].sort(([a], [b]) => a - b)) {
      if (config.drives.some((other) => other.id === entry.drive.id)) {
        throw optionError(entry.option, entry.value, `Duplicate ID '${entry.drive.id}' for drive`);
      }
      config.drives.push(entry.drive);
    }
  }
}
