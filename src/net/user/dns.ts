// The name server of the network: hands queries to the host's, and says so when there is no answer.

import { NET_DNS_QUERIES } from "../../tuning/network.js";
import type { HostNetwork } from "../host.js";
import type { Packet } from "./packet.js";
import type { Udp } from "./udp.js";

const HEADER = 12;
const PORT = 53;
const RESPONSE = 0x80;
const RECURSION_AVAILABLE = 0x80;
const SERVER_FAILURE = 2;

export class Dns {
  dropped = 0;
  private waiting = 0;

  constructor(
    private readonly host: HostNetwork | undefined,
    private readonly udp: Udp,
  ) {}

  receive({ source, destination }: Packet, data: Uint8Array, port: number): void {
    // An answer, or none of a query.
    if (data.length < HEADER || (data[2]! & RESPONSE) !== 0) return;
    if (this.waiting >= NET_DNS_QUERIES) {
      this.dropped++;
      return;
    }
    const query = data.slice();
    const [from, to] = [destination.slice(), source.slice()];
    const answer = (message: Uint8Array): void => {
      this.waiting--;
      this.udp.send(from, PORT, to, port, message);
    };
    this.waiting++;
    const failed = (): void => answer(failure(query));
    (this.host?.resolve(query) ?? Promise.resolve(undefined)).then((message) => {
      if (message && message.length >= HEADER) answer(message);
      else failed();
    }, failed);
  }
}

/** "The server failed", with the question. */
function failure(query: Uint8Array): Uint8Array {
  const message = query.slice();
  message[2]! |= RESPONSE;
  message[3] = RECURSION_AVAILABLE | SERVER_FAILURE;
  // No records but the question.
  message.fill(0, 6, HEADER);
  return message;
}
