// wasmachine boot: Debian on the terminal. What goes to standard output is the guest's console alone.

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { findArchitecture } from "../images/build.js";
import { main } from "../node/main.js";
import { type Command, CommandError, GUEST_FOLDER } from "./command.js";
import { ownDisk } from "./disk.js";
import { ensureGuest, guestFolder } from "./guest.js";

const HELP = `usage: wasmachine boot [--arch A] [--guest FOLDER] [--fresh] [OPTIONS of wasmachine-system-x86_64]
Boots the guest of \`wasmachine guest\` on the terminal; makes it if there is none.
  --arch A        amd64 (default), riscv64
  --guest FOLDER  the guest's folder (default ${GUEST_FOLDER}, ${GUEST_FOLDER}/riscv64)
  --fresh         a new copy of the guest's disk; the one with what was written is put aside
Further options are QEMU's and follow these; -append replaces the kernel's command line.
What the guest writes to its disk is kept in FOLDER/disk.bin. In the guest \`poweroff\` ends it, Ctrl-A X leaves at once,
Ctrl-A H lists the other keys.
`;

interface Choice {
  arch: string;
  folder: string;
  fresh: boolean;
  /** Options for the machine. */
  machine: readonly string[];
}

export const boot: Command = {
  summary: "boots that guest on the terminal",
  async run(args) {
    if (/^--?h(elp)?$/.test(args[0] ?? "")) {
      process.stdout.write(HELP);
      return 0;
    }
    const choice = choose(args);
    const { guest } = findArchitecture(choice.arch);
    await ensureGuest(choice.folder, choice.arch);
    sayWhenInputEnds();
    return main([...guestOptions(choice), ...choice.machine], undefined, guest);
  },
};

/** This command's own options come first. */
function choose(args: readonly string[]): Choice {
  let folder: string | undefined;
  let arch = "amd64";
  let fresh = false;
  for (let at = 0; ; at++) {
    const word = args[at];
    if (word === "--fresh") fresh = true;
    else if (word === "--guest") {
      const value = args[++at];
      if (value === undefined) throw new CommandError("--guest: a folder has to follow");
      folder = value;
    } else if (word === "--arch") {
      const value = args[++at];
      if (value === undefined) throw new CommandError("--arch: an architecture has to follow");
      arch = value;
    } else {
      const machine = args.slice(word === "--" ? at + 1 : at);
      return { arch, folder: resolve(folder ?? guestFolder(arch)), fresh, machine };
    }
  }
}

function guestOptions({ arch, folder, fresh }: Choice): string[] {
  const initrd = join(folder, "initrd");
  const terminal = process.stdin.isTTY && process.stdout.isTTY;
  const disk = ownDisk(folder, fresh, (text) => console.error(`boot: ${text}`));
  return [
    ...["-nographic", "-m", "512M", "-kernel", join(folder, findArchitecture(arch).image)],
    ...(existsSync(initrd) ? ["-initrd", initrd] : []),
    // A comma in a value is written twice.
    ...(disk ? ["-drive", `if=virtio,format=raw,file=${disk.replaceAll(",", ",,")}`] : []),
    ...["-append", `console=ttyS0 quiet${terminal ? "" : " TERM=dumb"}${disk ? " root=/dev/vda" : ""}`],
  ];
}

/** A guest does not end with its input, which looks like a program that hangs. */
function sayWhenInputEnds(): void {
  if (process.stdin.isTTY) return;
  process.stdin.once("end", () =>
    console.error("boot: standard input has ended; the guest runs until it powers off (SIGINT or SIGTERM ends it)"),
  );
}
