// Chooses kernel modules out of an unpacked kernel package: a module needs those its .modinfo names under `depends`.
// The result carries the modules.dep and modules.alias that busybox's modprobe reads, made here because Debian's package
// leaves that to depmod at installation.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import xz from "xz-decompress";
import { modinfo } from "./modinfo.js";
import type { Tree } from "./tree.js";

export interface Module {
  /** As in lsmod: with underscores. */
  name: string;
  /** Below lib/modules/VERSION, without a compression suffix. */
  path: string;
  data: Uint8Array;
  depends: string[];
  aliases: string[];
}

/**
 * Reads `wanted` modules and all they depend on, dependencies first.
 * @param folder lib/modules/VERSION of the package
 * @returns the modules, and those of `wanted` that are neither there nor built in
 */
export async function chooseModules(
  folder: string,
  wanted: readonly string[],
): Promise<{ modules: Module[]; missing: string[] }> {
  const files = new Map<string, string>();
  for (const path of walk(folder, "")) {
    const match = /^(.+)\.ko(\.xz|\.gz|\.zst)?$/.exec(basename(path));
    if (match) files.set(normal(match[1]!), path);
  }
  const builtin = builtins(folder);
  const chosen = new Map<string, Module>();
  const missing: string[] = [];
  const add = async (name: string, asked: boolean): Promise<void> => {
    if (chosen.has(name)) return;
    const path = files.get(name);
    if (path === undefined) {
      if (asked && !builtin.has(name)) missing.push(name);
      return;
    }
    const data = await unpack(join(folder, path));
    const info = modinfo(data);
    const depends = (info.get("depends") ?? [])
      .flatMap((v) => v.split(","))
      .filter(Boolean)
      .map(normal);
    for (const dependency of depends) await add(dependency, false);
    chosen.set(name, {
      name,
      path: path.replace(/\.(xz|gz|zst)$/, ""),
      data,
      depends: depends.filter((d) => files.has(d)),
      aliases: info.get("alias") ?? [],
    });
  };
  for (const name of wanted) await add(normal(name), true);
  return { modules: [...chosen.values()], missing };
}

/** Puts the modules and modprobe's tables into a tree. */
export function installModules(tree: Tree, version: string, modules: readonly Module[]): void {
  const base = `lib/modules/${version}`;
  const byName = new Map(modules.map((m) => [m.name, m]));
  const all = (m: Module): Module[] =>
    [...new Set(m.depends.flatMap((d) => [byName.get(d)!, ...all(byName.get(d)!)]))].sort(
      (a, b) => modules.indexOf(b) - modules.indexOf(a),
    );
  let dep = "";
  let alias = "";
  for (const module of modules) {
    tree.file(`${base}/${module.path}`, module.data);
    dep += `${[`${module.path}:`, ...all(module).map((m) => m.path)].join(" ")}\n`;
    for (const a of module.aliases) alias += `alias ${a} ${module.name}\n`;
  }
  tree.file(`${base}/modules.dep`, dep);
  tree.file(`${base}/modules.alias`, alias);
  tree.file(`${base}/modules.symbols`, "");
}

function* walk(folder: string, under: string): Generator<string> {
  for (const entry of readdirSync(join(folder, under), { withFileTypes: true })) {
    const path = under ? `${under}/${entry.name}` : entry.name;
    if (entry.isDirectory()) yield* walk(folder, path);
    else if (entry.isFile()) yield path;
  }
}

function builtins(folder: string): Set<string> {
  try {
    const lines = readFileSync(join(folder, "modules.builtin"), "utf8").split("\n").filter(Boolean);
    return new Set(lines.map((line) => normal(basename(line, ".ko"))));
  } catch {
    return new Set();
  }
}

function normal(name: string): string {
  return name.trim().replaceAll("-", "_");
}

async function unpack(file: string): Promise<Uint8Array> {
  const bytes = readFileSync(file);
  if (file.endsWith(".xz")) {
    const stream = new xz.XzReadableStream(new Blob([bytes]).stream());
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }
  if (file.endsWith(".gz")) return gunzipSync(bytes);
  if (file.endsWith(".zst")) {
    const { decompress } = await import("fzstd");
    return decompress(bytes);
  }
  return bytes;
}
