// npm run docs: writes the generated parts of the documents. tests/house looks whether they are up to date.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { generated } from "./docs/parts.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

for (const { file, text } of generated()) {
  if (readFileSync(ROOT + file, "utf8") === text) continue;
  writeFileSync(ROOT + file, text);
  console.log(`${file}: written`);
}
