// DNS by the host's name servers: a query goes to them as it is, and their answer comes back as it is.

import { createSocket } from "node:dgram";
import { getServers } from "node:dns";
import { isIPv6 } from "node:net";

/** Milliseconds for the answer of one server, before the next is asked. */
const PATIENCE = 3000;

/** The answer of the first server that gives one; undefined where none does. */
export async function resolve(query: Uint8Array): Promise<Uint8Array | undefined> {
  for (const server of getServers()) {
    const answer = await ask(server, query);
    if (answer) return answer;
  }
  return undefined;
}

function ask(server: string, query: Uint8Array): Promise<Uint8Array | undefined> {
  const { address, port } = split(server);
  return new Promise((done) => {
    const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
    const end = (answer?: Uint8Array): void => {
      clearTimeout(timer);
      socket.removeAllListeners("message");
      socket.close(() => {});
      done(answer);
    };
    const timer = setTimeout(end, PATIENCE);
    socket.on("error", () => {});
    socket.on("message", (bytes) => {
      // To this query, not to one that somebody made up.
      if (bytes.length >= 12 && bytes[0] === query[0] && bytes[1] === query[1]) end(bytes);
    });
    socket.connect(port, address, () => {
      socket.send(query, (error) => {
        if (error) end();
      });
    });
  });
}

/** `1.2.3.4`, `1.2.3.4:53`, `::1`, `[::1]:53`. */
function split(server: string): { address: string; port: number } {
  const match = /^\[(.+)\]:(\d+)$/.exec(server) ?? /^([^:]+):(\d+)$/.exec(server);
  return match ? { address: match[1]!, port: Number(match[2]) } : { address: server, port: 53 };
}
