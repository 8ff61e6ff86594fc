// Debian packages of any architecture, fetched with the machine's own apt client (its mirror, proxy and keys) into a
// private cache folder, so that neither root nor the system's apt state is needed.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findTool, GuestError, run } from "./run.js";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const INDEX_AGE = 24 * 3600e3;

export class Apt {
  private readonly folder: string;
  private readonly options: string[];

  /**
   * @param arch Debian's name of the architecture
   * @param suite Debian release; default: the machine's own
   * @param cache folder that keeps indices and packages between runs
   */
  constructor(
    private readonly arch: string,
    cache: string,
    suite?: string,
  ) {
    if (!findTool("apt-get") || !findTool("dpkg-deb"))
      throw new GuestError(
        "this machine has no apt-get and dpkg-deb to fetch Debian packages with; bring your own kernel instead: " +
          "wasmachine guest --kernel FILE --initrd FILE",
      );
    const own = release();
    const codename = suite ?? own;
    this.folder = join(cache, `apt-${arch}-${codename}`);
    for (const name of ["lists/partial", "cache/archives/partial", "debs"])
      mkdirSync(join(this.folder, name), { recursive: true });
    const signed = existsSync(KEYRING) ? ` signed-by=${KEYRING}` : "";
    writeFileSync(join(this.folder, "status"), "");
    writeFileSync(join(this.folder, "sources.list"), `deb [arch=${arch}${signed}] ${mirror(own)} ${codename} main\n`);
    const settings: Record<string, string> = {
      "Dir::Etc::sourcelist": join(this.folder, "sources.list"),
      "Dir::Etc::sourceparts": "/dev/null",
      "Dir::State::lists": join(this.folder, "lists"),
      "Dir::State::status": join(this.folder, "status"),
      "Dir::Cache": join(this.folder, "cache"),
      "APT::Architecture": arch,
      "APT::Architectures": arch,
      "Acquire::Languages": "none",
      "Debug::NoLocking": "1",
    };
    if (process.getuid?.() === 0) settings["APT::Sandbox::User"] = "root";
    this.options = Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  }

  /** Downloads the package index unless that was done within a day. */
  update(): void {
    const stamp = join(this.folder, "stamp");
    if (existsSync(stamp) && Date.now() - statSync(stamp).mtimeMs < INDEX_AGE) return;
    run("apt-get", ["-q", ...this.options, "update"]);
    writeFileSync(stamp, "");
  }

  /** The names a package directly depends on, alternatives left out. */
  depends(name: string): string[] {
    const lines = run("apt-cache", [...this.options, "depends", "--important", name]).split("\n");
    return lines.flatMap((line) => /^ {2}(?:Pre)?Depends: ([^<\s]+)$/.exec(line)?.[1]?.replace(/:.*/, "") ?? []);
  }

  /** What a system of these packages (or apt's patterns, as '?essential') has, with all that they depend on, recommendations left out. */
  closure(names: readonly string[]): string[] {
    const question = ["-qq", "--print-uris", "--yes", "--no-install-recommends", "install", ...names];
    const lines = run("apt-get", [...this.options, ...question]).split("\n");
    return lines.flatMap((line) => /^'[^']+' ([^\s_]+)_/.exec(line)?.[1] ?? []);
  }

  /** Downloads packages that are not in the cache yet and returns the paths of their .deb files. */
  fetch(names: readonly string[], progress: (text: string) => void): string[] {
    const folder = join(this.folder, "debs");
    // not in the folder itself: apt leaves out what it finds there
    const listing = run("apt-get", [...this.options, "-qq", "download", "--print-uris", ...names], {
      cwd: this.folder,
    });
    const packages = listing.split("\n").flatMap((line) => {
      const match = /^'[^']+' (\S+) (\d+)/.exec(line);
      return match ? [{ file: join(folder, match[1]!), size: Number(match[2]) }] : [];
    });
    if (packages.length < names.length)
      throw new GuestError(`apt does not know all of these packages for ${this.arch}: ${names.join(" ")}`);
    packages.forEach(({ file, size }) => {
      if (existsSync(file) && statSync(file).size === size) return;
      const name = /([^/_]+)_[^/]*$/.exec(file)![1]!;
      progress(`downloading ${name} (${(size / 1e6).toFixed(1)} MB)`);
      run("apt-get", [...this.options, "-qq", "download", name], { cwd: folder });
    });
    return packages.map((p) => p.file);
  }
}

/** Unpacks a .deb file into a folder. */
export function unpackDeb(file: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  run("dpkg-deb", ["-x", file, folder]);
}

function release(): string {
  const text = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  const name = /^VERSION_CODENAME=(\S+)$/m.exec(text)?.[1];
  if (!name) throw new GuestError("cannot tell this machine's Debian release: /etc/os-release has no VERSION_CODENAME");
  return name;
}

/** The mirror the machine's own apt configuration uses for the release `own`. */
function mirror(own: string): string {
  const format = "$(REPO_URI) $(RELEASE) $(CODENAME)";
  const lines = run("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]).split("\n");
  const targets = lines.map((line) => line.split(" ")).filter((words) => words[0]);
  const found = targets.find(([, suite, codename]) => suite === own || codename === own) ?? targets[0];
  if (!found) throw new GuestError("this machine's apt configuration names no package mirror");
  return found[0]!;
}
