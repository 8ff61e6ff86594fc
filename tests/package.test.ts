// What `npm pack` would publish: all that a user needs, none of what only we need, and it works where it is unpacked.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { assemble } from "../src/machines/virt/sbi/assembler.js";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

interface Manifest {
  version: string;
  dependencies: Record<string, string>;
  exports: Record<string, string | Record<string, string>>;
  bin: Record<string, string>;
}
const manifest = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as Manifest;

let folder: string;
let installed: string;
let files: string[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "package-"));
  // Without scripts: dist/ is built, and other tests are using it.
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const [pack] = JSON.parse(execFileSync("npm", args, { cwd: ROOT, encoding: "utf8", stdio: "pipe" })) as [
    { filename: string; files: { path: string }[] },
  ];
  files = pack.files.map(({ path }) => path);
  const modules = join(folder, "node_modules");
  installed = join(modules, "wasmachine");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", join(folder, pack.filename), "-C", installed, "--strip-components=1"]);
  for (const name of Object.keys(manifest.dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(`${ROOT}node_modules/${name}`, join(modules, name));
  }
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true }));

it("holds the engine, the program, the libraries and their types", () => {
  const entries = [
    ...Object.values(manifest.exports).flatMap((entry) => (typeof entry === "string" ? [entry] : Object.values(entry))),
    ...Object.values(manifest.bin),
  ];
  expect(files).toEqual(
    expect.arrayContaining([
      "package.json",
      "README.md",
      "LICENSE",
      "dist/core-x86_64.wasm",
      "dist/unpack.wasm",
      "dist/page/unpack.wasm",
      "dist/node/index.d.ts",
      ...entries.map((path) => posix.normalize(path.replace("*", "x86_64"))),
    ]),
  );
});

it("holds nothing else: no guest images, tests, sources or maps", () => {
  expect(
    files.filter(
      (path) => !/^(dist\/|src\/images\/\w+\.sh$|examples\/|README\.md$|LICENSE$|package\.json$)/.test(path),
    ),
  ).toEqual([]);
  expect(files.filter((path) => /\.test\.|\btesting\b|\.map$|tsbuildinfo|bzImage|initrd|rootfs/.test(path))).toEqual(
    [],
  );
});

it("has workers whose files do not import each other by name, and no word of source maps that are not there", () => {
  const texts = files
    .filter((path) => /\.(js|css)$/.test(path))
    .map((path): [string, string] => [path, readFileSync(join(installed, path), "utf8")]);
  expect(texts.filter(([, text]) => /[#@] sourceMappingURL=/.test(text)).map(([path]) => path)).toEqual([]);
  const workers = texts.filter(([path]) => /^dist\/page\/worker.*\.js$/.test(path));
  expect(workers.length).toBeGreaterThan(3);
  // Of other files by their names, which a bundler changes: by import declarations and expressions.
  for (const [path, worker] of workers)
    expect([path, /\b(from|import)\s*\(?\s*["'`]\.{0,2}\/[^"'`]*/.exec(worker)?.[0]]).toEqual([path, undefined]);
});

it("has the licences of all that the page's files are made of", () => {
  const text = readFileSync(join(installed, "dist/page/licences.txt"), "utf8");
  for (const name of ["wasmachine", "@xterm/xterm", "js-base64", "fflate", "fzstd", "assemblyscript"]) {
    expect(text).toMatch(new RegExp(`^${name} [\\d.]+ \\(`, "m"));
  }
});

it("has every module that its modules import", () => {
  const missing: string[] = [];
  for (const path of files.filter((name) => /\.js$/.test(name) && !name.startsWith("dist/page/"))) {
    const text = readFileSync(join(installed, path), "utf8");
    for (const [, name] of text.matchAll(/^(?:import|export)\b[^"';]*?\bfrom "([^"]+)";$|^import "[^"]+";$/gm)) {
      if (!name || name.startsWith("node:")) continue;
      const found = name.startsWith(".")
        ? files.includes(posix.join(posix.dirname(path), name))
        : Object.keys(manifest.dependencies).includes(name);
      if (!found) missing.push(`${path}: ${name}`);
    }
  }
  expect(missing).toEqual([]);
});

/** Modules that others of `folder` lead to from `entries`, by whatever names a file in the package. */
function reachable(folder: string, entries: readonly string[]): Set<string> {
  const found = new Set<string>();
  const visit = (path: string): void => {
    if (found.has(path) || !existsSync(join(folder, path))) return;
    found.add(path);
    const text = readFileSync(join(folder, path), "utf8");
    for (const [, name] of text.matchAll(/["'`](\.{1,2}\/[^"'`\n]+\.js)["'`]/g)) {
      visit(posix.join(posix.dirname(path), name!));
    }
  };
  for (const entry of entries) visit(posix.normalize(entry));
  return found;
}

/** Modules that nothing packed uses, and why they are there. */
const EXPECTED: readonly (readonly [path: RegExp, why: string])[] = [
  [/^dist\/(tier0\/uops|.*layout)\.js$/, "numbers that the core is compiled with"],
  [/^dist\/arch\/arch\.js$/, "registers by name: debuggers are to use it"],
  [/^dist\/machines\/virt\//, "a skeleton until a guest runs on it"],
  [/^dist\/devices\/storage\/pflash\//, "virt's flashes: no board has them yet"],
  [/^dist\/boot\/fdt\/unflatten\.js$/, "-dtb is to read trees"],
  [/^dist\/snapshot\/hash\.js$/, "two machines are compared by tests"],
];

it("has no module that only tests and tools use", () => {
  // The page's files are bundles: what they are made of is looked up where it was built.
  const page = ["index", "worker", "terminal/terminal"].map((name) => `dist/web/${name}.js`);
  const used = reachable(ROOT, [...Object.values(manifest.bin), "dist/node/index.js", ...page]);
  const unused = files.filter((path) => {
    if (!/\.js$/.test(path) || path.startsWith("dist/page/") || used.has(path)) return false;
    // Of types alone nothing is left but comments.
    const text = readFileSync(join(installed, path), "utf8");
    return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|export \{\};/g, "").trim() !== "";
  });
  expect(unused.filter((path) => !EXPECTED.some(([pattern]) => pattern.test(path)))).toEqual([]);
});

it.each(["x86_64", "riscv64"])("loads at most 400 KB of engine for a guest of %s, compressed", (guest) => {
  // The terminal is xterm.js for the most part, and not the engine's.
  const engine = ["wasmachine.js", "worker.js", `worker-${guest}.js`, `core-${guest}.wasm`, "unpack.wasm"];
  const sizes = engine.map((name) => gzipSync(readFileSync(join(installed, "dist/page", name))).length);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(400_000);
});

it("runs where it is unpacked", () => {
  const program = join(installed, manifest.bin["wasmachine-system-x86_64"]!);
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "-version"], {
    cwd: folder,
    encoding: "utf8",
  });
  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: `wasmachine emulator version ${manifest.version}\n`,
    stderr: "",
  });
  const script =
    'import { createMachine } from "wasmachine"; const m = createMachine({ arguments: "-version" });' +
    "process.stdout.write(await new Response(m.console.readable).text());";
  const embedded = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(embedded.stderr).toBe("");
  expect(embedded.stdout).toContain(manifest.version);
});

/** Writes a file by semihosting and leaves with status 7. */
const PROGRAM = `
  li a0, 1
  la a1, open
  call host
  la a1, write
  sd a0, 0(a1)
  li a0, 5
  call host
  li a0, 4
  la a1, text
  call host
  li a0, 0x20
  la a1, exit
  call host
host:
  .word 0x01f01013
  .word 0x00100073
  .word 0x40705013
  ret
  .align 8
open:
  .dword name
  .dword 4
  .dword 3
write:
  .dword 0
  .dword text
  .dword 5
exit:
  .dword 0x20026
  .dword 7
text:
  .ascii "hello"
  .word 0
name:
  .ascii "out"
`;

it("runs a program of riscv64, which writes a file where the user says so", () => {
  const program = join(installed, manifest.bin["wasmachine-system-riscv64"]!);
  writeFileSync(join(folder, "program"), assemble(PROGRAM, 0x8000_0000).bytes);
  const run = (target: string) => {
    const semihosting = `enable=on,target=${target},chardev=c`;
    const options = [
      ...["-bios", "program", "-display", "none", "-serial", "none", "-monitor", "none"],
      ...["-chardev", "stdio,id=c", "-semihosting-config", semihosting],
    ];
    return spawnSync(process.execPath, [program, ...options], { cwd: folder, encoding: "utf8", input: "" });
  };
  expect(run("auto")).toMatchObject({ status: 7, stdout: "hello", stderr: "" });
  expect(existsSync(join(folder, "out"))).toBe(false);
  expect(run("native")).toMatchObject({ status: 7, stdout: "hello", stderr: "" });
  expect(readFileSync(join(folder, "out"), "utf8")).toBe("hello");
});
