// CRC-32 of ISO-HDLC (polynomial EDB88320h, reflected), as zip, gzip and PNG have it.

const TABLE = new Uint32Array(256).map((_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

/** Of the bytes, as an unsigned number. */
export function crc32(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (let k = 0; k < bytes.length; k++) rest = TABLE[(rest ^ bytes[k]!) & 255]! ^ (rest >>> 8);
  return ~rest >>> 0;
}
