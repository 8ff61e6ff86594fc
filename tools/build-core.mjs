// npm run build:core [-- --force]: compiles core/, unless what it is made of is what it was made of last time.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Products in dist/, and their first modules: a core for each guest, by the name that src/arch/FOLDER/type.ts gives it, and what unpacks
 *  kernels. */
const CORES = Object.fromEntries([
  ["unpack.wasm", "core/unpack/entry.ts"],
  ...readdirSync(join(root, "core/arch")).map((folder) => {
    const type = readFileSync(join(root, "src/arch", folder, "type.ts"), "utf8");
    return [`core-${/\bname: "(\w+)"/.exec(type)[1]}.wasm`, `core/arch/${folder}/entry.ts`];
  }),
]);
/** Whatever else decides what comes out. */
const COMPILER = ["core/asconfig.json", "core/load-signs.mjs", "node_modules/assemblyscript/package.json"];

/** The modules that `first` imports, itself included. */
function inputs(first) {
  const found = new Set();
  const visit = (file) => {
    if (found.has(file)) return;
    found.add(file);
    for (const [, name] of readFileSync(file, "utf8").matchAll(/\bfrom "(\.[^"]+)"/g)) {
      const path = resolve(dirname(file), name.replace(/\.js$/, ""));
      const module = [`${path}.ts`, join(path, "index.ts")].find((candidate) => existsSync(candidate));
      if (module) visit(module);
    }
  };
  visit(resolve(root, first));
  return [...found].sort();
}

/** Of what `product` is to be made of, and of what it is. */
function fingerprint(product, first) {
  const hash = createHash("sha256").update(readFileSync(fileURLToPath(import.meta.url)));
  for (const file of [...inputs(first), ...COMPILER.map((name) => join(root, name))]) {
    hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file));
  }
  const file = join(root, "dist", product);
  return hash.update(existsSync(file) ? readFileSync(file) : "").digest("hex");
}

mkdirSync(join(root, "build/core"), { recursive: true });
mkdirSync(join(root, "dist"), { recursive: true });
for (const [product, first] of Object.entries(CORES)) {
  const stamp = join(root, "build/core", `${product}.sha256`);
  const current = existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint(product, first);
  if (current && !process.argv.includes("--force")) continue;
  const asc = join(root, "node_modules/assemblyscript/bin/asc.js");
  const args = [first, "--config", "core/asconfig.json", "--transform", "./core/load-signs.mjs"];
  const { status } = spawnSync(process.execPath, [asc, ...args, "--outFile", `dist/${product}`], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, fingerprint(product, first));
}
