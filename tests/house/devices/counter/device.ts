import { VirtioDevice } from "../../../../src/devices/virtio/device.js";
import { copyIn } from "../../../../src/devices/virtio/queue/segments.js";

export class VirtioCounter extends VirtioDevice {
  override readonly name = "virtio-counter";
  override readonly deviceId = 63;
  override readonly pciClass = 0xff0000;
  override readonly queueSizes = [8];
  override readonly features = [];

  constructor(private next: number) {
    super();
    this.config = Uint8Array.of(next);
  }

  override handleQueue(index: number): void {
    const queue = this.transport.queue(index);
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      const bytes = Uint8Array.from({ length: chain.writableLength }, () => this.next++);
      queue.push(chain, copyIn(this.transport.memory, chain.writable, bytes));
    }
    this.transport.notify(index);
  }
}
