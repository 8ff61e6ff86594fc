import { afterEach, expect, it, vi } from "vitest";
import type { LoadProgress } from "../api/api.js";
import { OnDemandImage } from "../block/backends/on-demand.js";
import { DISK_PIECE_BYTES, DISK_RETRY_MS } from "../tuning/host.js";
import { openByRanges } from "./ranges.js";

const URL = "http://site/disk.img";
const FILE = Uint8Array.from({ length: 3 * DISK_PIECE_BYTES + 100 }, (_, k) => (k * 5 + (k >> 12)) & 0xff);

interface Server {
  file: Uint8Array;
  etag: string;
  /** Answers instead of the file. */
  instead?: (range: string | undefined) => Response | undefined;
  requests: (string | undefined)[];
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** What `fetch` reaches: a server with ranges. */
function serve(): Server {
  const server: Server = { file: FILE, etag: "1", requests: [] };
  vi.stubGlobal("fetch", async (_url: string, init?: { headers?: Record<string, string> }) => {
    const range = init?.headers?.range;
    server.requests.push(range);
    const other = server.instead?.(range);
    if (other) return other;
    const match = /^bytes=(\d+)-(\d+)$/.exec(range ?? "");
    const { file } = server;
    if (!match) return new Response(file.slice(), { headers: { "content-length": String(file.length) } });
    const start = Number(match[1]);
    const end = Math.min(Number(match[2]) + 1, file.length);
    if (start >= file.length) return new Response(null, { status: 416 });
    const headers = { "content-range": `bytes ${start}-${end - 1}/${file.length}`, etag: server.etag };
    return new Response(file.slice(start, end), { status: 206, headers });
  });
  return server;
}

async function open() {
  const progress: LoadProgress[] = [];
  const warnings: string[] = [];
  const opened = await openByRanges(
    "disk.img",
    { url: URL, origins: undefined },
    (action) => action(),
    (report) => void progress.push(report),
    (message) => void warnings.push(message),
  );
  return { opened, progress, warnings };
}

async function openImage() {
  const { opened, ...rest } = await open();
  if (!(opened instanceof OnDemandImage)) throw new Error("no ranges");
  return { image: opened, ...rest };
}

async function expectBytes(image: OnDemandImage, offset: number, length: number): Promise<void> {
  const bytes = new Uint8Array(length);
  await image.read(offset, bytes);
  expect(Buffer.from(bytes).equals(FILE.slice(offset, offset + length))).toBe(true);
}

it("fetches the parts of a disk that are read", async () => {
  const server = serve();
  const { image, progress } = await openImage();
  expect(image.size).toBe(FILE.length);
  expect(progress).toEqual([{ name: "disk.img", loaded: DISK_PIECE_BYTES, total: FILE.length, done: true }]);
  await expectBytes(image, 0, 4096);
  expect(server.requests).toHaveLength(1);
  await expectBytes(image, FILE.length - 50, 50);
  expect(server.requests[1]).toBe(`bytes=${3 * DISK_PIECE_BYTES}-${FILE.length - 1}`);
  await expectBytes(image, 0, FILE.length);
});

it("takes the whole from a server without ranges", async () => {
  const server = serve();
  server.instead = () => new Response(FILE.slice());
  const { opened } = await open();
  expect(opened).toBeInstanceOf(Response);
  expect(new Uint8Array(await (opened as Response).arrayBuffer())).toHaveLength(FILE.length);
  expect(server.requests).toHaveLength(1);
});

it("takes the whole where it is not to be seen which part came, where a part is compressed, and of an empty file", async () => {
  const unfit: Record<string, string>[] = [{}, { "content-range": "bytes 0-9/10", "content-encoding": "gzip" }];
  for (const headers of unfit) {
    const server = serve();
    server.instead = (range) => (range ? new Response(FILE.slice(0, 10), { status: 206, headers }) : undefined);
    const { opened } = await open();
    expect(opened).toBeInstanceOf(Response);
    expect((opened as Response).status).toBe(200);
    expect(server.requests).toEqual([`bytes=0-${DISK_PIECE_BYTES - 1}`, undefined]);
  }
  serve().file = new Uint8Array(0);
  expect((await open()).opened).toBeInstanceOf(Response);
});

it("says that there is no file, and why there is none to be had", async () => {
  const server = serve();
  server.instead = () => new Response("no", { status: 404 });
  expect((await open()).opened).toBeUndefined();
  server.instead = () => new Response("no", { status: 503, statusText: "Busy" });
  await expect(open()).rejects.toThrow(`could not load 'disk.img' from ${URL}: the server answered 503 (Busy)`);
});

it("asks again when the network fails, then fails the read with a reason", async () => {
  vi.useFakeTimers();
  const server = serve();
  const { image, warnings } = await openImage();
  let failures = DISK_RETRY_MS.length;
  server.instead = () => {
    if (failures-- > 0) throw new TypeError("no network");
    return undefined;
  };
  const read = expectBytes(image, DISK_PIECE_BYTES, 100);
  await vi.runAllTimersAsync();
  await read;
  expect(warnings).toEqual([]);

  server.instead = () => new Response("no", { status: 500 });
  const at = 3 * DISK_PIECE_BYTES;
  const message = `could not load bytes ${at} to ${at + 100} of 'disk.img' from ${URL}: the server answered 500 instead of that part`;
  const failing = expect(image.read(at, new Uint8Array(10))).rejects.toThrow(message);
  await vi.runAllTimersAsync();
  await failing;
  expect(warnings).toEqual([message]);

  delete server.instead;
  await expectBytes(image, at, 100);
});

it("does not mix two contents of a file", async () => {
  const server = serve();
  const { image } = await openImage();
  server.etag = "2";
  const read = image.read(DISK_PIECE_BYTES, new Uint8Array(10));
  await expect(read).rejects.toThrow("the file has been changed on the server");
});
