// One client of a 9p server: its fids, its requests, its locks. A version request begins it anew.

import { refuse } from "../../../fs/errno.js";
import type { FileSystem, FsNode } from "../../../fs/interfaces.js";
import { afterEither, type Later } from "../../../fs/later.js";
import { RangeLocks } from "../../../fs/locks.js";
import { P9_MAX_FIDS, P9_MAX_MESSAGE } from "../../../tuning/devices.js";
import type { Fid, Place } from "./fid.js";
import type { Reader, Reply } from "./wire.js";

/** A request in its handler. */
export interface Call {
  readonly session: Session;
  readonly body: Reader;
  readonly reply: Reply;
  readonly tag: number;
  /** Bytes that the answer may have. */
  readonly room: number;
}

/** Fills the answer. */
export type Handler = (call: Call) => Later<void>;

export class Session {
  /** Largest message, of the client's choice. */
  messageSize = P9_MAX_MESSAGE;
  private fids = new Map<number, Fid>();
  private locks = new Map<FsNode, RangeLocks>();
  /** Requests that are being answered. */
  private readonly underWay = new Map<number, Promise<unknown>>();

  constructor(readonly fs: FileSystem) {}

  /** Fids the client has. */
  get size(): number {
    return this.fids.size;
  }

  fid(number: number): Fid {
    return this.fids.get(number) ?? refuse("EBADF");
  }

  has(number: number): boolean {
    return this.fids.has(number);
  }

  /** Throws where it is taken: EINVAL. */
  mayAdd(number: number): void {
    if (this.fids.has(number)) refuse("EINVAL");
    if (this.fids.size >= P9_MAX_FIDS) refuse("ENFILE");
  }

  add(number: number, fid: Fid): void {
    this.mayAdd(number);
    this.fids.set(number, fid);
  }

  /** Takes the number from the client; the fid is to be closed. */
  remove(number: number): Fid {
    const fid = this.fid(number);
    this.fids.delete(number);
    return fid;
  }

  /** Gives back all that a fid has, its locks too. */
  close(fid: Fid): Later<void> {
    const locks = this.locks.get(fid.node);
    for (const owner of fid.lockOwners) locks?.release(owner);
    if (locks?.size === 0) this.locks.delete(fid.node);
    return fid.close();
  }

  /** A name is another one now: what was found by it would be found by that. */
  moved(directory: FsNode, name: string, to: Place): void {
    for (const fid of this.fids.values()) {
      if (fid.where?.directory === directory && fid.where.name === name) fid.remember(to);
    }
  }

  locksOf(node: FsNode): RangeLocks {
    let locks = this.locks.get(node);
    if (locks === undefined) {
      locks = new RangeLocks();
      this.locks.set(node, locks);
    }
    return locks;
  }

  /** Ends it: nothing is open any more. */
  end(): void {
    const all = [...this.fids.values()];
    this.fids = new Map();
    this.locks = new Map();
    this.messageSize = P9_MAX_MESSAGE;
    for (const fid of all) {
      // A host that fails here has nobody to be told.
      afterEither(
        () => fid.close(),
        () => undefined,
        () => undefined,
      );
    }
  }

  /** Settles when the request of this tag has been answered, if there is one. */
  waitFor(tag: number): Promise<unknown> | undefined {
    return this.underWay.get(tag);
  }

  /** A request is being answered. */
  track<A>(tag: number, answer: Promise<A>): Promise<A> {
    const tracked = answer.finally(() => {
      if (this.underWay.get(tag) === tracked) this.underWay.delete(tag);
    });
    this.underWay.set(tag, tracked);
    return tracked;
  }
}
