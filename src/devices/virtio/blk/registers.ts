// Virtio 1.2, section 5.2.

export const F_SEG_MAX = 2;
export const F_RO = 5;
export const F_BLK_SIZE = 6;
export const F_FLUSH = 9;
export const F_TOPOLOGY = 10;
export const F_CONFIG_WCE = 11;
export const F_MQ = 12;
export const F_DISCARD = 13;
export const F_WRITE_ZEROES = 14;

export const T_IN = 0;
export const T_OUT = 1;
export const T_FLUSH = 4;
export const T_GET_ID = 8;
export const T_DISCARD = 11;
export const T_WRITE_ZEROES = 13;

export const S_OK = 0;
export const S_IOERR = 1;
export const S_UNSUPP = 2;

export const HEADER_SIZE = 16;
export const ID_SIZE = 20;
/** struct virtio_blk_discard_write_zeroes: u64 sector, u32 num_sectors, u32 flags. */
export const RANGE_SIZE = 16;
export const FLAG_UNMAP = 1;
export const SECTOR = 512;

/** Of the configuration: whether writes are in a cache when they complete; the driver may change it. */
export const WRITEBACK_AT = 32;
export const CONFIG_SIZE = 60;
