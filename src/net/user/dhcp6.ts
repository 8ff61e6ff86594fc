// Stateless DHCPv6 (RFC 8415): who has an address already asks for the rest.

import { encodeText } from "../../base/text.js";
import { formatAddress } from "../address.js";
import { get16 } from "../bytes.js";
import type { UserAddresses, UserConfig } from "./config.js";
import { encodeNames } from "./names.js";

const INFORMATION_REQUEST = 11;
const REPLY = 7;
const CLIENT_ID = 1;
const SERVER_ID = 2;
const DNS = 23;
const SEARCH = 24;
const BOOT_FILE = 59;

export class Dhcp6 {
  constructor(
    private readonly config: UserConfig,
    private readonly addresses: UserAddresses,
    private readonly mac: Uint8Array,
  ) {}

  /** The answer to a message; undefined where there is none. */
  receive(message: Uint8Array): Uint8Array | undefined {
    if (message.length < 4 || message[0] !== INFORMATION_REQUEST) return undefined;
    const { config, addresses, mac } = this;
    const out: number[] = [REPLY, ...message.subarray(1, 4)];
    const option = (code: number, value: Iterable<number> & { readonly length: number }): void => {
      if (value.length > 0) out.push(code >> 8, code & 0xff, value.length >> 8, value.length & 0xff, ...value);
    };
    // A DUID of the link-layer address.
    const server = [0, 3, 0, 1, ...mac];
    for (let at = 4; at + 4 <= message.length; at += 4 + get16(message, at + 2)) {
      const value = message.subarray(at + 4, at + 4 + get16(message, at + 2));
      if (get16(message, at) === CLIENT_ID) option(CLIENT_ID, value);
      // Another server's request.
      if (get16(message, at) === SERVER_ID && value.join() !== server.join()) return undefined;
    }
    option(SERVER_ID, server);
    if (!config.restrict) {
      option(DNS, addresses.dns6);
      option(SEARCH, encodeNames(config.dnssearch));
    }
    if (config.bootfile !== undefined) {
      const host = `tftp://${config.tftpServerName ?? `[${formatAddress(addresses.host6)}]`}/${config.bootfile}`;
      option(BOOT_FILE, encodeText(host));
    }
    return Uint8Array.from(out);
  }
}
