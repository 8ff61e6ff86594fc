// How long a zstd frame is (RFC 8878, section 3.1): what is behind it does not belong to it.

const MAGIC = 0xfd2fb528;
const RAW = 0;
const RLE = 1;
const RESERVED = 3;

/** Bytes of the frame at the start of `bytes`. Throws Error where there is none, or it unpacks to another size than `length`. */
export function frameLength(bytes: Uint8Array, length: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 6 || view.getUint32(0, true) !== MAGIC) throw new Error("it is no zstd frame");
  const descriptor = bytes[4]!;
  const single = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  const content = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const sizeAt = 5 + (single ? 0 : 1) + dictionary;
  let at = sizeAt + content;
  if (at > bytes.length) throw new Error("its zstd frame is cut short");
  if (content > 0 && contentSize(view, sizeAt, content) !== length) {
    throw new Error(`it is a zstd frame of ${contentSize(view, sizeAt, content)} bytes instead of ${length}`);
  }
  for (;;) {
    if (at + 3 > bytes.length) throw new Error("its zstd frame is cut short");
    const header = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
    const kind = (header >> 1) & 3;
    if (kind === RESERVED) throw new Error("its zstd frame has a block of no known kind");
    const size = header >> 3;
    if ((kind === RAW || kind === RLE) && size > length) throw new Error("its zstd frame has a block that is too long");
    at += 3 + (kind === RLE ? 1 : size);
    if ((header & 1) !== 0) break;
  }
  if ((descriptor & 4) !== 0) at += 4;
  if (at > bytes.length) throw new Error("its zstd frame is cut short");
  return at;
}

function contentSize(view: DataView, at: number, length: number): number {
  switch (length) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    default:
      return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
  }
}
