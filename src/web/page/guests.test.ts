import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { chooseGuest, offeredGuests } from "./guests.js";

const A = { name: "x86_64", title: "Debian", arguments: "-m 512M -kernel bzImage" };
const B = { name: "riscv64", title: "Debian", arguments: "wasmachine-system-riscv64 -kernel riscv64/Image" };

it("chooses by the name of a link", () => {
  expect(chooseGuest([A, B], "riscv64")).toBe(B);
  expect(() => chooseGuest([A, B], "arm")).toThrow("?guest=arm: the page offers x86_64, riscv64");
  expect(() => chooseGuest([], "arm")).toThrow("?guest=arm: the page has no list of guests");
});

/** A server that says this of every file; `status` 0: it hangs up. */
async function serving<T>(status: number, text: string, use: (url: URL) => Promise<T>): Promise<T> {
  const server = createServer((request, response) => {
    if (status === 0) request.socket.destroy();
    else response.writeHead(status).end(text);
  });
  await new Promise<void>((listening) => void server.listen(0, "127.0.0.1", listening));
  try {
    return await use(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/pack/`));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it("is offered what the folder lists, and nothing where it has no list", async () => {
  expect(await serving(200, JSON.stringify([A, B]), offeredGuests)).toEqual([A, B]);
  expect(await serving(404, "none here", offeredGuests)).toEqual([]);
  await expect(serving(200, "{}", offeredGuests)).rejects.toThrow(/guests\.json: must be a list of guests$/);
});

it("says that the network or the server fails", async () => {
  await expect(serving(503, "", offeredGuests)).rejects.toThrow(/guests\.json: the server answers 503/);
  await expect(serving(0, "", offeredGuests)).rejects.toThrow(/guests\.json: cannot be fetched \(.+\)$/);
});
