// TCP sockets of the host.

import { connect as open, type Socket } from "node:net";
import { parseAddress } from "../../net/address.js";
import type { AcceptedStream, HostStream, Refusal, StreamEvents } from "../../net/host.js";

const REASONS: Readonly<Record<string, Refusal>> = {
  ...{ ECONNREFUSED: "refused", ETIMEDOUT: "timeout", EACCES: "prohibited", EPERM: "prohibited" },
  ...{ EHOSTUNREACH: "unreachable", ENETUNREACH: "unreachable", EADDRNOTAVAIL: "unreachable" },
};

export const reasonOf = (error: NodeJS.ErrnoException): Refusal => REASONS[error.code ?? ""] ?? "unreachable";

export function connect(address: string, port: number, events: StreamEvents): HostStream {
  const socket = open({ host: address, port, allowHalfOpen: true, noDelay: true });
  let connected = false;
  socket.once("connect", () => {
    connected = true;
    events.opened();
  });
  return stream(socket, events, (error) => (connected ? events.reset() : events.refused(reasonOf(error))));
}

export function accepted(socket: Socket): AcceptedStream {
  socket.setNoDelay(true);
  // It may be broken off before anybody has started it.
  socket.on("error", () => {});
  const address = parseAddress(socket.remoteAddress ?? "") ?? new Uint8Array(4);
  return {
    remote: { address, port: socket.remotePort ?? 0 },
    start: (events) => stream(socket, events, () => events.reset()),
  };
}

function stream(socket: Socket, events: StreamEvents, failed: (error: Error) => void): HostStream {
  let over = false;
  const unless =
    <A extends unknown[]>(event: (...args: A) => void) =>
    (...args: A): void => {
      if (!over) event(...args);
    };
  socket.on(
    "data",
    unless((bytes: Buffer) => events.data(bytes)),
  );
  socket.on(
    "end",
    unless(() => events.ended()),
  );
  socket.on(
    "error",
    unless((error: Error) => {
      over = true;
      failed(error);
    }),
  );
  socket.on("close", () => {
    over = true;
  });
  return {
    write(bytes) {
      const { length } = bytes;
      socket.write(bytes.slice(), (error) => {
        if (!error && !over) events.taken(length);
      });
    },
    end: () => void socket.end(),
    reset() {
      over = true;
      if (socket.connecting) socket.destroy();
      else socket.resetAndDestroy();
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  };
}
