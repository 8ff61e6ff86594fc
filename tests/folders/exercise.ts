// Does the same operations of a seed (exerciser.c) in a folder that a guest shares and in one of the host's own file system: each has to
// come out the same.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Emulator } from "../../testing/emulator.js";
import { GUEST, PROMPT, TRIXIE_CLOUD, temporaryFolder } from "../../testing/guest.js";
import { program } from "../../testing/programs.js";

const SOURCE = fileURLToPath(new URL("exerciser.c", import.meta.url));
const BOOT = 300_000;

export interface Exercise {
  readonly protocol: "9p" | "virtiofs";
  /** Of the device, or of the guest's mount. */
  readonly cache: string;
  readonly backend: "memory" | "mapped-file" | "passthrough" | "none";
  readonly seed: number;
  readonly operations: number;
}

/** Why no program of ours can run in the guest: the rest of a sentence. */
export function noExerciser(): string | undefined {
  if (process.arch !== "x64" || process.platform !== "linux")
    return "the guest's programs are compiled on x86-64 Linux";
  return process.getuid?.() === 0 ? undefined : "on the host the operations are done as root, as in the guest";
}

/** Operations between two sums that the program prints. */
const STRETCH = 1000;

/** Answers what was different first, if anything was. */
export async function exercise({ protocol, cache, backend, seed, operations }: Exercise): Promise<string | undefined> {
  const folder = temporaryFolder();
  const [programs, work, host] = ["programs", "work", "host"].map(folder.file) as [string, string, string];
  for (const each of [programs, work, host]) mkdirSync(each);
  const binary = `${programs}/exerciser`;
  execFileSync(program("gcc"), ["-O1", "-static", "-o", binary, SOURCE]);
  const emulator = Emulator.run(options({ protocol, cache, backend, work, programs }));
  // Linux's 9p has one cache for a file of several names with cache=loose only.
  const apart = protocol === "9p" && cache !== "loose" ? ["-a"] : [];

  /** Where both differ when they do the same, if they do. */
  const both = async (name: string, ...range: number[]): Promise<readonly [string, string, number] | undefined> => {
    mkdirSync(`${host}/${name}`);
    const args = [seed, operations, ...range].map(String);
    const wanted = spawnSync(binary, [...apart, `${host}/${name}`, ...args], { encoding: "utf8", maxBuffer: 2 ** 28 });
    const command = ["/tmp/exerciser", ...apart, `/w/${name}`, ...args].join(" ");
    const got = await emulator.shell(`mkdir /w/${name}; ${command}`, 20 * BOOT);
    const [lines, there] = [wanted.stdout.split("\n"), got.split("\n")];
    const first = lines.findIndex((line, i) => line !== there[i]);
    return first < 0 ? undefined : [there[first]!, lines[first]!, first];
  };

  try {
    await emulator.waitFor(PROMPT, BOOT);
    const mount = (tag: string, mode: string) =>
      protocol === "9p"
        ? `mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=${mode} ${tag} /${tag}`
        : `mount -t virtiofs ${tag} /${tag}`;
    await emulator.shell(
      `mkdir /p /w; modprobe -q -a 9pnet_virtio 9p; ${mount("p", "none")}; ${mount("w", cache)}`,
      BOOT,
    );
    await emulator.shell("cp /p/exerciser /tmp", BOOT);
    const different = await both("d");
    if (different === undefined) return undefined;
    const [got, wanted, line] = different;
    // The same again: all operations of the stretch that differed.
    const again = await both("again", Math.max(0, line - 1) * STRETCH, line * STRETCH);
    const operation = again ? `'${again[0]}' and not '${again[1]}'` : "a second time there is no difference";
    const lost = existsSync(work) ? "" : "; somebody has removed the shared folder";
    return `line ${line}: '${got}' and not '${wanted}'; ${operation}${lost}`;
  } finally {
    emulator.close();
    folder.remove();
  }
}

type Shares = Pick<Exercise, "protocol" | "cache" | "backend"> & { readonly work: string; readonly programs: string };

function options({ protocol, cache, backend, work, programs }: Shares): string[] {
  const guest = protocol === "9p" ? GUEST : TRIXIE_CLOUD;
  const kernel = ["-kernel", `${guest}/bzImage`, "-initrd", `${guest}/initrd`, "-append", "console=ttyS0 loglevel=3"];
  const shared = backend === "memory" ? "memory,id=w" : `local,id=w,path=${work},security_model=${backend}`;
  const device = (id: string, more = "") =>
    protocol === "9p" ? `virtio-9p-pci,fsdev=${id},mount_tag=${id}` : `virtio-fs-pci,fsdev=${id},tag=${id}${more}`;
  return [
    ...["-nographic", "-m", "512M", ...kernel, "-fsdev", shared, "-device", device("w", `,cache=${cache}`)],
    ...["-fsdev", `local,id=p,path=${programs},security_model=none,readonly=on`, "-device", device("p")],
  ];
}
