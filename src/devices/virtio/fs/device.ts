// Virtio file system device. Virtio 1.2, section 5.11: requests of FUSE. Queue 0 is for those that may not wait behind others.

import type { FileSystem } from "../../../fs/interfaces.js";
import type { Later } from "../../../fs/later.js";
import { bytesOf } from "../../../fs/names.js";
import { VIRTIO_FS_MAX_WRITE } from "../../../tuning/devices.js";
import { type AsyncRequest, AsyncVirtioDevice } from "../async.js";
import { copyIn, copyOut } from "../queue/segments.js";
import type { Chain } from "../queue/virtqueue.js";
import { answer, errorReply } from "./answer.js";
import { FOPEN_DIRECT_IO, FOPEN_KEEP_CACHE, IN_HEADER, TAG_BYTES } from "./registers.js";
import { type CachePolicy, Session } from "./session.js";

interface Request extends AsyncRequest {
  readonly message: Uint8Array;
}

export interface VirtioFsOptions {
  readonly fs: FileSystem;
  /** What the guest mounts, at most 36 bytes: a character each. */
  readonly tag: string;
  readonly cache?: keyof typeof POLICIES;
  readonly requestQueues?: number;
  readonly queueSize?: number;
}

/** As virtiofsd's: what others change in the folder is seen at once, after a second, or never. */
export const POLICIES = {
  never: { valid: 0, openFlags: FOPEN_DIRECT_IO },
  auto: { valid: 1, openFlags: 0 },
  always: { valid: 86400, openFlags: FOPEN_KEEP_CACHE },
} as const satisfies Record<string, CachePolicy>;

/** Longest message: a write with its headers, and some. */
const LONGEST = VIRTIO_FS_MAX_WRITE + 4096;

export class VirtioFs extends AsyncVirtioDevice<Request, Uint8Array | undefined> {
  override readonly name = "virtio-fs";
  override readonly deviceId = 26;
  override readonly pciClass = 0x018000;
  override readonly queueSizes: readonly number[];
  override readonly features = [];
  private readonly session: Session;

  constructor({ fs, tag, cache = "auto", requestQueues = 1, queueSize = 128 }: VirtioFsOptions) {
    super();
    this.queueSizes = Array.from({ length: 1 + requestQueues }, () => queueSize);
    this.session = new Session(fs, POLICIES[cache]);
    this.config = new Uint8Array(TAG_BYTES + 4);
    this.config.set(bytesOf(tag));
    new DataView(this.config.buffer).setUint32(TAG_BYTES, requestQueues, true);
  }

  protected override parse(queueIndex: number, chain: Chain): Request {
    // A longer one is cut, and then lies about its size.
    const message = new Uint8Array(Math.min(chain.readableLength, LONGEST));
    copyOut(this.transport.memory, chain.readable, message);
    return { queueIndex, chain, message };
  }

  protected override execute({ message, chain }: Request): Later<Uint8Array | undefined> {
    if (message.length < IN_HEADER) return undefined;
    return answer(this.session, message, Math.min(chain.writableLength, LONGEST));
  }

  protected override failure(_error: unknown, { message }: Request): Uint8Array {
    return errorReply(message.subarray(8, 16));
  }

  protected override complete({ chain }: Request, reply: Uint8Array | undefined): number {
    return reply === undefined ? 0 : copyIn(this.transport.memory, chain.writable, reply);
  }

  protected override keeps(): boolean {
    return true;
  }

  override reset(): void {
    super.reset();
    this.session.end();
  }

  override get unsaved(): string | undefined {
    return this.session.begun ? "the guest has its folder mounted; unmounted it can be saved" : undefined;
  }
}
