// The commands of the disk. NVM Express 1.4, section 6.

import type { BlockBackend } from "../../../block/interfaces.js";
import { BLK_DISCARD_SECTORS, BLK_ZERO_BYTES } from "../../../tuning/devices.js";
import type { GuestMemory } from "../../interfaces.js";
import type { DiskOperation } from "../../registry/context.js";
import { Transfers } from "../../virtio/blk/transfer.js";
import { copyOut } from "../../virtio/queue/segments.js";
import { prpSegments } from "./prp.js";
import type { Command } from "./queues.js";
import * as nvme from "./registers.js";

const RANGE = 16;
const NAMESPACE = 1;
const EVERYTHING = 0xffffffff;

export class NvmeDisk {
  private readonly transfers: Transfers;

  constructor(
    private readonly memory: GuestMemory,
    private readonly backend: BlockBackend,
    /** Writes are stable when they complete. */
    private readonly through: () => boolean,
    /** Bytes of the driver's pages. */
    private readonly page: () => number,
  ) {
    this.transfers = new Transfers(memory, backend);
  }

  /** Its status, now or later; rejects or throws what the back end does. `wanted`: the driver still waits for it. */
  execute(command: Command, wanted: () => boolean): number | Promise<number> {
    const { opcode, namespace } = command;
    if (opcode === nvme.FLUSH && namespace === EVERYTHING) return this.flush();
    if (namespace !== NAMESPACE) return nvme.S_INVALID_NAMESPACE;
    switch (opcode) {
      case nvme.FLUSH:
        return this.flush();
      case nvme.READ:
      case nvme.WRITE:
        return this.move(command, wanted);
      case nvme.WRITE_ZEROES:
        return this.zero(command);
      case nvme.DATASET:
        return this.dataset(command);
      default:
        return nvme.S_INVALID_OPCODE;
    }
  }

  private flush(): number | Promise<number> {
    if (this.backend.flushSync?.() === true) return nvme.S_OK;
    return this.backend.flush().then(() => nvme.S_OK);
  }

  private move(command: Command, wanted: () => boolean): number | Promise<number> {
    const { offset, length } = rangeOf(command);
    if (!this.isInside(offset, length)) return nvme.S_RANGE;
    if (length > this.page() * 2 ** nvme.MDTS) return nvme.S_INVALID_FIELD;
    const segments = prpSegments(this.memory, this.page(), command.prp1, command.prp2, length);
    if (!segments) return nvme.S_INVALID_PRP;
    const transfer = { offset, length, segments };
    if (command.opcode === nvme.READ) {
      if (this.transfers.readNow(transfer)) return nvme.S_OK;
      return this.transfers.readLater(transfer, wanted).then(() => nvme.S_OK);
    }
    if (this.backend.readOnly) return nvme.S_WRITE_FAULT;
    if (this.transfers.writeNow(transfer)) return this.written(command);
    return this.transfers.writeLater(transfer, wanted).then(() => this.written(command));
  }

  private written({ words }: Command): number | Promise<number> {
    return this.through() || (words[2]! & nvme.FUA) !== 0 ? this.flush() : nvme.S_OK;
  }

  private zero(command: Command): number | Promise<number> {
    const { offset, length } = rangeOf(command);
    if (!this.isInside(offset, length)) return nvme.S_RANGE;
    if (this.backend.readOnly) return nvme.S_WRITE_FAULT;
    const unmap = (command.words[2]! & nvme.DEALLOCATE) !== 0;
    return this.zeroes(offset, length, unmap).then(() => this.written(command));
  }

  private async zeroes(offset: number, length: number, unmap: boolean): Promise<void> {
    if (this.backend.writeZeroes) return this.backend.writeZeroes(offset, length, unmap);
    const zeros = new Uint8Array(Math.min(length, BLK_ZERO_BYTES));
    for (let at = 0; at < length; at += zeros.length) {
      await this.backend.write(offset + at, zeros.subarray(0, length - at));
    }
  }

  private dataset(command: Command): number | Promise<number> {
    const { words, prp1, prp2 } = command;
    if ((words[1]! & nvme.DATASET_DEALLOCATE) === 0) return nvme.S_OK;
    if (this.backend.readOnly) return nvme.S_WRITE_FAULT;
    const bytes = new Uint8Array(((words[0]! & 0xff) + 1) * RANGE);
    const segments = prpSegments(this.memory, this.page(), prp1, prp2, bytes.length);
    if (!segments) return nvme.S_INVALID_PRP;
    copyOut(this.memory, segments, bytes);
    const view = new DataView(bytes.buffer);
    const ranges: { offset: number; length: number }[] = [];
    for (let at = 0; at < bytes.length; at += RANGE) {
      const offset = (view.getUint32(at + 12, true) * 2 ** 32 + view.getUint32(at + 8, true)) * nvme.SECTOR;
      const length = view.getUint32(at + 4, true) * nvme.SECTOR;
      if (!this.isInside(offset, length)) return nvme.S_RANGE;
      ranges.push({ offset, length });
    }
    return this.discard(ranges);
  }

  /** In pieces, between which others have their turn. */
  private async discard(ranges: readonly { offset: number; length: number }[]): Promise<number> {
    const most = BLK_DISCARD_SECTORS * nvme.SECTOR;
    for (const { offset, length } of ranges) {
      for (let at = 0; at < length; at += most) await this.backend.discard?.(offset + at, Math.min(most, length - at));
    }
    return nvme.S_OK;
  }

  private isInside(offset: number, length: number): boolean {
    return offset + length <= Math.floor(this.backend.size / nvme.SECTOR) * nvme.SECTOR;
  }
}

/** What of the disk a command is about. */
function rangeOf({ words }: Command): { offset: number; length: number } {
  const sector = words[1]! * 2 ** 32 + words[0]!;
  return { offset: sector * nvme.SECTOR, length: ((words[2]! & 0xffff) + 1) * nvme.SECTOR };
}

/** For the drive's werror= and rerror=. */
export function operationOf({ opcode }: Command): DiskOperation {
  return opcode === nvme.READ ? "read" : "write";
}
