// Constants of virtio 1.2 that all devices and transports share.

/** Device status, section 2.1. */
export const STATUS_DRIVER_OK = 4;
export const STATUS_FEATURES_OK = 8;
export const STATUS_NEEDS_RESET = 64;
export const STATUS_FAILED = 128;

/** Feature bits, section 6. */
export const F_INDIRECT_DESC = 28;
export const F_EVENT_IDX = 29;
export const F_VERSION_1 = 32;

/** "No vector" in the MSI-X vector registers, section 4.1.4.3. */
export const NO_VECTOR = 0xffff;
