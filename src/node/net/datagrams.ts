// UDP sockets of the host.

import { createSocket, type Socket } from "node:dgram";
import { formatAddress, parseAddress } from "../../net/address.js";
import type { BoundDatagram, DatagramEvents, HostDatagram } from "../../net/host.js";
import { reasonOf } from "./streams.js";

/** Bytes of datagrams that wait for the host at once. */
const MOST_WAITING = 4 << 20;

/** A socket for one port of the guest: it is bound when the first datagram goes. */
export function openDatagrams(size: 4 | 16, events: DatagramEvents): HostDatagram {
  return datagrams(createSocket(size === 4 ? "udp4" : "udp6"), events);
}

/** A socket at a port of the host. Rejects with Error: the reason. */
export function bindDatagrams(address: string, port: number, events: DatagramEvents): Promise<BoundDatagram> {
  return new Promise((done, fail) => {
    const socket = createSocket("udp4");
    socket.once("error", (error: NodeJS.ErrnoException) => fail(new Error(error.code ?? error.message)));
    socket.bind({ port, address: address === "" ? "0.0.0.0" : address, exclusive: true }, () => {
      socket.removeAllListeners("error");
      done({ ...datagrams(socket, events), port: socket.address().port });
    });
  });
}

function datagrams(socket: Socket, events: DatagramEvents): HostDatagram {
  let open = true;
  let waiting = 0;
  socket.on("message", (bytes, from) => {
    const address = parseAddress(from.address);
    if (open && address) events.data(bytes, address, from.port);
  });
  socket.on("error", () => {});
  return {
    send(bytes, address, port) {
      // Datagrams are lost where there is no room.
      if (!open || waiting + bytes.length > MOST_WAITING) return;
      waiting += bytes.length;
      socket.send(bytes.slice(), port, formatAddress(address), (error) => {
        waiting -= bytes.length;
        if (error && open) events.refused?.(reasonOf(error), address, port);
      });
    },
    close() {
      if (!open) return;
      open = false;
      socket.close();
    },
  };
}
