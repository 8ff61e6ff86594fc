// wasmachine guest: assembles a guest out of Debian packages.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { printable } from "../base/printable.js";
import { DEFAULT_GUEST, programName } from "../guests/programs.js";
import { agentDisk } from "../images/agent-disk.js";
import { bringGuest } from "../images/bring.js";
import { ARCHITECTURES, buildGuest, findArchitecture } from "../images/build.js";
import { listGuest } from "../images/listing.js";
import { GuestError } from "../images/run.js";
import { type Command, GUEST_FOLDER } from "./command.js";

const HELP = `usage: wasmachine guest [OPTIONS]
Assembles a Linux guest out of Debian packages: kernel, initrd and a disk image (rootfs.bin).
  --arch A        ${Object.keys(ARCHITECTURES).join(", ")} (default amd64)
  --cloud         Debian's kernel for virtual machines instead of the standard one
  --out FOLDER    where to (default ${GUEST_FOLDER}; ${GUEST_FOLDER}/riscv64; with --cloud ${GUEST_FOLDER}/ARCH-cloud)
  --size MIB      size of the disk image (default 256; the file is sparse)
  --suite NAME    Debian release (default: this machine's; of riscv64 trixie)
  --modules A,B   further kernel modules
  --python        python3 on the disk image
  --bench         the benchmark programs of the repository's bench/src, compiled with gcc
  --bench-src F   the same out of another folder
  --cache FOLDER  where packages are kept (default: build/guest-cache in the repository, else the user's cache folder)
  --kernel FILE   your own kernel instead of Debian's, with --initrd FILE and --disk FILE (a raw image)
  --agent         no guest, but the disk agent.img: with -drive if=virtio,format=raw,file=agent.img in a guest of your own, the
                  command "sh /dev/vda" there (or vdb, ...) installs the agent that machine.exec() needs
  --force         build even if the guest is up to date
Without options it keeps a guest that is there, whatever it was built with.
`;

// dist/commands/guest.js and src/commands/guest.ts lie equally deep in the package.
const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));
const FILES = join(PACKAGE, "src/images");
const AGENTS = join(PACKAGE, "dist/agent");

export const guest: Command = {
  summary: "makes a Debian guest: kernel, initrd, disk",
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        arch: { type: "string", default: "amd64" },
        cloud: { type: "boolean", default: false },
        out: { type: "string" },
        size: { type: "string", default: "256" },
        suite: { type: "string" },
        modules: { type: "string", default: "" },
        python: { type: "boolean", default: false },
        bench: { type: "boolean", default: false },
        "bench-src": { type: "string" },
        cache: { type: "string" },
        kernel: { type: "string" },
        initrd: { type: "string" },
        disk: { type: "string" },
        agent: { type: "boolean", default: false },
        force: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const size = Number(values.size);
    if (!Number.isInteger(size) || size < 32)
      throw new GuestError(`--size ${values.size} is not a number of MiB from 32 on`);
    const bench = values["bench-src"] ?? (values.bench ? join(PACKAGE, "bench/src") : undefined);
    if (bench && !existsSync(bench)) throw new GuestError(`there is no folder ${bench} with benchmark sources`);
    const out = resolve(
      values.out ?? (values.cloud ? `${GUEST_FOLDER}/${values.arch}-cloud` : guestFolder(values.arch)),
    );
    if (values.agent) {
      makeAgentDisk(values.out ?? GUEST_FOLDER);
      return 0;
    }
    if (values.kernel) {
      const { image } = findArchitecture(values.arch);
      bringGuest({ kernel: values.kernel, image, initrd: values.initrd, disk: values.disk }, out, progress);
      offer(out, values.arch);
      return 0;
    }
    const cache = values.cache ?? cacheFolder();
    const built = await buildGuest(
      {
        ...{ arch: values.arch, cloud: values.cloud, python: values.python, suite: values.suite, force: values.force },
        ...{ out, size, bench, cache: resolve(cache), folder: FILES, agents: AGENTS },
        anyOptions: args.length === 0,
        modules: values.modules.split(",").filter(Boolean),
      },
      progress,
    );
    offer(out, values.arch);
    progress(built ? `ready in ${out}` : `${out} is up to date`);
    return 0;
  },
};

function makeAgentDisk(folder: string): void {
  const { bytes, processors } = agentDisk(FILES, AGENTS);
  const file = join(folder, "agent.img");
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, bytes);
  progress(`${file} has the agent for ${processors.join(", ")}`);
  progress(
    `give it to a guest (-drive if=virtio,format=raw,readonly=on,file=${file}) and run there, as root: sh /dev/vda`,
  );
}

/** Where a guest is without --out. Those of PCs share a place: one program runs them. */
export function guestFolder(arch: string): string {
  return findArchitecture(arch).guest === DEFAULT_GUEST ? GUEST_FOLDER : join(GUEST_FOLDER, arch);
}

/** Lists the guest for the page, which has those in GUEST_FOLDER. */
function offer(out: string, arch: string): void {
  const root = resolve(GUEST_FOLDER);
  const { guest, image } = findArchitecture(arch);
  const program = guest === DEFAULT_GUEST ? undefined : programName(guest);
  listGuest(relative(root, out).startsWith("..") ? out : root, out, { guest, program, image });
}

/** Makes the guest that is made without further options in `out`, unless one is there. */
export async function ensureGuest(out: string, arch: string): Promise<void> {
  const usual = { arch, cloud: false, python: false, suite: undefined, force: false, bench: undefined };
  const built = await buildGuest(
    { ...usual, out, size: 256, cache: cacheFolder(), folder: FILES, agents: AGENTS, anyOptions: true, modules: [] },
    progress,
  );
  if (built) offer(out, arch);
}

function progress(text: string): void {
  console.error(`guest: ${printable(text)}`);
}

/** In the repository its build folder; for the installed package the user's cache folder. */
function cacheFolder(): string {
  if (existsSync(join(PACKAGE, "tsconfig.base.json"))) return join(PACKAGE, "build/guest-cache");
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "wasmachine");
}
