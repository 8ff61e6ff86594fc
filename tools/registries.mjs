// Writes the lists of what there is out of the folders: a folder under src/devices, src/machines or src/arch with a type.ts is in them. Part of
// the build, so that a device or a machine is added in its own folder and nowhere else.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** What a type.ts exports, and the list of all that do. */
const KINDS = {
  device: "DEVICE_TYPES",
  transport: "TRANSPORT_TYPES",
  machine: "MACHINE_TYPES",
  guest: "GUEST_TYPES",
};

/** Where the list of a folder of src/ lies: in it, but for that of guests, which know nothing of each other. */
const LISTS = { devices: "devices", machines: "machines", arch: "guests" };

/** The text of the list of a folder, for one that lies at `path` from it. */
export function listOf(folder, path = ".") {
  const imports = [];
  const lists = new Map();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name === "type.ts")
    .map((entry) =>
      join(entry.parentPath ?? entry.path, entry.name)
        .slice(folder.length)
        .replaceAll("\\", "/"),
    )
    .sort();
  for (const file of files) {
    const match = /^export const (\w+) = /m.exec(readFileSync(join(folder, file), "utf8"));
    if (!match || !KINDS[match[1]])
      throw new Error(`${folder}${file} exports none of ${Object.keys(KINDS).join(", ")}`);
    const name = file.slice(1, -"/type.ts".length).replaceAll(/[^A-Za-z0-9]+(.)/g, (_, letter) => letter.toUpperCase());
    imports.push(`import { ${match[1]} as ${name} } from "${path}${file.replace(/\.ts$/, ".js")}";`);
    lists.set(match[1], [...(lists.get(match[1]) ?? []), name]);
  }
  const exported = [...lists].map(
    ([kind, names]) =>
      `// biome-ignore format: made\nexport const ${KINDS[kind]} = [\n${names.map((name) => `  ${name},\n`).join("")}] as const;`,
  );
  const head =
    "// Made by tools/registries.mjs out of the folders: every one with a type.ts is here. Not to be changed by hand.\n\n";
  return `${head}${imports.join("\n")}\n\n${exported.join("\n\n")}\n`;
}

function src(folder) {
  return fileURLToPath(new URL(`../src/${folder}`, import.meta.url));
}

function write(folder, into) {
  const file = join(src(into), "list.ts");
  const text = listOf(src(folder), folder === into ? "." : `../${folder}`);
  let old = "";
  try {
    old = readFileSync(file, "utf8");
  } catch {}
  if (text !== old) writeFileSync(file, text);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const [folder, into] of Object.entries(LISTS)) write(folder, into);
}
