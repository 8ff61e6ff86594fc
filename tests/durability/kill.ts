// An emulator killed by SIGKILL while its guest writes records, each with an fsync, and says the number of each when it is written.

import { spawnSync } from "node:child_process";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { Emulator } from "../../testing/emulator.js";
import { INITRD, KERNEL, PROMPT, ROOT, temporaryFolder } from "../../testing/guest.js";
import { program } from "../../testing/programs.js";
import type { Random } from "../../testing/random.js";

const COMMANDS = `${ROOT}dist/commands/cli.js`;
const BOOT = 240_000;
const FIRST_RECORD = 60_000;
/** The kill comes so long after the first record, at most, in milliseconds. */
const LATEST = 2000;
const MIB = 1 << 20;
/** Sectors that the records on a raw disk go round in. */
const SLOTS = 16;

/** How records are kept: what the guest does, and which are there afterwards. */
interface Keeping {
  /** Of the image; raw unless it says. */
  readonly format?: string;
  readonly make: (image: string) => void;
  /** Before the first record. */
  readonly begin: string;
  /** Writes record $i. */
  readonly write: string;
  /** What is wrong with the image, if the guest said that `last` and all before it are written. */
  readonly check: (image: string, last: number) => string | undefined;
}

const KEEPINGS: Readonly<Record<string, Keeping>> = {
  raw: {
    make: (image) => truncateSync(image, MIB),
    begin: ":",
    write: `printf %-512d $i | dd of=/dev/vda bs=512 seek=$((i % ${SLOTS})) conv=notrunc,fsync 2>/dev/null`,
    check: checkRaw,
  },
  qcow2: {
    format: "qcow2",
    make: (image) => void img("create", "-q", "-f", "qcow2", "-o", "cluster_size=512", image, String(MIB)),
    begin: ":",
    write: `printf %-512d $i | dd of=/dev/vda bs=512 seek=$((i % ${SLOTS})) conv=notrunc,fsync 2>/dev/null`,
    check: checkQcow2,
  },
  ext4: {
    make(image) {
      truncateSync(image, 16 * MIB);
      run(program("mke2fs"), ["-q", "-F", "-t", "ext4", image]);
    },
    begin: "modprobe -a crc32c_generic ext4; mount -t ext4 /dev/vda /mnt",
    // A line appended to one file, and a file of its own that gets its name last.
    write:
      "echo $i | dd of=/mnt/log oflag=append conv=notrunc,fsync 2>/dev/null && echo $i | dd of=/mnt/new conv=fsync 2>/dev/null && mv /mnt/new /mnt/r$i && sync",
    check: checkExt4,
  },
};

export const KINDS = Object.keys(KEEPINGS);

/** A text when a record was lost. */
export async function kill(random: Random, kind: string): Promise<string | undefined> {
  const { format = "raw", make, begin, write, check } = KEEPINGS[kind]!;
  const folder = temporaryFolder();
  const image = folder.file("image");
  writeFileSync(image, "");
  make(image);
  const emulator = Emulator.run([
    ...["-nographic", "-m", "256M", "-kernel", KERNEL, "-initrd", INITRD, "-append", "console=ttyS0 quiet"],
    ...["-drive", `if=virtio,format=${format},file=${image}`],
  ]);
  try {
    await emulator.waitFor(PROMPT, BOOT);
    await emulator.shell(begin);
    emulator.type(`i=0; while i=$((i+1)); do ${write} && echo "<$i>"; done\n`);
    await emulator.waitFor("<1>", FIRST_RECORD);
    const moment = random.below(LATEST);
    await new Promise((resolve) => setTimeout(resolve, moment));
    emulator.close();
    const { out, status } = await emulator.ended;
    if (status !== undefined) return `${kind}: the emulator ended by itself, with ${status}`;
    const last = Number([...out.matchAll(/<(\d+)>/g)].at(-1)![1]);
    const lost = check(image, last);
    return lost && `${kind}, killed ${moment} ms after the first of ${last} records: ${lost}`;
  } finally {
    emulator.close();
    await emulator.ended;
    folder.remove();
  }
}

/** Each slot has its last record, or the one that was being written. */
function checkRaw(image: string, last: number): string | undefined {
  const bytes = readFileSync(image);
  for (let number = Math.max(1, last - SLOTS + 1); number <= last; number++) {
    const slot = number % SLOTS;
    const found = Number(bytes.toString("latin1", slot * 512, (slot + 1) * 512));
    if (found !== number && found !== number + SLOTS) return `instead of record ${number} there is ${found}`;
  }
  return undefined;
}

/** The image has lost clusters at most, and the records of a raw one. */
function checkQcow2(image: string, last: number): string | undefined {
  const leaks = 3;
  const { status, stdout } = spawnSync(process.execPath, [COMMANDS, "img", "check", image], { encoding: "utf8" });
  if (status !== 0 && status !== leaks) return `the image is not whole: ${stdout}`;
  const raw = `${image}.raw`;
  img("convert", "-f", "qcow2", "-O", "raw", image, raw);
  return checkRaw(raw, last);
}

function img(...args: string[]): string {
  return run(process.execPath, [COMMANDS, "img", ...args]);
}

/** The journal makes the file system whole, and it has every record in both forms. */
function checkExt4(image: string, last: number): string | undefined {
  // Status 1: what was in the journal is now in its place.
  run(program("e2fsck"), ["-p", image], [0, 1]);
  const { status, stdout } = spawnSync(program("e2fsck"), ["-fn", image], { encoding: "utf8" });
  if (status !== 0) return `the file system is not whole: ${stdout}`;
  const log = debugfs(image, "cat /log").trim().split("\n");
  const names = new Set(debugfs(image, "ls -p /").match(/(?<=\/)r\d+(?=\/)/g));
  for (let number = 1; number <= last; number++) {
    if (log[number - 1] !== String(number)) return `line ${number} of the log is '${log[number - 1]}'`;
    if (!names.has(`r${number}`)) return `there is no file r${number}`;
    if (debugfs(image, `cat /r${number}`) !== `${number}\n`) return `file r${number} has not its number`;
  }
  return undefined;
}

function debugfs(image: string, request: string): string {
  return run(program("debugfs"), ["-R", request, image]);
}

function run(file: string, args: string[], statuses = [0]): string {
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: "utf8" });
  if (!statuses.includes(status ?? -1)) throw new Error(`${file} ${args.join(" ")}: ${status} ${stdout} ${stderr}`);
  return stdout;
}
