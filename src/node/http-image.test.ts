import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { openHttpImage } from "./http-image.js";

const SIZE = 3 * 2 ** 20 + 512;
const disk = Uint8Array.from({ length: SIZE }, (_, i) => (i >> 9) * 7 + i);

let server: Server | undefined;
afterEach(() => server?.close());

/** A server that may do something else instead of giving a range. */
async function serve(
  other?: (...request: Parameters<RequestListener>) => boolean,
  etag = (): string => '"1"',
): Promise<string> {
  server = createServer((request, response) => {
    if (other?.(request, response)) return;
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "")!;
    const end = Math.min(Number(to) + 1, SIZE);
    response.writeHead(206, { "content-range": `bytes ${from}-${end - 1}/${SIZE}`, etag: etag() });
    response.end(disk.subarray(Number(from), end));
  });
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/disk.img`;
}

it("reads what is asked for", async () => {
  const image = await openHttpImage(await serve());
  expect([image.size, image.readOnly]).toEqual([SIZE, true]);
  const bytes = new Uint8Array(SIZE - 100);
  await image.read(100, bytes);
  expect(Buffer.compare(bytes, disk.subarray(100))).toBe(0);
});

it("asks again where the server fails for a while", async () => {
  let failures = 2;
  const url = await serve((_request, response) => {
    if (failures-- <= 0) return false;
    response.writeHead(503).end();
    return true;
  });
  expect((await openHttpImage(url)).size).toBe(SIZE);
});

it("says in one sentence what is wrong", async () => {
  await expect(openHttpImage(await serve((_, response) => !!response.writeHead(404).end()))).rejects.toThrow(
    /^Could not read 'http:\/\/.*' at offset 0: the server answered 404$/,
  );
  server!.close();
  await expect(openHttpImage(await serve((_, response) => !!response.end("all")))).rejects.toThrow(
    "the server has no ranges",
  );
  server!.close();
  let tag = '"1"';
  const image = await openHttpImage(await serve(undefined, () => tag));
  tag = '"2"';
  await expect(image.read(2 ** 20, new Uint8Array(512))).rejects.toThrow("the file has been changed on the server");
});
