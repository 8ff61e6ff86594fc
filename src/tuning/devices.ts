// Sizes of devices' work. Each constant names its record in docs/decisions/, which has the figures.

/** virtio-blk: mean bytes of a request's segments from which each is read or written in place; below, one copy is cheaper. Record:
 *  virtio-blk-buffers. */
export const BLK_DIRECT_BYTES = 32 << 10;
/** virtio-blk: most bytes of a request in a buffer of the host's at once. Record: virtio-blk-buffers. */
export const BLK_BUFFER_BYTES = 4 << 20;
/** virtio-blk: zeros are written in pieces of this many bytes. Record: virtio-blk-buffers. */
export const BLK_ZERO_BYTES = 256 << 10;
/** virtio-blk: most sectors of 512 bytes in one write-zeroes request. Record: virtio-blk-buffers. */
export const BLK_ZERO_SECTORS = 8192;
/** virtio-blk, NVMe: most sectors of 512 bytes in one request that lets go of them. Record: virtio-blk-buffers. */
export const BLK_DISCARD_SECTORS = 1 << 18;
