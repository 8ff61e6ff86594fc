// Programs of Debian that work in a root which a folder of the host is: what they make there is looked at from the host.

import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { join } from "node:path";
import { Emulator } from "../../testing/emulator.js";
import { GUEST, PROMPT, ROOT, TRIXIE_CLOUD, temporaryFolder } from "../../testing/guest.js";

const FOLDER = `${ROOT}build/tests/folder-root`;
const PACKAGES = "gcc,libc6-dev,make,git,apt";
/** What is installed by apt-get in the guest: it needs nothing that is not there. */
const INSTALLED = "ed";
const SMALL_FILES = 20_000;
const BOOT = 300_000;
const WORK = 3_000_000;

/** Why there is no such root: the rest of a sentence. */
export function noRoot(): string | undefined {
  if (process.getuid?.() !== 0) return "a root of Debian is made and shared by root";
  return spawnSync("mmdebstrap", ["--version"]).status === 0 ? undefined : "mmdebstrap is missing";
}

/** Debian with a compiler and git, and a repository with one package in /repository. Made once; 500 MB. */
export function makeRoot(): void {
  const root = join(FOLDER, "root");
  if (!fs.existsSync(root)) {
    const made = `${root}.new`;
    fs.rmSync(made, { recursive: true, force: true });
    fs.mkdirSync(FOLDER, { recursive: true });
    const release = /^VERSION_CODENAME=(\S+)$/m.exec(fs.readFileSync("/etc/os-release", "utf8"))![1]!;
    const options = ["--variant=minbase", `--include=${PACKAGES}`, "--components=main"];
    execFileSync("mmdebstrap", [...options, release, made], { stdio: ["ignore", 2, 2] });
    fs.renameSync(made, root);
  }
  const repository = join(root, "repository");
  if (fs.existsSync(`${repository}/Packages`)) return;
  fs.mkdirSync(repository, { recursive: true });
  execFileSync("apt-get", ["-qq", "-o", "APT::Sandbox::User=root", "download", INSTALLED], {
    cwd: repository,
    stdio: ["ignore", 2, 2],
  });
  const deb = fs.readdirSync(repository).find((name) => name.endsWith(".deb"))!;
  const bytes = fs.readFileSync(join(repository, deb));
  const control = execFileSync("dpkg-deb", ["-f", join(repository, deb)], { encoding: "utf8" });
  const sum = createHash("sha256").update(bytes).digest("hex");
  fs.writeFileSync(`${repository}/Packages`, `${control}Filename: ./${deb}\nSize: ${bytes.length}\nSHA256: ${sum}\n\n`);
}

export interface Work {
  readonly name: string;
  /** What is there before, made on the host. */
  prepare?(root: string): void;
  /** Commands in the guest. */
  readonly commands: readonly string[];
  /** What the host sees afterwards, if that is wrong. */
  check(root: string, said: string): string | undefined;
}

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 28 });

export const WORKS: readonly Work[] = [
  {
    name: "the build of a C project",
    prepare(root) {
      const project = join(root, "project");
      fs.mkdirSync(project);
      const names = Array.from({ length: 30 }, (_, i) => `part${i}`);
      for (const [i, name] of names.entries())
        fs.writeFileSync(`${project}/${name}.c`, `int ${name}(int x) { return x * ${i + 3} + ${i}; }\n`);
      const calls = names.map((name) => `x = ${name}(x) % 10007;`).join(" ");
      const declared = names.map((name) => `int ${name}(int);`).join(" ");
      fs.writeFileSync(
        `${project}/main.c`,
        `#include <stdio.h>\n${declared}\nint main(void) { int x = 1; ${calls} printf("%d\\n", x); }\n`,
      );
      fs.writeFileSync(
        `${project}/Makefile`,
        "parts := $(patsubst %.c,%.o,$(wildcard *.c))\nprogram: $(parts)\n\tcc -o $@ $^\n%.o: %.c\n\tcc -O1 -c -o $@ $<\n",
      );
    },
    commands: ["cd /project && make -j2 >/project/log 2>&1; tail -1 /project/log", "make; /project/program"],
    check(root, said) {
      const here = run("make", "-s", "-B", "-C", join(root, "project")) + run(join(root, "project/program"));
      return said.includes("'program' is up to date") && said.includes(`\n${here.trim()}\n`)
        ? undefined
        : `it says '${said}' and the host's '${here}'`;
    },
  },
  {
    name: "git clone of a local repository",
    commands: [
      "export HOME=/root; git config --global user.email a@b; git config --global user.name n; cd /usr && git init -q include",
      "cd /usr/include && git add . && git commit -q -m all && git gc -q && cd / && git clone -q /usr/include /cloned; echo cloned $?",
      "cd /cloned && git status --short | wc -l; git fsck --full 2>&1 | grep -c error",
    ],
    check(root, said) {
      const differ = spawnSync("diff", ["-r", "--no-dereference", "-x", ".git", "usr/include", "cloned"], {
        cwd: root,
        encoding: "utf8",
      });
      return differ.status === 0 && said.includes("cloned 0\n0\n0\n")
        ? undefined
        : `'${said}' ${differ.stdout.slice(0, 500)}`;
    },
  },
  {
    name: `tar of ${SMALL_FILES} small files`,
    prepare(root) {
      const small = join(root, "small");
      for (let i = 0; i < SMALL_FILES; i++) {
        if (i % 200 === 0) fs.mkdirSync(`${small}/${i / 200}`, { recursive: true });
        fs.writeFileSync(`${small}/${Math.floor(i / 200)}/file ${i}`, `${i}\n`.repeat(i % 300));
      }
    },
    commands: [
      "cd / && tar cf /small.tar small; echo packed $?",
      "mkdir /again && cd /again && tar xf /small.tar; echo unpacked $?",
      "find /again -type f | wc -l",
    ],
    check(root, said) {
      const differ = spawnSync("diff", ["-r", "small", "again/small"], { cwd: root, encoding: "utf8" });
      const listed =
        run("tar", "tf", join(root, "small.tar"))
          .split("\n")
          .filter((name) => !name.endsWith("/")).length - 1;
      const right =
        said.includes(`packed 0\nunpacked 0\n${SMALL_FILES}\n`) && listed === SMALL_FILES && differ.status === 0;
      return right ? undefined : `'${said}', ${listed} in the archive, ${differ.stdout.slice(0, 500)}`;
    },
  },
  {
    name: "apt-get install into a shared root",
    commands: [
      "rm -f /etc/apt/sources.list.d/*; echo 'deb [trusted=yes] file:/repository ./' >/etc/apt/sources.list",
      "export DEBIAN_FRONTEND=noninteractive; apt-get -q -o APT::Sandbox::User=root update >/log 2>&1; echo updated $?",
      `apt-get -q -y -o APT::Sandbox::User=root install ${INSTALLED} >>/log 2>&1; echo installed $?`,
      `printf 'a\\nhello\\n.\\n,s/l/L/gp\\nQ\\n' | ed -s; dpkg --audit; dpkg -V ${INSTALLED}`,
    ],
    check(root, said) {
      if (!said.includes("updated 0\ninstalled 0\nheLLo\n")) {
        return `'${said}': ${fs.readFileSync(join(root, "log"), "utf8").slice(-2000)}`;
      }
      const listed = run("dpkg-query", `--admindir=${join(root, "var/lib/dpkg")}`, "-s", INSTALLED);
      return listed.includes("Status: install ok installed") ? undefined : `the host sees '${listed}'`;
    },
  },
];

/** Runs one of them over a protocol; answers what was wrong. */
export async function work(
  protocol: "9p" | "virtiofs",
  { prepare, commands, check, name }: Work,
): Promise<string | undefined> {
  const folder = temporaryFolder();
  const root = folder.file("root");
  execFileSync("cp", ["-a", join(FOLDER, "root"), root]);
  prepare?.(root);
  const guest = protocol === "9p" ? GUEST : TRIXIE_CLOUD;
  const device = protocol === "9p" ? "virtio-9p-pci,fsdev=r,mount_tag=r" : "virtio-fs-pci,fsdev=r,tag=r";
  const emulator = Emulator.run([
    ...["-nographic", "-m", "1G", "-kernel", `${guest}/bzImage`, "-initrd", `${guest}/initrd`],
    ...["-append", "console=ttyS0 loglevel=3"],
    ...["-fsdev", `local,id=r,path=${root},security_model=passthrough`, "-device", device],
  ]);
  try {
    await emulator.waitFor(PROMPT, BOOT);
    const mount =
      protocol === "9p"
        ? "modprobe -a 9pnet_virtio 9p; mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose r /r"
        : "mount -t virtiofs r /r";
    const shell = (command: string): Promise<string> => emulator.shell(command, WORK);
    await shell(`mkdir /r; ${mount}; for d in dev proc sys; do mount -o bind /$d /r/$d; done`);
    // The programs' root is the folder from here on.
    emulator.type("exec chroot /r /bin/sh\n");
    await shell("export PATH=/usr/sbin:/usr/bin:/sbin:/bin PS1='# '");
    let said = "";
    for (const command of commands) said += await shell(command);
    await shell("cd /; sync");
    const wrong = check(root, said);
    return wrong && `${name} over ${protocol}: ${wrong}`;
  } finally {
    emulator.close();
    folder.remove();
  }
}
