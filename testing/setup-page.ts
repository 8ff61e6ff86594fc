// Once before tests that open the page: builds it.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { once } from "./once.js";

const root = fileURLToPath(new URL("..", import.meta.url));

export default function setup(): void {
  once("PAGE", buildPage);
}

function buildPage(): void {
  const { status } = spawnSync("npm", ["run", "-s", "build:page"], { cwd: root, stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error("the page cannot be built: see above");
}
