// docs/api.md has every name that the package exports, and every member of what is exported.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { ROOT } from "../../testing/guest.js";

const read = (file: string): string => readFileSync(ROOT + file, "utf8");
const reference = read("docs/api.md");

it.each(["src/web/index.ts", "src/node/index.ts"])("every name of %s", (file) => {
  const own = read(file);
  expect(own).toMatch(/^export \* from "\.\.\/api\/public\.js";$/m);
  const exports = [
    ...(own + read("src/api/public.ts")).matchAll(/^export (?:type )?\{([^}]*)\}|^export function (\w+)/gm),
  ];
  const names = exports.flatMap(([, list, name]) =>
    name ? [name] : list!.split(",").map((one) => one.replace(/^\s*type /, "").trim()),
  );
  const wanted = names.filter((name) => name !== "");
  expect(wanted).toContain("createMachine");
  expect(wanted).toContain("MachineErrorCode");
  expect(wanted.filter((name) => !new RegExp(`\\b${name}\\b`).test(reference))).toEqual([]);
});

it("every member of every type", () => {
  const source = ["api", "streams", "services"].map((name) => read(`src/api/${name}.ts`)).join("\n");
  const members = [...source.matchAll(/^ {2}(?:readonly )?(\w+)(?=[?(:<])/gm)].map(([, name]) => name!);
  expect(members.length).toBeGreaterThan(60);
  expect(members.filter((name) => !new RegExp(`^\\| \`${name}[?(:<]`, "m").test(reference))).toEqual([]);
});
