// What a kernel module says about itself: the "key=value" strings of the .modinfo section of its ELF file.

/** The values of each key of .modinfo, in order. Throws when the bytes are not a little-endian ELF file. */
export function modinfo(file: Uint8Array): Map<string, string[]> {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  if (file.length < 64 || view.getUint32(0) !== 0x7f454c46 || file[5] !== 1)
    throw new Error("not a little-endian ELF file");
  const wide = file[4] === 2;
  const word = (at: number) => (wide ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true));
  const table = word(wide ? 0x28 : 0x20);
  const [entry, count, nameSection] = [0, 2, 4].map((at) => view.getUint16((wide ? 0x3a : 0x2e) + at, true)) as [
    number,
    number,
    number,
  ];
  const section = (index: number) => {
    const at = table + index * entry;
    return {
      name: view.getUint32(at, true),
      offset: word(at + (wide ? 0x18 : 0x10)),
      size: word(at + (wide ? 0x20 : 0x14)),
    };
  };
  const names = section(nameSection);
  const info = new Map<string, string[]>();
  for (let i = 0; i < count; i++) {
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
