// Offsets of the registers of virtio over MMIO. Virtio 1.2, section 4.2.2. All are 32 bits wide but the configuration space.

export const MAGIC = 0x00;
export const VERSION = 0x04;
export const DEVICE_ID = 0x08;
export const VENDOR_ID = 0x0c;
export const DEVICE_FEATURES = 0x10;
export const DEVICE_FEATURES_SEL = 0x14;
export const DRIVER_FEATURES = 0x20;
export const DRIVER_FEATURES_SEL = 0x24;
export const QUEUE_SEL = 0x30;
export const QUEUE_NUM_MAX = 0x34;
export const QUEUE_NUM = 0x38;
export const QUEUE_READY = 0x44;
export const QUEUE_NOTIFY = 0x50;
export const INTERRUPT_STATUS = 0x60;
export const INTERRUPT_ACK = 0x64;
export const STATUS = 0x70;
export const QUEUE_DESC = 0x80;
export const QUEUE_DRIVER = 0x90;
export const QUEUE_DEVICE = 0xa0;
/** Shared memory: there is none, whose length and place are all ones. */
export const SHM_LEN = 0xb0;
export const SHM_END = 0xc0;
export const CONFIG_GENERATION = 0xfc;
export const CONFIG = 0x100;

export const SIZE = 0x200;

/** "virt". */
export const MAGIC_VALUE = 0x74726976;
/** The interface of virtio 1.0 and later. */
export const VERSION_VALUE = 2;
/** "QEMU", which drivers do not look at. */
export const VENDOR_VALUE = 0x554d4551;

export const INT_QUEUE = 1;
export const INT_CONFIG = 2;
