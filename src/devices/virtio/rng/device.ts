import type { EntropySource } from "../../interfaces.js";
import { VirtioDevice } from "../device.js";
import { copyIn, slice } from "../queue/segments.js";

/** Most bytes given for one request, so that a huge buffer does not hold up the machine. */
const MAX_BYTES = 65536;

/** Entropy device. Virtio 1.2, section 5.4: fills whatever it is given. */
export class VirtioRng extends VirtioDevice {
  override readonly name = "virtio-rng";
  override readonly deviceId = 4;
  override readonly pciClass = 0xff0000;
  override readonly queueSizes = [8];
  override readonly features = [];

  constructor(private readonly source: EntropySource) {
    super();
  }

  override handleQueue(index: number): void {
    const queue = this.transport.queue(index);
    try {
      for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
        // Not filled in place: hosts' generators refuse shared memory.
        const bytes = new Uint8Array(Math.min(chain.writableLength, MAX_BYTES));
        this.source.fill(bytes);
        queue.push(chain, copyIn(this.transport.memory, slice(chain.writable, 0, bytes.length), bytes));
      }
    } finally {
      this.transport.notify(index);
    }
  }
}
