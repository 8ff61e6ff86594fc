// The network of the process, for -netdev user: sockets, names by the host's servers, files for TFTP.

import { lookup } from "node:dns/promises";
import { readFile, realpath } from "node:fs/promises";
import { createServer } from "node:net";
import { join, sep } from "node:path";
import { formatAddress, parseAddress } from "../../net/address.js";
import type {
  AcceptedStream,
  HostDatagram,
  HostListener,
  HostNetwork,
  HostStream,
  StreamEvents,
} from "../../net/host.js";
import { bindDatagrams, openDatagrams } from "./datagrams.js";
import { resolve } from "./names.js";
import { accepted, connect } from "./streams.js";

/** A file that is given to a guest by TFTP. */
const LARGEST_FILE = 64 << 20;

export function nodeNetwork(): HostNetwork {
  const open = new Set<{ close(): void }>();
  const keep = <T extends { close(): void }>(one: T): T => {
    open.add(one);
    return { ...one, close: () => closeOne(one) };
  };
  const closeOne = (one: { close(): void }): void => {
    open.delete(one);
    one.close();
  };
  return {
    connect: (address, port, events: StreamEvents): HostStream => connect(formatAddress(address), port, events),
    datagram: (size, events): HostDatagram => keep(openDatagrams(size, events)),
    listen: async (address, port, accept) => keep(await listen(address, port, accept)),
    bind: async (address, port, events) => keep(await bindDatagrams(address, port, events)),
    resolve,
    lookup: async (name) => {
      const found = await lookup(name, { all: true }).catch(() => []);
      return found.flatMap(({ address }) => parseAddress(address) ?? []);
    },
    readFile: readInside,
    close() {
      for (const one of open) one.close();
      open.clear();
    },
  };
}

function listen(address: string, port: number, accept: (stream: AcceptedStream) => void): Promise<HostListener> {
  return new Promise((done, fail) => {
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => accept(accepted(socket)));
    server.once("error", (error: NodeJS.ErrnoException) => fail(new Error(error.code ?? error.message)));
    server.listen({ port, host: address === "" ? "0.0.0.0" : address }, () => {
      server.on("error", () => {});
      const bound = server.address();
      done({ port: typeof bound === "object" && bound ? bound.port : port, close: () => void server.close() });
    });
  });
}

/** A file of a folder, and of no other by way of a link. */
async function readInside(folder: string, name: string): Promise<Uint8Array | undefined> {
  const root = await realpath(folder);
  const file = await realpath(join(root, name));
  if (!file.startsWith(root + sep)) return undefined;
  const bytes = await readFile(file);
  return bytes.length > LARGEST_FILE ? undefined : bytes;
}
