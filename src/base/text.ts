/** UTF-8 of a text; there is no TextEncoder without a host. */
export function encodeText(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else {
      bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    }
  }
  return Uint8Array.from(bytes);
}

/** The text of UTF-8; where the bytes are none, each that is not ASCII becomes a replacement character. */
export function decodeText(bytes: Uint8Array): string {
  const text = latin1(bytes);
  try {
    return decodeURIComponent(text.replaceAll(/[%\x80-\xff]/g, (char) => `%${char.charCodeAt(0).toString(16)}`));
  } catch {
    return text.replaceAll(/[\x80-\xff]/g, "\ufffd");
  }
}

/** One character per byte, as a terminal without UTF-8 shows it. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
