// The vendor capabilities that say where in the BARs a virtio device's structures are. Virtio 1.2, section 4.1.4.

export const CFG_COMMON = 1;
export const CFG_NOTIFY = 2;
export const CFG_ISR = 3;
export const CFG_DEVICE = 4;
export const CFG_PCI = 5;

/** BAR 4, as QEMU lays it out: four pages. */
export const MODERN_BAR = 4;
export const MODERN_BAR_SIZE = 0x4000;
export const PAGE = 0x1000;
export const NOTIFY_MULTIPLIER = 4;
export const MSIX_BAR = 1;

/** Offsets in the PCI access capability, from its start. */
export const PCI_CAP_BAR = 4;
export const PCI_CAP_OFFSET = 8;
export const PCI_CAP_LENGTH = 12;
export const PCI_CAP_DATA = 16;

/** Body of struct virtio_pci_cap after its first two bytes; `tail` is what follows (notify multiplier, access window). */
export function capabilityBody(type: number, bar: number, offset: number, length: number, tail?: number): Uint8Array {
  const size = tail === undefined ? 16 : 20;
  const view = new DataView(new ArrayBuffer(size));
  view.setUint8(2, size);
  view.setUint8(3, type);
  view.setUint8(4, bar);
  view.setUint32(8, offset, true);
  view.setUint32(12, length, true);
  if (tail !== undefined) view.setUint32(16, tail, true);
  return new Uint8Array(view.buffer, 2);
}
