// After tsc -b: products of sources that are gone leave dist/, or they would be packed and found by what still imports them.

import { existsSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

for (const path of readdirSync(`${root}dist`, { recursive: true, encoding: "utf8" })) {
  const source = path.replace(/(\.d\.ts|\.js)(\.map)?$/, "");
  if (source === path || path.startsWith("page")) continue;
  if (!existsSync(`${root}src/${source}.ts`)) rmSync(`${root}dist/${path}`);
}
