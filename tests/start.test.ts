// npm start before it builds anything: help, wrong options, ports that are taken, a second one.

import { spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Another server, of this program or not. */
async function portOf(name: string): Promise<number> {
  const server = createServer((_request, response) => response.writeHead(200, { server: name }).end());
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

function start(...args: string[]): Promise<{ status: number | null; out: string; error: string }> {
  const child = spawn(process.execPath, ["tools/start.mjs", ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let error = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    error += chunk;
  });
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, out, error })));
}

it.each(["--help", "-h"])("says what it takes: %s", async (option) => {
  const { status, out, error } = await start(option);
  expect({ status, error }).toEqual({ status: 0, error: "" });
  expect(out).toMatch(/^npm start \[-- OPTIONS\][\s\S]*--port N[\s\S]*--pack FOLDER/);
});

it.each([
  [["--prot", "1"], /^start: Unknown option '--prot'/],
  [["--port", "many"], /^start: --port many: must be a number/],
  [["--port", "70000"], /^start: --port 70000: must be a number/],
])("refuses %j in one sentence", async (args, sentence) => {
  const { status, out, error } = await start(...args);
  expect({ status, out }).toEqual({ status: 1, out: "" });
  expect(error).toMatch(sentence);
  expect(error).not.toMatch(/\n\s+at /);
});

it("names a port that is taken and the way out", async () => {
  const port = await portOf("another");
  const { status, error } = await start("--port", String(port));
  expect(status).toBe(1);
  expect(error).toBe(
    `start: port ${port} is taken by another program: --port N takes another one, --port 0 any that is free\n`,
  );
});

it("says where the page is when it is served already", async () => {
  const port = await portOf("wasmachine");
  const { status, out } = await start("--port", String(port));
  expect(status).toBe(0);
  expect(out).toBe(`wasmachine is at http://127.0.0.1:${port}/ already (-- --port 0 serves it once more)\n`);
});
