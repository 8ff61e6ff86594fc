// A guest's side of FUSE for tests: makes messages, takes answers apart.

import { bytesOf, nameOf } from "../../../fs/names.js";
import { MessageReader, MessageWriter } from "../wire.js";
import { answer } from "./answer.js";
import { HANDLE_KILLPRIV_V2, IN_HEADER, OP, OUT_HEADER } from "./registers.js";
import type { Session } from "./session.js";

/** What the server refused. */
export class Refused extends Error {
  constructor(readonly errno: number) {
    super(`errno ${errno}`);
  }
}

export type Field = readonly [32 | 64, number] | string | Uint8Array;
export const u32 = (value: number): Field => [32, value];
export const u64 = (value: number): Field => [64, value];

export class Message extends MessageWriter {
  constructor() {
    super(IN_HEADER);
  }

  make(op: number, node: number, fields: readonly Field[], { uid = 0, unique = 1 } = {}): Uint8Array {
    for (const field of fields) {
      if (typeof field === "string") this.raw(bytesOf(`${field}\0`));
      else if (field instanceof Uint8Array) this.raw(field);
      else if (field[0] === 32) this.u32(field[1]);
      else this.u64(field[1]);
    }
    const header = [this.length, op, unique, 0, node, 0, uid, uid, 1, 0];
    for (const [i, value] of header.entries()) this.putU32(4 * i, value);
    return this.written.slice();
  }
}

export class Client {
  uid = 0;

  constructor(
    readonly session: Session,
    readonly room = 1 << 20,
  ) {}

  async call(op: number, node: number, ...fields: Field[]): Promise<MessageReader> {
    const bytes = await answer(this.session, new Message().make(op, node, fields, { uid: this.uid }), this.room);
    if (bytes === undefined) return new MessageReader(new Uint8Array(0), 0);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    if (view.getUint32(0, true) !== bytes.length || view.getUint32(8, true) !== 1) throw new Error("a wrong header");
    const error = view.getInt32(4, true);
    if (error !== 0) throw new Refused(-error);
    return new MessageReader(bytes, OUT_HEADER);
  }

  async begin(flags = HANDLE_KILLPRIV_V2): Promise<MessageReader> {
    return this.call(OP.init, 0, u32(7), u32(38), u32(131072), u32(flags), u32(0), new Uint8Array(44));
  }

  /** Number and attributes of what an answer tells of. */
  told(body: MessageReader) {
    const number = body.u64();
    body.data(32);
    return { number, ...this.attributes(body) };
  }

  attributes(body: MessageReader) {
    const [id, size] = [body.u64(), body.u64()];
    body.data(8 + 24 + 12);
    return { id, size, mode: body.u32(), links: body.u32(), uid: body.u32(), gid: body.u32(), device: body.u32() };
  }

  async lookup(node: number, name: string) {
    return this.told(await this.call(OP.lookup, node, name));
  }

  async mkdir(node: number, name: string, mode = 0o755) {
    return this.told(await this.call(OP.mkdir, node, u32(mode), u32(0), name));
  }

  async create(node: number, name: string, mode = 0o644, flags = 2) {
    const body = await this.call(OP.create, node, u32(flags), u32(mode), u32(0), u32(0), name);
    const told = this.told(body);
    body.data(8);
    return { ...told, handle: body.u64() };
  }

  async getattr(node: number) {
    const body = await this.call(OP.getattr, node, u32(0), u32(0), u64(0));
    body.data(16);
    return this.attributes(body);
  }

  async setattr(node: number, valid: number, { size = 0, mode = 0, uid = 0, gid = 0 } = {}) {
    const fields = [u32(valid), u32(0), u64(0), u64(size), u64(0), u64(7), u64(8), u64(0), u32(9), u32(10), u32(0)];
    const body = await this.call(OP.setattr, node, ...fields, u32(mode), u32(0), u32(uid), u32(gid), u32(0));
    body.data(16);
    return this.attributes(body);
  }

  async read(node: number, handle: number, offset: number, count: number): Promise<string> {
    const body = await this.call(OP.read, node, u64(handle), u64(offset), u32(count), u32(0), u64(0), u32(0), u32(0));
    return nameOf(body.data(body.left));
  }

  async write(node: number, handle: number, offset: number, text: string, flags = 0): Promise<number> {
    const data = bytesOf(text);
    const head = [u64(handle), u64(offset), u32(data.length), u32(flags), u64(0), u32(0), u32(0)];
    return (await this.call(OP.write, node, ...head, data)).u32();
  }

  /** Names in their order, and the numbers told with them. */
  async list(node: number, plus: boolean, count = 4096, meanwhile: () => unknown = () => undefined) {
    const handle = (await this.call(OP.opendir, node, u32(0), u32(0))).u64();
    const found: { name: string; number: number }[] = [];
    for (let offset = 0; ; ) {
      const op = plus ? OP.readdirplus : OP.readdir;
      const body = await this.call(op, node, u64(handle), u64(offset), u32(count), u32(0), u64(0), u32(0), u32(0));
      if (body.left === 0) break;
      while (body.left > 0) {
        const number = plus ? this.told(body).number : 0;
        if (plus) body.data(8);
        body.u64();
        offset = body.u64();
        const length = body.u32();
        body.u32();
        const name = nameOf(body.data((length + 7) & ~7).subarray(0, length));
        found.push({ name, number });
      }
      await meanwhile();
    }
    await this.call(OP.releasedir, node, u64(handle), u32(0), u32(0), u64(0));
    return found;
  }
}
