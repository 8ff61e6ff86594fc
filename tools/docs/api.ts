// docs/api.md: the types that the package exports, with what their comments say.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cell, code } from "./options.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SOURCES = ["src/api/api.ts", "src/api/streams.ts", "src/api/services.ts"];

/** A comment and what it is of. */
const COMMENT = String.raw`(?:^( *)\/\*\*([\s\S]*?)\*\/\n)?`;
const DECLARATION = new RegExp(
  `${COMMENT}^export (?:interface (\\w+)(?: extends (\\w+))? \\{\\n([\\s\\S]*?)^\\}|type (\\w+) =( \\{\\n[\\s\\S]*?^\\}|[\\s\\S]*?);$)`,
  "gm",
);
const MEMBER = new RegExp(`${COMMENT}^ {2}(?! )(?:readonly )?([\\w]+)(.*(?:\\n {4}.*|\\n {2}\\).*)*);$`, "gm");

export function apiReference(): string {
  const types = SOURCES.flatMap((file) => declarations(readFileSync(ROOT + file, "utf8")));
  return [...types, ...errors(), ...unavailable()].join("\n").trimEnd();
}

function declarations(source: string): string[] {
  return [...source.matchAll(DECLARATION)].flatMap(([, , comment, name, base, body, alias, type]) => {
    if (alias) return [`## ${alias}`, "", ...paragraph(comment), ...typeLines(type!)];
    const besides = base ? [`All of ${code([base])}, and:`, ""] : [];
    return [`## ${name}`, "", ...paragraph(comment), ...besides, ...members(body!)];
  });
}

/** A type of members is a table like an interface's. */
function typeLines(type: string): string[] {
  const object = /^ \{\n([\s\S]*)\}$/.exec(type);
  return object ? members(object[1]!) : ["```ts", type.trim().replaceAll(/\n {2}/g, "\n"), "```", ""];
}

function members(body: string): string[] {
  const rows = [...body.matchAll(MEMBER)].map(
    ([, , comment, name, rest]) => `| ${code([name! + oneLine(rest!)])} | ${cell(prose(comment))} |`,
  );
  return ["| member | |", "| --- | --- |", ...rows, ""];
}

/** The codes of MachineError, which its comment lists. */
function errors(): string[] {
  const source = readFileSync(`${ROOT}src/machine/host.ts`, "utf8");
  const comment = /\/\*\*([^/]*?)\*\/\nexport type MachineErrorCode/.exec(source)![1];
  const rows = prose(comment)
    .replace(/\.$/, "")
    .split("; ")
    .map((part) => /^(\w+): (.*)$/.exec(part)!)
    .map(([, name, text]) => `| ${code([name!])} | ${cell(text!)} |`);
  return [
    ...["## MachineError", "", "An `Error` whose message is one sentence for the user, with `code` (a"],
    ...["`MachineErrorCode`), `url` (of the file it is about, in a page) and `cause`.", ""],
    ...["| code | what it is about |", "| --- | --- |", ...rows, ""],
  ];
}

/** What answers ERR_UNAVAILABLE: the client says each. */
function unavailable(): string[] {
  const source = readFileSync(`${ROOT}src/api/client/services.ts`, "utf8");
  const constants = new Map([...source.matchAll(/^const (\w+) = "(.*)";$/gm)].map(([, name, text]) => [name, text]));
  const calls = source.matchAll(/\b(?:refuse|unavailable)\(\s*[`"'](.*?)[`"'],\s*(?:"(.*?)"|'(.*?)'|(\w+)),?\s*\)/g);
  const rows = [...calls].map(([, name, double, single, constant]) => {
    const shown = name!.replaceAll(/\$\{(\w+)\}/g, "$1").replaceAll('"', "");
    return `| ${code([shown])} | ${cell(double ?? single ?? constants.get(constant!)!)} |`;
  });
  return [
    ...["## Not there yet", "", "These throw, or reject with, `ERR_UNAVAILABLE`:", ""],
    ...["| call | instead |", "| --- | --- |", ...rows],
  ];
}

function paragraph(comment: string | undefined): string[] {
  return comment === undefined ? [] : [prose(comment), ""];
}

/** A comment without its stars, in one line. */
function prose(comment: string | undefined): string {
  return (comment ?? "")
    .split("\n")
    .map((line) => line.replace(/^\s*\*? ?/, "").trim())
    .filter((line) => line !== "")
    .join(" ");
}

function oneLine(text: string): string {
  return text
    .replaceAll(/\s*\n\s*/g, " ")
    .replace("( ", "(")
    .replace(", )", ")");
}
