// The graph of imports of all our own files, types and dynamic imports included.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { ROOT } from "../../testing/guest.js";

const FOLDERS = ["src", "core", "testing", "tests", "bench", "tools", "examples"];

/** `import ... from`, `export ... from`, an import for its effects, and an import while the program runs. */
const IMPORT =
  /^\s*(?:import|export)\b[^;"'`]*?\bfrom\s*["'](\.[^"']*)["']|^\s*import\s*["'](\.[^"']*)["']|\bimport\(\s*["'](\.[^"']*)["']/gm;

/** What each file imports. Paths are from the root. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

export function importGraph(): Graph {
  const files = new Set(FOLDERS.flatMap(sources));
  const graph = new Map<string, Set<string>>();
  for (const file of files) {
    const imports = new Set<string>();
    for (const [, from, effects, dynamic] of readFileSync(join(ROOT, file), "utf8").matchAll(IMPORT)) {
      const target = normalize(join(dirname(file), (from ?? effects ?? dynamic)!));
      const found = [target, target.replace(/\.js$/, ".ts"), `${target}.ts`].find((path) => files.has(path));
      if (found !== undefined) imports.add(found);
    }
    graph.set(file, imports);
  }
  return graph;
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
    .map((entry) => join(entry.parentPath, entry.name).slice(normalize(ROOT).length));
}

/** A way from each file of a circle back to it; none where there is no circle. */
export function circles(graph: Graph): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (file: string): void => {
    const begun = way.indexOf(file);
    if (begun >= 0) found.push([...way.slice(begun), file].join(" -> "));
    if (begun >= 0 || done.has(file)) return;
    way.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    way.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return found;
}

/** What a file imports, and what that imports in turn. */
export function reached(graph: Graph, file: string): string[] {
  const found = new Set<string>();
  const visit = (one: string): void => {
    for (const next of graph.get(one) ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      visit(next);
    }
  };
  visit(file);
  return [...found];
}
