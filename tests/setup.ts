// Once before all tests: builds what is missing, and installs missing programs where that can be done (root, apt). Where
// it cannot, the tests that need them say which package they miss.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PROGRAMS } from "./programs.js";

const root = fileURLToPath(new URL("..", import.meta.url));

export default function setup(): void {
  build();
  installPrograms();
}

function build(): void {
  const products = ["core.wasm", "node/cli.js", "guests/cli.js"];
  if (products.every((file) => existsSync(`${root}dist/${file}`))) return;
  if (spawnSync("npm", ["run", "-s", "build"], { cwd: root, stdio: "inherit" }).status !== 0) {
    throw new Error("npm run build failed: see above");
  }
}

function installPrograms(): void {
  const missing = Object.values(PROGRAMS).filter(({ path }) => !existsSync(path));
  if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  const packages = [...new Set(missing.map((program) => program.package))];
  console.log(`installing ${packages.join(", ")}`);
  const apt = (...args: string[]): void => {
    spawnSync("apt-get", ["-qq", "-y", "-o", "DPkg::Lock::Timeout=300", ...args], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  };
  apt("update");
  apt("install", "--no-install-recommends", ...packages);
}
