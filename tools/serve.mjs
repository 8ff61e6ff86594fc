// node tools/serve.mjs [OPTIONS], with --help for their list.
// Serves the built page (dist/page), guests (/pack/: pack or FOLDER) and examples: with byte ranges, gzip and, unless --no-isolation is
// given, the headers that make a page cross-origin isolated. Prints the address it serves at.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";
import { pipeline } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { createGzip } from "node:zlib";

const root = fileURLToPath(new URL("..", import.meta.url));
const FOLDERS = {
  "/examples/": join(root, "examples"),
  "/": join(root, "dist/page"),
};
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".txt": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};
/** Compressed already: kernels and initrds. */
const PACKED = /^(bzImage|initrd|vmlinuz)|\.(gz|xz|zst|png)$/;
/** By which a second server knows this one. */
const SERVER = "wasmachine";
const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
};

/** The file a request is for; undefined for what lies outside the folders. */
function locate(url, pack) {
  let path;
  try {
    path = decodeURIComponent(new URL(url, "http://localhost").pathname);
  } catch {
    return undefined;
  }
  for (const [prefix, folder] of [["/pack/", pack], ...Object.entries(FOLDERS)]) {
    if (!path.startsWith(prefix)) continue;
    const file = normalize(join(folder, path.slice(prefix.length)));
    if (file !== folder && !file.startsWith(folder + sep)) return undefined;
    return path.endsWith("/") ? join(file, "index.html") : file;
  }
}

/** The range of bytes asked for: undefined for all, false when it cannot be satisfied. */
function rangeOf(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return undefined;
  const start = match[1] === "" ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === "" || match[2] === "" ? size - 1 : Math.min(size - 1, Number(match[2]));
  return start <= end ? { start, end } : false;
}

async function answer(request, response, options) {
  const fail = (status, text) => response.writeHead(status, { "content-type": "text/plain" }).end(`${text}\n`);
  if (request.method !== "GET" && request.method !== "HEAD") return fail(405, "Method not allowed");
  const file = locate(request.url, options.pack);
  const info = file && (await stat(file).catch(() => undefined));
  if (!info?.isFile()) return fail(404, "Not found");
  const etag = `"${info.size.toString(16)}-${info.mtimeMs.toString(16)}"`;
  const headers = {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    "cache-control": "no-cache",
    "accept-ranges": "bytes",
    "x-file-size": info.size,
    vary: "accept-encoding",
    server: SERVER,
    etag,
    ...(options.isolated ? ISOLATION : {}),
  };
  if (request.headers["if-none-match"] === etag) return response.writeHead(304, headers).end();
  const range = rangeOf(request.headers.range, info.size);
  if (range === false) return response.writeHead(416, { "content-range": `bytes */${info.size}` }).end();
  const name = file.slice(file.lastIndexOf(sep) + 1);
  const gzip =
    options.gzip &&
    !range &&
    info.size > 1024 &&
    !PACKED.test(name) &&
    /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
  if (gzip) headers["content-encoding"] = "gzip";
  else headers["content-length"] = range ? range.end - range.start + 1 : info.size;
  if (range) headers["content-range"] = `bytes ${range.start}-${range.end}/${info.size}`;
  response.writeHead(range ? 206 : 200, headers);
  if (request.method === "HEAD") return response.end();
  const content = createReadStream(file, { ...range, highWaterMark: 1 << 18 });
  // A reader that goes away in the middle is no error.
  const done = () => {};
  if (gzip) pipeline(content, createGzip({ level: 1, chunkSize: 1 << 16 }), response, done);
  else pipeline(content, response, done);
}

/** Resolves to the server and its address when it listens; port 0 takes any free one. Requests wait for `ready`. */
export function serve({ port, host, ready, ...options }) {
  const server = createServer(async (request, response) => {
    try {
      await ready;
      await answer(request, response, options);
    } catch (error) {
      response.destroy(error);
    }
  });
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(port, host, () => resolve({ server, address: `http://${host}:${server.address().port}/` }));
  });
}

/** Whether one of these serves at an address. */
export async function isServed(address) {
  try {
    const response = await fetch(address, { method: "HEAD", signal: AbortSignal.timeout(3000) });
    return response.headers.get("server") === SERVER;
  } catch {
    return false;
  }
}

export const HELP = `  --port N         port to serve at (default 8080, or the next that is free; 0: any)
  --host H         address to serve at (default 127.0.0.1: this machine only)
  --pack FOLDER    the guest's files, served as /pack/ (default pack)
  --no-isolation   without the headers that make the page cross-origin isolated
  --no-gzip        without compression
`;

/** The options above, for serve(). Throws Error with a sentence for what is not understood. */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: "string" },
      host: { type: "string", default: "127.0.0.1" },
      pack: { type: "string", default: join(root, "pack") },
      "no-isolation": { type: "boolean", default: false },
      "no-gzip": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const { port } = values;
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) < 65536))
    throw new Error(`--port ${port}: must be a number from 0 to 65535`);
  return {
    port: port === undefined ? undefined : Number(port),
    host: values.host,
    pack: resolve(values.pack),
    isolated: !values["no-isolation"],
    gzip: !values["no-gzip"],
    help: values.help,
  };
}

const DEFAULT_PORT = 8080;
const PORTS_TRIED = 20;

/** Serves at the port that was asked for, else at the default or the next one that is free. */
export async function serveAnywhere(options) {
  if (options.port !== undefined) return serve(options);
  for (let port = DEFAULT_PORT; ; port++) {
    try {
      return await serve({ ...options, port });
    } catch (error) {
      if (error.code !== "EADDRINUSE" || port >= DEFAULT_PORT + PORTS_TRIED) throw error;
    }
  }
}

/** A failure to serve, as a sentence. */
export function explain(error) {
  switch (error.code) {
    case "EADDRINUSE":
      return `port ${error.port} is taken by another program: --port N takes another one, --port 0 any that is free`;
    case "EACCES":
      return `port ${error.port} needs more rights: --port N takes another one`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `--host ${error.address ?? error.hostname}: this machine has no such address`;
    default:
      return error.message;
  }
}

async function main(args) {
  const options = readOptions(args);
  if (options.help) return void process.stdout.write(`node tools/serve.mjs [OPTIONS]\nServes dist/page.\n${HELP}`);
  const { address } = await serveAnywhere(options);
  console.log(`wasmachine is at ${address}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  main(process.argv.slice(2)).catch((error) => {
    console.error(`serve: ${explain(error)}`);
    process.exit(1);
  });
}
