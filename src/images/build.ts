// Assembles a guest - kernel, initramfs, disk image - out of Debian packages.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Apt, unpackDeb } from "./apt.js";
import { addBenchmarks } from "./benchmarks.js";
import { applets } from "./busybox.js";
import { cpio } from "./cpio.js";
import { makeDisk } from "./disk.js";
import { chooseModules, installModules } from "./modules.js";
import { GuestError } from "./run.js";
import { Tree } from "./tree.js";

export interface GuestOptions {
  arch: string;
  /** Debian's kernel for virtual machines: smaller, and quick to unpack. */
  cloud: boolean;
  /** Folder the guest is written to. */
  out: string;
  /** Folder that keeps packages and indices. */
  cache: string;
  suite: string | undefined;
  /** Adds python3 to the disk image. */
  python: boolean;
  /** Folder of benchmark sources to compile for the guest. */
  bench: string | undefined;
  /** Size of the disk image in MiB. */
  size: number;
  /** Kernel modules beyond the usual ones. */
  modules: string[];
  /** Builds even if the guest there is up to date. */
  force: boolean;
  /** A guest built with other options, or out of the user's own files, is good too. */
  anyOptions: boolean;
  /** Folder of the files that are copied into the guest (GUEST_FILES). */
  folder: string;
  /** Folder of the agent, a program for each processor. */
  agents: string;
}

interface Architecture {
  /** As the emulator calls it. */
  guest: string;
  kernel: string;
  cloud?: string;
  /** First part of the compiler's name. */
  target: string;
  /** Name of the kernel file in the output. */
  image: string;
  /** Debian's release, where the machine's own may not have the architecture. */
  suite?: string;
}

/** Bumped when a change here makes guests built before out of date. */
const BUILDER = 7;

export const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  amd64: {
    ...{ guest: "x86_64", kernel: "linux-image-amd64", cloud: "linux-image-cloud-amd64" },
    ...{ target: "x86_64", image: "bzImage" },
  },
  i386: { guest: "x86_64", kernel: "linux-image-686-pae", target: "i686", image: "bzImage" },
  riscv64: { guest: "riscv64", kernel: "linux-image-riscv64", target: "riscv64", image: "Image", suite: "trixie" },
};

const MODULES = [
  ...["virtio_pci", "virtio_mmio", "virtio_blk", "virtio_rng", "virtio_net", "virtio_console"],
  ...["crc32c_generic", "ext4", "9pnet_virtio", "9p", "button", "evdev"],
];

/** Terminals that bash knows. */
const TERMINALS = ["xterm", "xterm-256color", "screen", "tmux", "tmux-256color", "linux", "vt100", "vt220", "dumb"];

/** The one locale there is. */
const LOCALE = "usr/lib/locale/C.utf8";

/** Files of our own that the guest has, beside this one. */
const GUEST_FILES = ["init.sh", "profile.sh"];

/** For busybox init. A clean disk at the end: everything that may write is ended before / becomes read-only. */
const INITTAB = `::respawn:/bin/cttyhack /bin/bash -l
::ctrlaltdel:/bin/reboot
::shutdown:/bin/sh -c "kill -TERM -1; kill -KILL -1; sync; mount -o remount,ro /"
`;

/** Throws GuestError for a name that is none. */
export function findArchitecture(name: string): Architecture {
  const found = Object.hasOwn(ARCHITECTURES, name) ? ARCHITECTURES[name] : undefined;
  if (!found) throw new GuestError(`no guest for --arch ${name}: known is ${Object.keys(ARCHITECTURES).join(", ")}`);
  return found;
}

/** Builds the guest and returns true, or returns false when it is there already. */
export async function buildGuest(options: GuestOptions, progress: (text: string) => void): Promise<boolean> {
  const arch = findArchitecture(options.arch);
  const meta = options.cloud ? arch.cloud : arch.kernel;
  if (!meta) throw new GuestError(`Debian has no cloud kernel for ${options.arch}`);
  const stampFile = join(options.out, "guest.json");
  const key = fingerprint(options, meta);
  if (!options.force && upToDate(stampFile, key, options)) return false;

  const apt = new Apt(options.arch, options.cache, options.suite ?? arch.suite);
  progress("reading the package index");
  apt.update();
  const kernelPackage = apt.depends(meta).find((name) => name.startsWith("linux-image-"));
  if (!kernelPackage) throw new GuestError(`package ${meta} names no kernel`);
  const work = join(options.cache, `work-${process.pid}`);
  mkdirSync(options.out, { recursive: true });
  try {
    const unpack = (names: readonly string[], folder: string) => {
      for (const file of apt.fetch(names, progress)) unpackDeb(file, join(work, folder));
      return join(work, folder);
    };
    progress(`unpacking ${kernelPackage}`);
    const kernel = unpack([kernelPackage], "kernel");
    const box = unpack(["busybox-static"], "busybox");
    const shell = unpack(["bash-static", "ncurses-base", "libc-bin"], "shell");
    const boot = join(kernel, "boot");
    const kernelFile = readdirSync(boot).find((name) => /^vmlinu[xz]-/.test(name));
    if (!kernelFile) throw new GuestError(`package ${kernelPackage} contains no kernel image`);
    const version = kernelFile.replace(/^vmlinu[xz]-/, "");

    progress("choosing modules");
    const library = [join(kernel, "lib/modules"), join(kernel, "usr/lib/modules")].find(existsSync);
    if (!library) throw new GuestError(`package ${kernelPackage} contains no modules`);
    const { modules, missing } = await chooseModules(join(library, version), [...MODULES, ...options.modules]);
    const unknown = options.modules.find((name) => missing.includes(name.replaceAll("-", "_")));
    if (unknown) throw new GuestError(`kernel ${version} has no module ${unknown}`);

    const base = baseTree(box);
    const agent = agentFile(options.agents, arch.guest);
    if (arch.target !== arch.guest) progress(`there is no agent for ${options.arch}`);
    else if (!existsSync(agent)) progress(`without the agent: ${agent} was not built, for want of a compiler`);
    else base.file("sbin/wasmachine-agent", readFileSync(agent), 0o755);
    addShell(base, shell, options.folder);
    base.file("etc/issue", `wasmachine: Debian's Linux ${version} with busybox and bash; poweroff ends it\n`);
    installModules(base, version, modules);
    const benchmarks = options.bench ? addBenchmarks(base, options.bench, arch.target, work) : [];
    const init = readFileSync(join(options.folder, "init.sh"));

    progress("writing the initramfs");
    const first = base.clone();
    first.file("init", init, 0o755);
    first.char("dev/console", 5, 1, 0o600);
    first.char("dev/null", 1, 3, 0o666);
    const initrd = gzipSync(cpio(first), { level: 9 });

    const root = base.clone();
    root.file("sbin/init", init, 0o755);
    if (options.python) {
      progress("adding python3");
      const skip = (path: string) => /^(usr\/share|etc|var)(\/|$)|\/gconv(\/|$)/.test(path);
      const folder = unpack(pythonPackages(apt), "python");
      root.import(folder, skip);
      if (existsSync(join(folder, "lib64")) || existsSync(join(folder, "usr/lib64"))) root.mergeLinks(["lib64"]);
      const name = readdirSync(join(folder, "usr/bin")).find((file) => /^python3\.\d+$/.test(file));
      if (name) root.link("usr/bin/python3", name);
    }
    progress("writing the disk image");
    const image = join(options.out, "rootfs.bin");
    makeDisk(root, `${image}.new`, join(work, "root"), options.size);

    putAside(image, stampFile, progress);
    renameSync(`${image}.new`, image);
    writeFileSync(join(options.out, arch.image), readFileSync(join(boot, kernelFile)));
    writeFileSync(join(options.out, "initrd"), initrd);
    const sizes = Object.fromEntries(
      [arch.image, "initrd", "rootfs.bin"].map((name) => [name, statSync(join(options.out, name)).size]),
    );
    const info = { key, arch: options.arch, kernel: version, package: kernelPackage, sizes, benchmarks };
    writeFileSync(stampFile, `${JSON.stringify({ ...info, modules: modules.map((m) => m.name) }, null, 2)}\n`);
    for (const [name, size] of Object.entries(sizes)) progress(`${join(options.out, name)}: ${size} bytes`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return true;
}

/** The shell for people: bash edits lines without asking the terminal anything, so it eats nothing that was typed ahead. */
function addShell(tree: Tree, unpacked: string, files: string): void {
  const bash = ["bin/bash-static", "usr/bin/bash-static"].map((path) => join(unpacked, path)).find(existsSync);
  if (!bash) throw new GuestError("package bash-static contains no bash");
  tree.file("bin/bash", readFileSync(bash), 0o755);
  for (const name of TERMINALS) {
    const path = join("lib/terminfo", name[0]!, name);
    const found = [path, join("usr/share/terminfo", name[0]!, name)].find((file) => existsSync(join(unpacked, file)));
    if (found) tree.file(path, readFileSync(join(unpacked, found)));
  }
  // Without the files of the locale bash would edit bytes, not characters.
  tree.import(unpacked, (path) => !LOCALE.startsWith(path) && !path.startsWith(LOCALE));
  tree.file("etc/profile", readFileSync(join(files, "profile.sh")));
  tree.file("etc/inputrc", "set enable-bracketed-paste off\n");
}

function baseTree(box: string): Tree {
  const tree = new Tree();
  tree.mergeLinks(["bin", "sbin", "lib"]);
  for (const name of ["dev", "etc", "mnt", "proc", "root", "sys", "tmp", "var"]) tree.dir(name);
  tree.dir("tmp", 0o1777);
  tree.dir("root", 0o700);
  const binary = ["bin/busybox", "usr/bin/busybox"].map((path) => join(box, path)).find(existsSync);
  if (!binary) throw new GuestError("package busybox-static contains no busybox");
  const data = readFileSync(binary);
  tree.file("bin/busybox", data, 0o755);
  const names = applets(data).filter((name) => name !== "busybox" && name !== "init" && name !== "linuxrc");
  if (!names.includes("sh")) throw new GuestError("cannot find the list of applets in package busybox-static");
  for (const name of names) tree.link(`bin/${name}`, "busybox");
  tree.link("sbin/modprobe", "../bin/busybox");
  tree.file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:*:65534:65534:nobody:/:/bin/false\n");
  tree.file("etc/group", "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n");
  tree.file("etc/hostname", "guest\n");
  tree.file("etc/hosts", "127.0.0.1 localhost guest\n");
  tree.link("etc/mtab", "/proc/mounts");
  tree.file("etc/inittab", INITTAB);
  // what acpid runs when the power button is pressed
  tree.file("etc/acpi/PWRF/00000080", "#!/bin/sh\nexec poweroff\n", 0o755);
  return tree;
}

/** python3's packages: those it depends on that are interpreters or libraries, and their libraries in turn. */
function pythonPackages(apt: Apt): string[] {
  const found = new Set<string>();
  const queue = apt.depends("python3-minimal").filter((name) => /^python3\.\d+-minimal$/.test(name));
  if (!queue.length) throw new GuestError("package python3-minimal names no interpreter");
  for (let name = queue.pop(); name; name = queue.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    queue.push(...apt.depends(name).filter((dependency) => /^(lib|python3\.|zlib1g)/.test(dependency)));
  }
  return [...found].sort();
}

interface Key {
  builder: string;
  options: string;
}

/** The agent for a guest, where it was built. */
export function agentFile(folder: string, guest: string): string {
  return join(folder, `agent-${guest}`);
}

/** Everything the result depends on besides the packages' versions. */
function fingerprint(options: GuestOptions, meta: string): Key {
  const { suite, python, size, modules, bench } = options;
  const builder = createHash("sha256").update(`${BUILDER}`);
  for (const name of GUEST_FILES) builder.update(readFileSync(join(options.folder, name)));
  const agent = agentFile(options.agents, findArchitecture(options.arch).guest);
  if (existsSync(agent)) builder.update(readFileSync(agent));
  const chosen = createHash("sha256").update(JSON.stringify([meta, suite, python, size, modules]));
  if (bench) for (const name of readdirSync(bench).sort()) chosen.update(readFileSync(join(bench, name)));
  return { builder: builder.digest("hex"), options: chosen.digest("hex") };
}

function upToDate(stampFile: string, key: Key, { anyOptions, out }: GuestOptions): boolean {
  try {
    const stamp = JSON.parse(readFileSync(stampFile, "utf8")) as { key: Key | "own"; sizes: Record<string, number> };
    if (!Object.entries(stamp.sizes).every(([name, size]) => statSync(join(out, name)).size === size)) return false;
    if (stamp.key === "own") return anyOptions;
    return stamp.key.builder === key.builder && (anyOptions || stamp.key.options === key.options);
  } catch {
    return false;
  }
}

/** A disk image that was written to since it was built is the user's: it is put aside, not overwritten. */
function putAside(image: string, stampFile: string, progress: (text: string) => void): void {
  if (!existsSync(image) || !existsSync(stampFile)) return;
  if (statSync(image).mtimeMs <= statSync(stampFile).mtimeMs) return;
  renameSync(image, `${image}.old`);
  progress(`the disk image that was there had been written to; it is now ${image}.old`);
}
