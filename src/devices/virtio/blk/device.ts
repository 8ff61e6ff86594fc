// Virtio block device. Virtio 1.2, section 5.2. A request that failed and for which the machine is stopped is held until the machine
// goes on: then it is done again.

import type { BlockBackend } from "../../../block/interfaces.js";
import { BLK_ZERO_BYTES, BLK_ZERO_SECTORS } from "../../../tuning/devices.js";
import type { DiskErrors, DiskOperation } from "../../registry/context.js";
import { type AsyncRequest, AsyncVirtioDevice, HELD, type Outcome } from "../async.js";
import type { VirtioTransport } from "../device.js";
import { copyIn, copyOut, type Segment, slice } from "../queue/segments.js";
import { type Chain, VirtqueueError } from "../queue/virtqueue.js";
import * as blk from "./registers.js";
import { Transfers } from "./transfer.js";

export interface VirtioBlkOptions {
  /** Size a multiple of 512. Read-only if the back end is. */
  readonly backend: BlockBackend;
  /** For GET_ID; at most 20 bytes are seen. */
  readonly serial?: string | undefined;
  /** Bytes, a power of two from 512: smallest unit the guest may address. */
  readonly logicalBlockSize?: number;
  /** Bytes, a power of two not below the logical size: unit writes are fast in. */
  readonly physicalBlockSize?: number | undefined;
  readonly numQueues?: number;
  /** A power of two. */
  readonly queueSize?: number;
  /** False: every write is on stable storage when it completes, and the guest need not flush. */
  readonly writeCache?: boolean;
  /** Requests that write zeros. */
  readonly writeZeroes?: boolean;
  /** Told of every failure of the back end; says what becomes of the request (it is reported unless told). */
  readonly onError?: DiskErrors;
}

interface Request extends AsyncRequest {
  /** Counts what the guest asked for. */
  readonly number: number;
  readonly type: number;
  /** In units of 512 bytes; may be beyond anything, but is exact where it matters. */
  readonly sector: number;
  readonly out: readonly Segment[];
  readonly outLength: number;
  readonly in: readonly Segment[];
  readonly inLength: number;
  readonly statusAddress: number;
}

export class VirtioBlk extends AsyncVirtioDevice<Request, number> {
  override readonly name = "virtio-blk";
  override readonly deviceId = 2;
  override readonly pciClass = 0x010000;
  override readonly queueSizes: readonly number[];
  override readonly features: readonly number[];
  private readonly backend: BlockBackend;
  private readonly blockSize: number;
  private transfers!: Transfers;
  private requests = 0;

  constructor(private readonly options: VirtioBlkOptions) {
    super();
    const { backend, numQueues = 1, queueSize = 256, logicalBlockSize = 512 } = options;
    const { writeCache = true, writeZeroes = true } = options;
    if (logicalBlockSize < blk.SECTOR || (logicalBlockSize & (logicalBlockSize - 1)) !== 0) {
      throw new Error(`virtio-blk: logical block size ${logicalBlockSize} is not a power of two from 512`);
    }
    if ((queueSize & (queueSize - 1)) !== 0)
      throw new Error(`virtio-blk: queue size ${queueSize} is not a power of two`);
    this.backend = backend;
    this.blockSize = logicalBlockSize;
    this.queueSizes = new Array(numQueues).fill(queueSize);
    const features = [blk.F_SEG_MAX, blk.F_BLK_SIZE, blk.F_TOPOLOGY];
    if (writeCache) features.push(blk.F_FLUSH);
    if (backend.readOnly) features.push(blk.F_RO);
    else if (writeZeroes) features.push(blk.F_WRITE_ZEROES);
    if (numQueues > 1) features.push(blk.F_MQ);
    this.features = features;
    this.config = this.configBytes(queueSize, numQueues);
  }

  override attach(transport: VirtioTransport): void {
    super.attach(transport);
    this.transfers = new Transfers(transport.memory, this.backend);
  }

  override get unsaved(): string | undefined {
    if (this.held.length === 0) return undefined;
    return `${this.held.length} requests to its disk failed and wait to be done again ("cont" in the monitor, resume() of the API)`;
  }

  /** Writes and flushes. */
  protected override keeps(request: Request): boolean {
    return operationOf(request) === "write";
  }

  protected override complete(request: Request, status: number): number {
    this.transport.memory.writeU8(request.statusAddress, status);
    // Data before the status counts as written only when it was.
    return status === blk.S_OK ? request.inLength + 1 : 1;
  }

  protected override parse(queueIndex: number, chain: Chain): Request {
    const header = new Uint8Array(blk.HEADER_SIZE);
    if (copyOut(this.transport.memory, chain.readable, header) < header.length || chain.writableLength < 1) {
      throw new VirtqueueError(
        `request with ${chain.readableLength} readable and ${chain.writableLength} writable bytes has no room for its headers`,
      );
    }
    const view = new DataView(header.buffer);
    const outLength = chain.readableLength - header.length;
    const inLength = chain.writableLength - 1;
    const last = chain.writable.at(-1)!;
    return {
      number: this.requests++,
      queueIndex,
      chain,
      type: view.getUint32(0, true),
      sector: view.getUint32(12, true) * 2 ** 32 + view.getUint32(8, true),
      out: slice(chain.readable, header.length, outLength),
      outLength,
      in: slice(chain.writable, 0, inLength),
      inLength,
      statusAddress: last.address + last.length - 1,
    };
  }

  protected override execute(request: Request): Outcome<number> {
    switch (request.type) {
      case blk.T_IN:
        return this.read(request);
      case blk.T_OUT:
        return this.write(request);
      case blk.T_FLUSH:
        return this.flushBehind(request);
      case blk.T_GET_ID:
        return this.identify(request);
      case blk.T_WRITE_ZEROES:
        return this.backend.readOnly ? blk.S_UNSUPP : this.writeZeroes(request);
      default:
        return blk.S_UNSUPP;
    }
  }

  private read({ sector, in: segments, inLength: length }: Request): Outcome<number> {
    if (!this.isInside(sector, length)) return blk.S_IOERR;
    const transfer = { offset: sector * blk.SECTOR, length, segments };
    if (length === 0 || this.transfers.readNow(transfer)) return blk.S_OK;
    return this.transfers.readLater(transfer, this.untilReset()).then(() => blk.S_OK);
  }

  private write({ sector, out: segments, outLength: length }: Request): Outcome<number> {
    if (this.backend.readOnly || !this.isInside(sector, length)) return blk.S_IOERR;
    const transfer = { offset: sector * blk.SECTOR, length, segments };
    if (length === 0 || this.transfers.writeNow(transfer)) return this.written();
    return this.transfers.writeLater(transfer, this.untilReset()).then(() => this.written());
  }

  /** A driver that cannot flush expects writes to be stable when they complete (section 5.2.6.2). */
  private written(): Outcome<number> {
    return this.transport.negotiated(blk.F_FLUSH) ? blk.S_OK : this.flush();
  }

  private flush(): Outcome<number> {
    if (this.backend.flushSync?.() === true) return blk.S_OK;
    return this.backend.flush().then(() => blk.S_OK);
  }

  /** A flush that the guest asks for comes behind the writes it has asked for before. */
  private flushBehind(request: Request): Outcome<number> {
    const before = ({ number }: Request): boolean => number < request.number;
    if (this.held.some(before)) return HELD;
    const waited = this.kept.filter(([other]) => before(other)).map(([, settled]) => settled);
    // One of them may be held then, or even be under way again.
    return waited.length === 0 ? this.flush() : Promise.all(waited).then(() => this.flushBehind(request));
  }

  private identify({ in: segments, inLength }: Request): number {
    const id = new Uint8Array(Math.min(blk.ID_SIZE, inLength));
    const serial = this.options.serial ?? "";
    for (let i = 0; i < Math.min(serial.length, id.length); i++) id[i] = serial.charCodeAt(i);
    copyIn(this.transport.memory, segments, id);
    return blk.S_OK;
  }

  private writeZeroes({ out, outLength }: Request): Outcome<number> {
    // One range per request, as the configuration says.
    if (outLength !== blk.RANGE_SIZE) return blk.S_IOERR;
    const bytes = new Uint8Array(blk.RANGE_SIZE);
    copyOut(this.transport.memory, out, bytes);
    const view = new DataView(bytes.buffer);
    const sector = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
    const count = view.getUint32(8, true);
    if ((view.getUint32(12, true) & ~blk.FLAG_UNMAP) !== 0) return blk.S_UNSUPP;
    if (count > BLK_ZERO_SECTORS || !this.isInside(sector, count * blk.SECTOR)) return blk.S_IOERR;
    return this.zero(sector * blk.SECTOR, count * blk.SECTOR);
  }

  private zero(offset: number, length: number): Outcome<number> {
    const zeros = new Uint8Array(Math.min(length, BLK_ZERO_BYTES));
    for (let at = 0; at < length; at += zeros.length) {
      const piece = zeros.subarray(0, length - at);
      if (this.backend.writeSync?.(offset + at, piece) !== true) {
        return this.backend
          .write(offset + at, piece)
          .then(() => this.zero(offset + at + piece.length, length - at - piece.length));
      }
    }
    return this.written();
  }

  private isInside(sector: number, length: number): boolean {
    const offset = sector * blk.SECTOR;
    return offset % this.blockSize === 0 && length % this.blockSize === 0 && offset + length <= this.backend.size;
  }

  /** What becomes of a request that the back end could not do. */
  protected override failure(error: unknown, request: Request): number | typeof HELD {
    const reason = error instanceof Error ? error : new Error(String(error));
    this.transport.log.guestError(`${this.name}: ${reason.message}`);
    switch (this.options.onError?.(reason, operationOf(request)) ?? "report") {
      case "ignore":
        return blk.S_OK;
      case "stop":
        return HELD;
      case "report":
        return blk.S_IOERR;
    }
  }

  private configBytes(queueSize: number, numQueues: number): Uint8Array {
    const view = new DataView(new ArrayBuffer(blk.CONFIG_SIZE));
    const { size } = this.backend;
    const sectors = Math.floor(size / blk.SECTOR);
    const physical = this.options.physicalBlockSize ?? this.blockSize;
    view.setUint32(0, sectors % 2 ** 32, true);
    view.setUint32(4, Math.floor(sectors / 2 ** 32), true);
    // Header and status take a descriptor each.
    view.setUint32(12, Math.max(1, queueSize - 2), true);
    view.setUint32(20, this.blockSize, true);
    view.setUint8(24, Math.max(0, Math.log2(physical / this.blockSize)));
    view.setUint16(26, 1, true);
    view.setUint16(34, numQueues, true);
    view.setUint32(48, BLK_ZERO_SECTORS, true);
    view.setUint32(52, 1, true);
    return new Uint8Array(view.buffer);
  }
}

function operationOf({ type }: Request): DiskOperation {
  return type === blk.T_IN || type === blk.T_GET_ID ? "read" : "write";
}
