// Virtio block device. Virtio 1.2, section 5.2. A request that failed and for which the machine is stopped is held until the machine
// goes on: then it is done again.

import type { BlockBackend } from "../../../block/interfaces.js";
import { BLK_DISCARD_SECTORS, BLK_ZERO_BYTES, BLK_ZERO_SECTORS } from "../../../tuning/devices.js";
import type { DeviceState } from "../../interfaces.js";
import type { DiskErrors, DiskOperation } from "../../registry/context.js";
import type { StateReader } from "../../state.js";
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
  /** Whether the driver may switch the write cache, where there is one. */
  readonly configWce?: boolean;
  /** Requests that write zeros. */
  readonly writeZeroes?: boolean;
  /** Requests that let go of sectors. */
  readonly discard?: boolean;
  /** Is given what is to be called when the back end has another size. */
  readonly onResize?: (listener: () => void) => void;
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
  override readonly stateVersion = 2;
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
    const { writeCache = true, configWce = true, writeZeroes = true, discard = true } = options;
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
    if (writeCache && configWce) features.push(blk.F_CONFIG_WCE);
    if (backend.readOnly) features.push(blk.F_RO);
    else {
      if (writeZeroes) features.push(blk.F_WRITE_ZEROES);
      if (discard) features.push(blk.F_DISCARD);
    }
    if (numQueues > 1) features.push(blk.F_MQ);
    this.features = features;
    this.config = this.configBytes(queueSize, numQueues);
    options.onResize?.(() => {
      this.setCapacity();
      this.transport.configChanged();
    });
  }

  override attach(transport: VirtioTransport): void {
    super.attach(transport);
    this.transfers = new Transfers(transport.memory, this.backend);
  }

  override reset(): void {
    super.reset();
    this.config[blk.WRITEBACK_AT] = this.options.writeCache === false ? 0 : 1;
  }

  /** The driver may switch the write cache and nothing else. */
  override writeConfig(offset: number, size: number, value: number): void {
    if (offset > blk.WRITEBACK_AT || offset + size <= blk.WRITEBACK_AT) return;
    if (!this.transport.negotiated(blk.F_CONFIG_WCE)) return;
    this.config[blk.WRITEBACK_AT] = (value >>> (8 * (blk.WRITEBACK_AT - offset))) & 1;
  }

  override save(): DeviceState {
    return { writeback: this.config[blk.WRITEBACK_AT] === 1 };
  }

  override load(state: StateReader): void {
    this.config[blk.WRITEBACK_AT] = state.bool("writeback") ? 1 : 0;
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
      case blk.T_DISCARD:
        return this.backend.readOnly ? blk.S_UNSUPP : this.discard(request);
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
    const { transport, config } = this;
    const through = transport.negotiated(blk.F_CONFIG_WCE) && config[blk.WRITEBACK_AT] === 0;
    return transport.negotiated(blk.F_FLUSH) && !through ? blk.S_OK : this.flush();
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

  private writeZeroes(request: Request): Outcome<number> {
    const range = this.range(request, this.mostZeroes, blk.FLAG_UNMAP);
    if (typeof range === "number") return range;
    const { offset, length, flags } = range;
    if (!this.backend.writeZeroes) return this.zero(offset, length);
    return this.backend.writeZeroes(offset, length, (flags & blk.FLAG_UNMAP) !== 0).then(() => this.written());
  }

  private discard(request: Request): Outcome<number> {
    const range = this.range(request, BLK_DISCARD_SECTORS, 0);
    if (typeof range === "number") return range;
    // Whoever cannot let go of sectors keeps them.
    if (!this.backend.discard) return blk.S_OK;
    return this.backend.discard(range.offset, range.length).then(() => blk.S_OK);
  }

  /** The one range of a request, as the configuration says; or the status that it is refused with. */
  private range(
    { out, outLength }: Request,
    most: number,
    allowed: number,
  ): number | { offset: number; length: number; flags: number } {
    if (outLength !== blk.RANGE_SIZE) return blk.S_IOERR;
    const bytes = new Uint8Array(blk.RANGE_SIZE);
    copyOut(this.transport.memory, out, bytes);
    const view = new DataView(bytes.buffer);
    const sector = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
    const count = view.getUint32(8, true);
    const flags = view.getUint32(12, true);
    if ((flags & ~allowed) !== 0) return blk.S_UNSUPP;
    if (count > most || !this.isInside(sector, count * blk.SECTOR)) return blk.S_IOERR;
    return { offset: sector * blk.SECTOR, length: count * blk.SECTOR, flags };
  }

  /** Sectors of one request: few where zeros are written as such. */
  private get mostZeroes(): number {
    return this.backend.writeZeroes ? BLK_DISCARD_SECTORS : BLK_ZERO_SECTORS;
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
    const physical = this.options.physicalBlockSize ?? this.blockSize;
    this.setCapacity(view);
    // Header and status take a descriptor each.
    view.setUint32(12, Math.max(1, queueSize - 2), true);
    view.setUint32(20, this.blockSize, true);
    view.setUint8(24, Math.max(0, Math.log2(physical / this.blockSize)));
    view.setUint16(26, 1, true);
    view.setUint16(34, numQueues, true);
    view.setUint8(blk.WRITEBACK_AT, this.options.writeCache === false ? 0 : 1);
    view.setUint32(36, BLK_DISCARD_SECTORS, true);
    view.setUint32(40, 1, true);
    view.setUint32(44, this.blockSize / blk.SECTOR, true);
    view.setUint32(48, this.mostZeroes, true);
    view.setUint32(52, 1, true);
    view.setUint8(56, this.backend.writeZeroes ? 1 : 0);
    return new Uint8Array(view.buffer);
  }

  private setCapacity(view = new DataView(this.config.buffer)): void {
    const sectors = Math.floor(this.backend.size / blk.SECTOR);
    view.setUint32(0, sectors % 2 ** 32, true);
    view.setUint32(4, Math.floor(sectors / 2 ** 32), true);
  }
}

function operationOf({ type }: Request): DiskOperation {
  return type === blk.T_IN || type === blk.T_GET_ID ? "read" : "write";
}
