// npm run guest: assembles a guest out of Debian packages.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bringGuest } from "./bring.js";
import { ARCHITECTURES, buildGuest } from "./build.js";
import { GuestError } from "./run.js";

const HELP = `npm run guest -- [OPTIONS]
Assembles a Linux guest out of Debian packages: kernel, initrd and a disk image (rootfs.bin).
  --arch A        ${Object.keys(ARCHITECTURES).join(", ")} (default amd64)
  --cloud         Debian's kernel for virtual machines instead of the standard one
  --out FOLDER    where to (default pack; with --cloud pack/ARCH-cloud)
  --size MIB      size of the disk image (default 256; the file is sparse)
  --suite NAME    Debian release (default: this machine's)
  --modules A,B   further kernel modules
  --python        python3 on the disk image
  --bench         the benchmark programs of bench/src, compiled with gcc
  --bench-src F   the same out of another folder
  --cache FOLDER  where packages are kept (default build/guest-cache)
  --kernel FILE   your own kernel instead of Debian's, with --initrd FILE and --disk FILE (a raw image)
  --force         build even if the guest is up to date
Without options it keeps a guest that is there, whatever it was built with.
`;

const repository = fileURLToPath(new URL("../../", import.meta.url));

async function main(): Promise<void> {
  const { values } = parseArgs({
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
      cache: { type: "string", default: join(repository, "build/guest-cache") },
      kernel: { type: "string" },
      initrd: { type: "string" },
      disk: { type: "string" },
      force: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const size = Number(values.size);
  if (!Number.isInteger(size) || size < 32)
    throw new GuestError(`--size ${values.size} is not a number of MiB from 32 on`);
  const bench = values["bench-src"] ?? (values.bench ? join(repository, "bench/src") : undefined);
  if (bench && !existsSync(bench)) throw new GuestError(`there is no folder ${bench} with benchmark sources`);
  const out = resolve(values.out ?? (values.cloud ? `pack/${values.arch}-cloud` : "pack"));
  const progress = (text: string) => console.log(`guest: ${text}`);
  if (values.kernel) {
    bringGuest({ kernel: values.kernel, initrd: values.initrd, disk: values.disk }, out, progress);
    return;
  }
  const built = await buildGuest(
    {
      ...{ arch: values.arch, cloud: values.cloud, python: values.python, suite: values.suite, force: values.force },
      ...{ out, size, bench, cache: resolve(values.cache), init: join(repository, "guests/init.sh") },
      anyOptions: process.argv.length === 2,
      modules: values.modules.split(",").filter(Boolean),
    },
    progress,
  );
  console.log(built ? `guest: ready in ${out}` : `guest: ${out} is up to date`);
}

main().catch((error: unknown) => {
  const known = error instanceof GuestError || (error instanceof TypeError && "code" in error);
  console.error(`guest: ${known || !(error instanceof Error) ? (error as Error).message : error.stack}`);
  process.exitCode = 1;
});
