// The recipes of the package's README: a project of its own with the package as npm would install it, and what serves it.

import { execFileSync } from "node:child_process";
import { cpSync, createReadStream, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, extname, join } from "node:path";
import { ROOT, temporaryFolder } from "../guest.js";
import { echo, writeKernel } from "../x86/multiboot.js";
import { type Browser, until } from "./browser.js";

const HELLO = "hello from the guest";

/** What a page does with the package; `from` is where it imports it from. */
export function program(library: string, terminal: string, options = ""): string {
  return `import { createMachine } from "${library}";
import { MachineTerminal } from "${terminal}";

const machine = createMachine({ arguments: "-kernel k", filesUrl: "pack/"${options} });
const terminal = new MachineTerminal(document.getElementById("terminal"));
terminal.connect(machine);
machine.start().catch((error) => {
  document.getElementById("error").textContent = error.message;
});
`;
}

export function html(script: string, stylesheet?: string): string {
  const link = stylesheet === undefined ? "" : `<link rel="stylesheet" href="${stylesheet}">`;
  return `<!doctype html><meta charset="utf-8"><title>recipe</title>${link}
<div id="terminal" style="height: 20em"></div><p id="error"></p>
<script type="module" src="${script}"></script>
`;
}

/** A folder with the package installed, and a guest in pack/ that says hello. */
export function project() {
  const folder = temporaryFolder();
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder.path];
  const [pack] = JSON.parse(execFileSync("npm", args, { cwd: ROOT, encoding: "utf8", stdio: "pipe" })) as [
    { filename: string },
  ];
  const installed = folder.file("node_modules/wasmachine");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", folder.file(pack.filename), "-C", installed, "--strip-components=1"]);
  for (const name of ["fflate", "fzstd"])
    symlinkSync(`${ROOT}node_modules/${name}`, folder.file(`node_modules/${name}`));
  mkdirSync(folder.file("pack"));
  writeKernel(folder.file("pack/k"), echo(`${HELLO}\r\n`));
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(folder.file(name)), { recursive: true });
    writeFileSync(folder.file(name), text);
  };
  const copy = (from: string, to: string): void => cpSync(folder.file(from), folder.file(to), { recursive: true });
  write("package.json", JSON.stringify({ type: "module" }));
  return { ...folder, write, copy };
}

export type Project = ReturnType<typeof project>;

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
};

/** As any server of static files serves a folder. */
export async function serveFolder(folder: string, headers: Readonly<Record<string, string>> = {}) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://any");
    const file = join(folder, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    const info = statSync(file, { throwIfNoEntry: false });
    if (!info?.isFile()) return void response.writeHead(404).end();
    const type = TYPES[extname(file)] ?? "application/octet-stream";
    response.writeHead(200, { ...headers, "content-type": type, "content-length": info.size });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => void server.close(),
  };
}

/** Opens a page of `program` and waits until its guest says hello. */
export async function works(browser: Browser, address: string): Promise<void> {
  await browser.open(address);
  const text = `(document.querySelector(".xterm-rows")?.innerText ?? "").replaceAll("\\u00a0", " ")`;
  const complaint = async (): Promise<string> =>
    `no hello: ${await browser.evaluate<string>(`document.getElementById("error").textContent + ${text}`)}`;
  await until(browser, `${text}.includes(${JSON.stringify(HELLO)})`, 60_000, complaint);
}
