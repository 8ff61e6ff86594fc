// Documents lead to what there is: links between them, and every path of the repository that they name.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { stepsOf } from "./guide.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const documents = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(`${ROOT}docs`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
];

/** Folders whose files documents name by their whole path. */
const PATH = /`((?:src|core|tests|tools|bench|docs|examples|testing)\/[\w./-]*)`/g;

it.each(documents)("%s", (document) => {
  const whole = readFileSync(ROOT + document, "utf8");
  // What a guide makes is there only for who follows it.
  const made = stepsOf(whole).flatMap((step) => ("path" in step ? [step.path] : []));
  const text = whole.replaceAll(/^```[\s\S]*?^```$/gm, "");
  const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, to]) => join(dirname(document), to!));
  const paths = [...text.matchAll(PATH)].map(([, path]) => path!);
  const missing = [...links, ...paths].filter(
    (path) => !existsSync(ROOT + path) && !made.includes(path) && !path.includes("NAME"),
  );
  expect(missing).toEqual([]);
});
