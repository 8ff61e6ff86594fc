// Once before all tests: builds what has changed, and installs missing programs where that can be done (root, apt). Where
// it cannot, one sentence names the packages; the tests that need them fail with the same names.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { once } from "../testing/once.js";
import { PROGRAMS } from "../testing/programs.js";
import { buildToy } from "../testing/toy/build.js";

const root = fileURLToPath(new URL("..", import.meta.url));

export default function setup(): void {
  once("BUILD", () => {
    build();
    buildToy();
    installPrograms();
  });
}

/** Only what has changed is built: seconds, where nothing has. */
function build(): void {
  if (spawnSync("npm", ["run", "-s", "build"], { cwd: root, stdio: ["ignore", 2, 2] }).status !== 0) {
    throw new Error("npm run build failed: see above");
  }
}

function missingPackages(): string[] {
  const missing = Object.values(PROGRAMS).filter(({ path }) => !existsSync(path));
  return [...new Set(missing.map((program) => program.package))];
}

function installPrograms(): void {
  const packages = missingPackages();
  if (packages.length === 0) return;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    console.error(`tests: installing ${packages.join(", ")} ...`);
    const apt = (...args: string[]): void => {
      spawnSync("apt-get", ["-qq", "-y", "-o", "DPkg::Lock::Timeout=300", ...args], {
        stdio: ["ignore", "ignore", 2],
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      });
    };
    apt("update");
    apt("install", "--no-install-recommends", ...packages);
  }
  const left = missingPackages();
  if (left.length > 0)
    console.error(`tests: Debian packages are missing, install them as root: apt-get install ${left.join(" ")}`);
}
