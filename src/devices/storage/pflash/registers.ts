// Commands and status of flash chips of Intel's command set (Common Flash Memory Interface, JESD68.01; Intel StrataFlash data sheet).

export const READ_ARRAY = 0xff;
export const READ_ARRAY_TOO = 0x00;
export const RESET = 0xf0;
export const PROGRAM = 0x10;
export const PROGRAM_TOO = 0x40;
export const BLOCK_ERASE = 0x20;
export const CLEAR_STATUS = 0x50;
export const LOCK = 0x60;
export const READ_STATUS = 0x70;
export const READ_ID = 0x90;
export const QUERY = 0x98;
export const BUFFERED_PROGRAM = 0xe8;
/** Second cycles. */
export const CONFIRM = 0xd0;
export const LOCK_BLOCK = 0x01;

export const STATUS_READY = 0x80;
export const STATUS_PROGRAM_ERROR = 0x10;
export const STATUS_ERASE_ERROR = 0x20;

/** Bytes of a chip's write buffer, as a power of two. */
export const BUFFER_SHIFT = 11;

/** What the query answers, from index 10h on: of one chip, with `blocks` of `blockBytes`. QEMU's values. */
export function queryTable(blocks: number, blockBytes: number): Uint8Array {
  const table = new Uint8Array(0x40);
  const put = (at: number, ...bytes: number[]) => table.set(bytes, at);
  put(0x10, 0x51, 0x52, 0x59); // "QRY"
  put(0x13, 0x01, 0x00, 0x31, 0x00); // Intel's extended commands, their table
  put(0x1b, 0x45, 0x55, 0x00, 0x00); // supply voltages
  put(0x1f, 0x07, 0x07, 0x0a, 0x00, 0x04, 0x04, 0x04, 0x00); // times
  put(0x27, Math.log2(blocks * blockBytes), 0x02, 0x00, BUFFER_SHIFT, 0x00);
  put(0x2c, 0x01, blocks - 1, (blocks - 1) >> 8, blockBytes >> 8, blockBytes >> 16);
  put(0x31, 0x50, 0x52, 0x49, 0x31, 0x30); // "PRI", version 1.0
  put(0x3f, 0x01);
  return table;
}
