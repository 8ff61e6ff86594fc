// Virtio 9p transport: each buffer is a message of 9P2000.L and has room for its answer.

import { ERRNO } from "../../../fs/errno.js";
import type { FileSystem } from "../../../fs/interfaces.js";
import type { Later } from "../../../fs/later.js";
import { bytesOf } from "../../../fs/names.js";
import { type AsyncRequest, AsyncVirtioDevice } from "../async.js";
import { copyIn, copyOut } from "../queue/segments.js";
import type { Chain } from "../queue/virtqueue.js";
import { answer, errorReply } from "./answer.js";
import { F_MOUNT_TAG, HEADER, NOTAG } from "./registers.js";
import { Session } from "./session.js";

interface Request extends AsyncRequest {
  readonly message: Uint8Array;
}

export interface Virtio9pOptions {
  readonly fs: FileSystem;
  /** What the guest mounts: a character each byte. */
  readonly tag: string;
}

export class Virtio9p extends AsyncVirtioDevice<Request, Uint8Array> {
  override readonly name = "virtio-9p";
  override readonly deviceId = 9;
  override readonly pciClass = 0x000200;
  override readonly queueSizes = [128];
  override readonly features = [F_MOUNT_TAG];
  private readonly session: Session;

  constructor({ fs, tag }: Virtio9pOptions) {
    super();
    this.session = new Session(fs);
    const bytes = bytesOf(tag);
    this.config = new Uint8Array(2 + bytes.length);
    new DataView(this.config.buffer).setUint16(0, bytes.length, true);
    this.config.set(bytes, 2);
  }

  protected override parse(queueIndex: number, chain: Chain): Request {
    // A longer one than was agreed on is cut, and then lies about its size.
    const message = new Uint8Array(Math.min(chain.readableLength, this.session.messageSize));
    copyOut(this.transport.memory, chain.readable, message);
    return { queueIndex, chain, message };
  }

  protected override execute({ message, chain }: Request): Later<Uint8Array> {
    if (message.length < HEADER) return errorReply(NOTAG, ERRNO.EPROTO);
    return answer(this.session, message, Math.min(chain.writableLength, this.session.messageSize));
  }

  protected override failure(_error: unknown, { message }: Request): Uint8Array {
    return errorReply(new DataView(message.buffer).getUint16(5, true), ERRNO.EIO);
  }

  protected override complete({ chain }: Request, reply: Uint8Array): number {
    return copyIn(this.transport.memory, chain.writable, reply);
  }

  protected override keeps(): boolean {
    return true;
  }

  override reset(): void {
    super.reset();
    this.session.end();
  }

  override get unsaved(): string | undefined {
    return this.session.size > 0 ? "the guest has its folder mounted; unmounted it can be saved" : undefined;
  }
}
