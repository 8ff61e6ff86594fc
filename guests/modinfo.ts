// What a kernel module says about itself: the "key=value" strings of the .modinfo section of its ELF file.

/** The values of each key of .modinfo, in order. Throws when the bytes are not a 64-bit little-endian ELF file. */
export function modinfo(file: Uint8Array): Map<string, string[]> {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  if (file.length < 64 || view.getUint32(0) !== 0x7f454c46 || file[4] !== 2 || file[5] !== 1)
    throw new Error("not a 64-bit little-endian ELF file");
  const table = Number(view.getBigUint64(0x28, true));
  const entry = view.getUint16(0x3a, true);
  const section = (index: number) => {
    const at = table + index * entry;
    return {
      name: view.getUint32(at, true),
      offset: Number(view.getBigUint64(at + 0x18, true)),
      size: Number(view.getBigUint64(at + 0x20, true)),
    };
  };
  const names = section(view.getUint16(0x3e, true));
  const info = new Map<string, string[]>();
  for (let i = 0; i < view.getUint16(0x3c, true); i++) {
    const { name, offset, size } = section(i);
    if (text(file, names.offset + name) !== ".modinfo") continue;
    for (const pair of new TextDecoder().decode(file.subarray(offset, offset + size)).split("\0")) {
      const equals = pair.indexOf("=");
      if (equals < 0) continue;
      const key = pair.slice(0, equals);
      info.set(key, [...(info.get(key) ?? []), pair.slice(equals + 1)]);
    }
  }
  return info;
}

function text(file: Uint8Array, start: number): string {
  return new TextDecoder().decode(file.subarray(start, file.indexOf(0, start)));
}
