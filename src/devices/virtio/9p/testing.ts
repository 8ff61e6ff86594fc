// A client of 9P2000.L for tests: makes messages, takes answers apart.

import type { Later } from "../../../fs/later.js";
import { answer } from "./answer.js";
import { NOFID, NOTAG, RLERROR, T } from "./registers.js";
import type { Session } from "./session.js";
import { Reader, Reply } from "./wire.js";

/** What the server refused. */
export class Refused extends Error {
  constructor(readonly errno: number) {
    super(`errno ${errno}`);
  }
}

/** A field of a message: a number with its width, a name, or bytes as they are. */
export type Field = readonly [8 | 16 | 32 | 64, number] | string | Uint8Array;

export function message(type: number, tag: number, fields: readonly Field[]): Uint8Array {
  const made = new Reply();
  for (const field of fields) {
    if (typeof field === "string") made.string(field);
    else if (field instanceof Uint8Array) made.raw(field);
    else {
      const [width, value] = field;
      if (width === 8) made.u8(value);
      else if (width === 16) made.u16(value);
      else if (width === 32) made.u32(value);
      else made.u64(value);
    }
  }
  return made.finish(type, tag).slice();
}

export const u8 = (value: number): Field => [8, value];
export const u16 = (value: number): Field => [16, value];
export const u32 = (value: number): Field => [32, value];
export const u64 = (value: number): Field => [64, value];

export interface Qid {
  readonly type: number;
  readonly version: number;
  readonly path: number;
}

export function qid(from: Reader): Qid {
  return { type: from.u8(), version: from.u32(), path: from.u64() };
}

export class Client9p {
  private tag = 0;
  private lastFid = 100;

  constructor(
    readonly session: Session,
    readonly room = 1 << 20,
  ) {}

  /** An answer's bytes, whatever they are. */
  send(bytes: Uint8Array): Later<Uint8Array> {
    return answer(this.session, bytes, this.room);
  }

  async call(type: number, ...fields: Field[]): Promise<Reader> {
    const tag = type === T.version ? NOTAG : this.tag++ % 1000;
    const answer = await this.send(message(type, tag, fields));
    const body = new Reader(answer);
    const view = new DataView(answer.buffer, answer.byteOffset);
    if (view.getUint32(0, true) !== answer.length) throw new Error("the answer lies about its size");
    if (view.getUint16(5, true) !== tag) throw new Error("the answer has another tag");
    if (answer[4] === RLERROR) throw new Refused(body.u32());
    if (answer[4] !== type + 1) throw new Error(`answer ${answer[4]} to request ${type}`);
    return body;
  }

  /** Begins, and attaches fid 0 to the root. */
  async begin(uid = 0, size = 65536): Promise<number> {
    const body = await this.call(T.version, u32(size), "9P2000.L");
    const agreed = body.u32();
    await this.call(T.attach, u32(0), u32(NOFID), "user", "", u32(uid));
    return agreed;
  }

  fid(): number {
    return ++this.lastFid;
  }

  /** A new fid. */
  async walk(from: number, ...names: string[]): Promise<number> {
    const fid = this.fid();
    const body = await this.call(T.walk, u32(from), u32(fid), u16(names.length), ...names);
    if (body.u16() !== names.length) throw new Refused(2);
    return fid;
  }

  /** A new fid, open. */
  async open(from: number, name: string, flags = 0): Promise<number> {
    const fid = await this.walk(from, name);
    await this.call(T.lopen, u32(fid), u32(flags));
    return fid;
  }

  async create(from: number, name: string, mode = 0o644, flags = 2): Promise<number> {
    const fid = await this.walk(from);
    await this.call(T.lcreate, u32(fid), name, u32(flags), u32(mode), u32(0));
    return fid;
  }

  async read(fid: number, offset: number, count: number): Promise<Uint8Array> {
    const body = await this.call(T.read, u32(fid), u64(offset), u32(count));
    return body.data(body.u32()).slice();
  }

  async write(fid: number, offset: number, data: Uint8Array): Promise<number> {
    return (await this.call(T.write, u32(fid), u64(offset), u32(data.length), data)).u32();
  }

  async clunk(fid: number): Promise<void> {
    await this.call(T.clunk, u32(fid));
  }

  /** All names of an open directory, in their order, by answers of at most `count` bytes. */
  async list(fid: number, count = 4096, meanwhile: () => unknown = () => undefined): Promise<string[]> {
    const names: string[] = [];
    let offset = 0;
    for (;;) {
      const body = await this.call(T.readdir, u32(fid), u64(offset), u32(count));
      if (body.u32() === 0) return names;
      while (body.left > 0) {
        qid(body);
        offset = body.u64();
        body.u8();
        names.push(body.string());
      }
      await meanwhile();
    }
  }

  async attributes(
    fid: number,
  ): Promise<{ mode: number; uid: number; gid: number; links: number; rdev: number; size: number }> {
    const body = await this.call(T.getattr, u32(fid), u64(0x7ff));
    body.u64();
    qid(body);
    const [mode, uid, gid] = [body.u32(), body.u32(), body.u32()];
    return { mode, uid, gid, links: body.u64(), rdev: body.u64(), size: body.u64() };
  }
}
