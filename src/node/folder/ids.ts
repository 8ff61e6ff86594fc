// Inode numbers for the guest. The host may have several devices below one folder, with equal numbers on them: each file gets one
// number of its own, which stays the same as long as the machine runs.

/** Files of a device whose numbers are below this, and so many devices, are counted without a table. */
const PER_DEVICE = 2 ** 44;
const DEVICES = 2 ** 8;
const TABLE = PER_DEVICE * DEVICES;

export class InodeNumbers {
  private readonly devices = new Map<bigint, number>();
  private readonly others = new Map<string, number>();

  of(device: bigint, inode: bigint): number {
    let index = this.devices.get(device);
    if (index === undefined) {
      index = this.devices.size;
      this.devices.set(device, index);
    }
    if (index < DEVICES && inode < PER_DEVICE) return index * PER_DEVICE + Number(inode);
    const key = `${device}:${inode}`;
    let number = this.others.get(key);
    if (number === undefined) {
      number = TABLE + this.others.size;
      this.others.set(key, number);
    }
    return number;
  }
}
