// Builds the page's worker: worker.js, which every machine loads, and files beside it, which a machine loads when it has what they are for.
// A bundler gives files names of its own, so that none can import another by name: worker.js knows the addresses of the others, and
// they find in a global of the worker what they share with it.

import { relative, sep } from "node:path";
import { rolldown } from "rolldown";

/** File for these files, for what is below these folders, and for what nothing but it uses. What stands in no line is worker.js's. */
const PARTS = {
  x86_64: ["src/arch/x86", "src/machines/pc"],
  riscv64: ["src/arch/riscv", "src/machines/virt", "src/machines/spike"],
  network: ["src/net", "src/devices/virtio/net"],
  folders: ["src/devices/virtio/9p", "src/devices/virtio/fs", "src/fs", "src/api/server/folders.ts"],
  disks: ["src/block/formats", "src/devices/storage"],
  states: ["src/snapshot/file"],
  unpack: ["node_modules/fflate", "node_modules/fzstd"],
};

/** Name of the global: the functions that load a file, by its name, and what worker.js exports to the files. */
const GLOBAL = "self.wasmachine";
const ENTRY = "\0entry";
const ENTRY_FILE = "entry.js";
/** The file that a page starts. */
export const WORKER = "worker.js";
const RUNTIME = "rolldown-runtime.js";

/**
 * Resolves with the files' names, texts and modules.
 * @param {{ root: string, input: string, plugins: object[], minify: unknown }} what
 */
export async function buildWorker({ root, input, plugins, minify }) {
  const graph = await readGraph({ root, input, plugins });
  const parts = partition(root, graph, input);
  const build = await rolldown({
    input: ENTRY,
    preserveEntrySignatures: "allow-extension",
    platform: "browser",
    plugins: [...plugins, entry(input, parts)],
    checks: { ineffectiveDynamicImport: false },
    resolve: { extensionAlias: { ".js": [".ts", ".js"] } },
  });
  const { output } = await build.generate({
    format: "es",
    minify,
    entryFileNames: ENTRY_FILE,
    chunkFileNames: "[name].js",
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        ...Object.keys(PARTS).map((name) => ({ name: `worker-${name}`, test: (id) => parts.get(id) === name })),
        { name: "worker", test: (id) => id !== ENTRY && !parts.has(id) },
      ],
    },
  });
  await build.close();
  const runtime = output.find(({ fileName }) => fileName === RUNTIME)?.code;
  const files = output.filter(({ fileName }) => fileName !== ENTRY_FILE && fileName !== RUNTIME);
  const names = files.map(({ fileName }) => fileName);
  const unknown = names.filter((name) => name !== WORKER && !Object.keys(PARTS).some((part) => name === fileOf(part)));
  if (unknown.length > 0)
    throw new Error(`the page's worker has become files that nobody named: ${unknown.join(", ")}`);
  return files.map(({ fileName, code, moduleIds }) => {
    const text = loadByGlobal(withRuntime(code, runtime));
    return {
      name: fileName,
      code: fileName === WORKER ? finishWorker(text, names) : finishPart(fileName, text),
      moduleIds,
    };
  });
}

const fileOf = (part) => `worker-${part}.js`;

/** Which modules each module imports: at once, and by import(). */
async function readGraph({ input, plugins }) {
  const graph = new Map();
  const reader = {
    name: "graph",
    buildEnd() {
      for (const id of this.getModuleIds()) {
        const { importedIds, dynamicallyImportedIds } = this.getModuleInfo(id);
        graph.set(id, { now: importedIds, later: dynamicallyImportedIds });
      }
    },
  };
  const build = await rolldown({
    input,
    platform: "browser",
    plugins: [...plugins, reader],
    checks: { ineffectiveDynamicImport: false },
    resolve: { extensionAlias: { ".js": [".ts", ".js"] } },
  });
  await build.generate({ format: "es" });
  await build.close();
  return graph;
}

/** The file of each module that is not worker.js's: what several files use is worker.js's. */
function partition(root, graph, input) {
  const named = (id) => {
    const path = relative(root, id).replaceAll(sep, "/");
    return Object.keys(PARTS).find((part) =>
      PARTS[part].some((folder) => path === folder || path.startsWith(`${folder}/`)),
    );
  };
  /** Follows what is imported at once. */
  const reach = (from, to) => {
    if (to.has(from)) return;
    to.add(from);
    for (const id of graph.get(from)?.now ?? []) reach(id, to);
  };
  const always = new Set();
  reach(input, always);
  const users = new Map();
  const roots = new Set([...graph.values()].flatMap(({ later }) => later));
  for (const id of roots) {
    const part = named(id);
    if (part === undefined) reach(id, always);
  }
  for (const id of roots) {
    const part = named(id);
    if (part === undefined) continue;
    const used = new Set();
    reach(id, used);
    for (const module of used) users.set(module, (users.get(module) ?? new Set()).add(part));
  }
  const parts = new Map();
  for (const [id, of] of users) if (of.size === 1 && !always.has(id)) parts.set(id, [...of][0]);
  parts.shared = [...users.keys(), ...roots].filter((id) => !parts.has(id));
  return parts;
}

/** The worker's first module: it imports what several files share, so that it stands in worker.js. */
function entry(input, parts) {
  return {
    name: "entry",
    resolveId: (id) => (id === ENTRY ? id : undefined),
    load: (id) =>
      id === ENTRY ? [...parts.shared, input].map((path) => `import ${JSON.stringify(path)};`).join("\n") : undefined,
  };
}

// Rolldown writes `import{b as c,...}from"./FILE.js"` first, `export{a as b,...}` last, and `import("./worker-NAME.js")` in between.

const importOf = (name) =>
  new RegExp(`import\\s*\\{([^}]*)\\}\\s*from\\s*["'\`]\\./${name.replaceAll(".", "\\.")}["'\`];?`);
const EXPORTS = /export\s*\{([^}]*)\};?\s*$/;
/** `a as b,c` as what takes them out of an object. */
const pattern = (list) => `{${list.replaceAll(/\s+as\s+/g, ":")}}`;
/** `a as b,c` as the object that has them. */
const object = (list) => `{${list.replaceAll(/([^\s,]+)\s+as\s+([^\s,]+)/g, "$2:$1")}}`;

/** Puts Rolldown's own few functions, a file otherwise, into the files that use them. */
function withRuntime(code, runtime) {
  return code.replace(importOf(RUNTIME), (_, list) => {
    const body = runtime.replace(EXPORTS, (__, own) => `return${object(own)}`);
    return `const${pattern(list)}=(()=>{${body}})();`;
  });
}

const loadByGlobal = (code) =>
  code
    .replaceAll(/\bimport\(["'`]\.\/(worker-\w+\.js)["'`]\)/g, `${GLOBAL}["$1"]()`)
    .replaceAll(/\bimport\(["'`]\.\/worker\.js["'`]\)/g, `Promise.resolve(${GLOBAL})`);

/** What throws the error that src/api/errors.ts knows by its name. */
const failure = (name) =>
  `e=>{throw Object.assign(Error("could not load "+u+": "+e.message+" (${name} belongs beside worker.js)"),{name:"PartError",url:u})}`;

function finishWorker(code, names) {
  const loaders = names
    .filter((name) => name !== WORKER)
    .map(
      (name) =>
        // Written out, because that is how bundlers recognise a file; and told to leave import() as it is.
        `"${name}":()=>{const u=new URL("./${name}",import.meta.url).href;` +
        `return import(/* webpackIgnore: true *//* @vite-ignore */u).catch(${failure(name)})}`,
    );
  const text = code.replace(EXPORTS, (_, list) => `Object.assign(${GLOBAL},${object(list)});`);
  return `${GLOBAL}={${loaders.join(",")}};${text}`;
}

function finishPart(name, code) {
  const text = code.replace(importOf(WORKER), (_, list) => `const${pattern(list)}=${GLOBAL};`);
  const left = /(^|[;}])import\s*[{"'`*]/.exec(text);
  if (left) throw new Error(`${name} imports another file than ${WORKER}: ${text.slice(left.index, left.index + 80)}`);
  return text;
}
