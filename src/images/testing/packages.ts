// Single files out of Debian packages: systems that are one file, for tests.

import { existsSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { Apt, unpackDeb } from "../apt.js";
import { GuestError } from "../run.js";

/**
 * The path of a file of a package of this machine's own release, fetched and unpacked unless it is there.
 * @param file its path in the package, without the slash at its beginning
 * @param cache folder that keeps indices and packages between runs
 */
export function packageFile(
  arch: string,
  name: string,
  file: string,
  cache: string,
  progress: (text: string) => void,
): string {
  const apt = new Apt(arch, cache);
  apt.update();
  const [deb] = apt.fetch([name], progress);
  const folder = join(cache, "unpacked", basename(deb!, ".deb"));
  const path = join(folder, file);
  if (!existsSync(path)) {
    rmSync(folder, { recursive: true, force: true });
    unpackDeb(deb!, folder);
  }
  if (!existsSync(path)) throw new GuestError(`package ${name} has no file /${file}`);
  return path;
}
