// Builds dist/page: the page, and the library for pages without a bundler. The folder (or the library's part of it) can be put anywhere:
// wasmachine.js, worker.js and what it loads (page-worker.mjs), core-x86_64.wasm and unpack.wasm; terminal.js and terminal.css; page.js.

import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { buildWorker, WORKER } from "./page-worker.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = join(root, "dist/page");
const web = join(root, "src/web");

/** Name of the file, and its first module. A module imports another of these as it stands beside it. */
const FILES = {
  "wasmachine.js": join(web, "index.ts"),
  "worker.js": join(web, "worker.ts"),
  "terminal.js": join(web, "terminal/terminal.ts"),
  "page.js": join(web, "page/page.ts"),
};
const COPIES = {
  "index.html": join(web, "page/index.html"),
  "page.css": join(web, "page/page.css"),
  "terminal.css": join(root, "node_modules/@xterm/xterm/css/xterm.css"),
};
for (const name of readdirSync(join(root, "dist"))) if (name.endsWith(".wasm")) COPIES[name] = join(root, "dist", name);

/** Folders of the packages whose code went into a file. */
const packages = new Set();

/** Leaves imports of the other files to the browser. */
function besides(own) {
  return {
    name: "besides",
    resolveId: {
      order: "pre",
      handler(source, importer) {
        if (!importer || !source.startsWith(".")) return;
        const path = join(dirname(importer), source.replace(/\.js$/, ".ts"));
        const name = Object.keys(FILES).find((file) => file !== own && FILES[file] === path);
        return name && { id: `./${name}`, external: true };
      },
    },
  };
}

async function bundle(name) {
  const build = await rolldown({
    input: FILES[name],
    platform: "browser",
    plugins: [besides(name)],
    resolve: { extensionAlias: { ".js": [".ts", ".js"] } },
    external: (id) => Object.keys(FILES).some((file) => id === `./${file}`),
  });
  const { output } = await build.write({
    file: join(out, name),
    format: "es",
    // Bundlers look for workers and files in the library: its words stay as they are, without comments and spaces.
    minify: name === "wasmachine.js" ? { compress: false, mangle: false, codegen: { removeWhitespace: true } } : true,
    codeSplitting: false,
  });
  await build.close();
  if (output.length !== 1) throw new Error(`${name} has become ${output.length} files`);
  notePackages(output[0].moduleIds);
}

/** Notes the packages that modules are from. */
function notePackages(moduleIds) {
  for (const id of moduleIds) {
    const at = id.lastIndexOf(`${sep}node_modules${sep}`);
    if (at >= 0) addPackage(/^(@[^/\\]+[/\\])?[^/\\]+/.exec(id.slice(at + "/node_modules/".length))[0]);
  }
}

/** Notes a package, and those that are part of what it ships. */
function addPackage(name) {
  const folder = join(root, "node_modules", name);
  packages.add(folder);
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  for (const part of Object.keys(dependencies)) addPackage(part);
}

/** The text of a package's licence, with its name. */
function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "license"].find((one) =>
    existsSync(join(folder, one)),
  );
  if (!file) throw new Error(`${name} has no text of its licence`);
  const notice = existsSync(join(folder, "NOTICE")) ? `\n${readFileSync(join(folder, "NOTICE"), "utf8").trim()}\n` : "";
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n${notice}`;
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const name of Object.keys(FILES)) if (name !== WORKER) await bundle(name);
const worker = { root, input: FILES[WORKER], plugins: [besides(WORKER)], minify: true };
for (const { name, code, moduleIds } of await buildWorker(worker)) {
  writeFileSync(join(out, name), code);
  notePackages(moduleIds);
}
for (const [name, from] of Object.entries(COPIES)) copyFileSync(from, join(out, name));
// core-x86_64.wasm has parts of AssemblyScript's library.
packages.add(join(root, "node_modules/assemblyscript"));
const texts = [root, ...[...packages].sort()].map(licenceOf);
writeFileSync(join(out, "licences.txt"), texts.join(`\n${"-".repeat(72)}\n\n`));
