// A TFTP server that reads (RFC 1350, with the options of RFC 2347 to 2349): files of one folder of the host.

import { encodeText, latin1 } from "../../base/text.js";
import { type Address, formatAddress } from "../address.js";
import { get16, put16 } from "../bytes.js";
import type { HostNetwork } from "../host.js";
import type { Packet } from "./packet.js";
import type { Udp } from "./udp.js";

const READ = 1;
const WRITE = 2;
const DATA = 3;
const ACKNOWLEDGE = 4;
const ERROR = 5;
const OPTIONS = 6;
const PORT = 69;
const NOT_FOUND = 1;
const DENIED = 2;
const ILLEGAL = 4;
const SESSIONS = 16;
const LARGEST_BLOCK = 1428;

interface Session {
  readonly bytes: Uint8Array;
  readonly block: number;
  /** Blocks that were acknowledged. */
  done: number;
}

export class Tftp {
  private readonly sessions = new Map<string, Session>();

  constructor(
    private readonly folder: string | undefined,
    private readonly host: HostNetwork | undefined,
    private readonly udp: Udp,
  ) {}

  receive({ source, destination }: Packet, data: Uint8Array, port: number): void {
    const guest = { from: destination.slice(), to: source.slice(), port };
    const operation = data.length < 4 ? 0 : get16(data, 0);
    if (operation === READ) void this.read(guest, data.slice(2));
    else if (operation === WRITE) this.error(guest, DENIED, "read only");
    else if (operation === ACKNOWLEDGE) this.acknowledged(guest, get16(data, 2));
    else if (operation === ERROR) this.sessions.delete(keyOf(guest));
  }

  private async read(guest: Guest, request: Uint8Array): Promise<void> {
    const words = latin1(request).split("\0");
    const [name, mode] = words;
    if (!name || mode?.toLowerCase() !== "octet") return this.error(guest, ILLEGAL, "octet mode only");
    const file = name.replace(/^\/+/, "");
    // A name leads nowhere else.
    const safe = file !== "" && !file.split(/[/\\]/).includes("..");
    const read = safe && this.folder !== undefined ? this.host?.readFile?.(this.folder, file) : undefined;
    const bytes = await (read ?? Promise.resolve(undefined)).catch(() => undefined);
    if (!bytes) return this.error(guest, NOT_FOUND, "file not found");
    const { block, answer } = optionsOf(words.slice(2), bytes.length);
    // The one that has been there longest goes.
    if (this.sessions.size >= SESSIONS) this.sessions.delete(this.sessions.keys().next().value!);
    const session: Session = { bytes, block, done: 0 };
    this.sessions.set(keyOf(guest), session);
    if (answer.length === 0) this.sendBlock(guest, session, 1);
    else this.send(guest, Uint8Array.of(0, OPTIONS, ...encodeText(`${answer.join("\0")}\0`)));
  }

  private acknowledged(guest: Guest, number: number): void {
    const key = keyOf(guest);
    const session = this.sessions.get(key);
    if (!session) return;
    // Numbers have 16 bits and go on from zero; the one before the last is a block that was lost.
    const done = session.done + (((number - session.done) << 16) >> 16);
    if (done < 0 || done > session.done + 1) return;
    session.done = done;
    if (done * session.block > session.bytes.length) this.sessions.delete(key);
    else this.sendBlock(guest, session, done + 1);
  }

  private sendBlock(guest: Guest, { bytes, block }: Session, number: number): void {
    const part = bytes.subarray((number - 1) * block, number * block);
    const message = new Uint8Array(4 + part.length);
    put16(message, 0, DATA);
    put16(message, 2, number);
    message.set(part, 4);
    this.send(guest, message);
  }

  private error(guest: Guest, code: number, text: string): void {
    this.send(guest, Uint8Array.of(0, ERROR, 0, code, ...encodeText(text), 0));
  }

  private send({ from, to, port }: Guest, message: Uint8Array): void {
    this.udp.send(from, PORT, to, port, message);
  }
}

interface Guest {
  readonly from: Address;
  readonly to: Address;
  readonly port: number;
}

function keyOf({ to, port }: Guest): string {
  return `${formatAddress(to)} ${port}`;
}

/** What a client may ask for besides the file, and what it is told. */
function optionsOf(words: readonly string[], size: number): { block: number; answer: string[] } {
  let block = 512;
  const answer: string[] = [];
  for (let n = 0; n + 1 < words.length; n += 2) {
    const name = words[n]!.toLowerCase();
    if (name === "tsize") answer.push("tsize", `${size}`);
    if (name !== "blksize" || !(Number(words[n + 1]) >= 8)) continue;
    block = Math.min(Math.floor(Number(words[n + 1])), LARGEST_BLOCK);
    answer.push("blksize", `${block}`);
  }
  return { block, answer };
}
