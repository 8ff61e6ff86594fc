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
/** virtio-9p: largest message. A guest asks for less mostly; Linux for at most 512,000 bytes. Record: virtio-9p-sizes. */
export const P9_MAX_MESSAGE = 1 << 20;
/** virtio-9p: most fids of a guest, which takes a little memory of the host's for each. Record: virtio-9p-sizes. */
export const P9_MAX_FIDS = 1 << 20;
/** Folders in memory: bytes of all that is in one, unless the user says another number. Record: virtio-9p-sizes. */
export const FOLDER_MEMORY_BYTES = 1 << 30;
/** virtio-fs: longest read and write, in whole pages; Linux asks for at most 1 MiB. Record: virtio-9p-sizes. */
export const VIRTIO_FS_MAX_WRITE = 1 << 20;
/** virtio-fs: most files that a guest knows at once. Record: virtio-9p-sizes. */
export const VIRTIO_FS_MAX_NODES = 1 << 21;
/** virtio-fs: most files that a guest has open. Record: virtio-9p-sizes. */
export const VIRTIO_FS_MAX_HANDLES = 1 << 20;
