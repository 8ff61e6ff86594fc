// Gives functions of a Wasm module names that profiles show: a name section for what it exports.

function leb(value) {
  const bytes = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest & 127) | 128);
  }
}

const text = (string) => {
  const bytes = [...new TextEncoder().encode(string)];
  return [...leb(bytes.length), ...bytes];
};
const section = (id, bytes) => [id, ...leb(bytes.length), ...bytes];

/** The function indices of the exports, by the exports' names. */
function exportedFunctions(bytes) {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const found = new Map();
  while (at < bytes.length) {
    const id = bytes[at++];
    const size = number();
    if (id !== 7) {
      at += size;
      continue;
    }
    for (let count = number(); count > 0; count--) {
      const length = number();
      const name = new TextDecoder().decode(bytes.subarray(at, at + length));
      at += length;
      const kind = bytes[at++];
      const index = number();
      if (kind === 0) found.set(name, index);
    }
    break;
  }
  return found;
}

/** The module's bytes with names in them: its own, and for each export what `label(export's name)` says. */
export function withNames(bytes, moduleName, label) {
  const named = [...exportedFunctions(bytes)].sort((a, b) => a[1] - b[1]);
  const functions = [...leb(named.length), ...named.flatMap(([name, index]) => [...leb(index), ...text(label(name))])];
  const names = section(0, [...text("name"), ...section(0, text(moduleName)), ...section(1, functions)]);
  const result = new Uint8Array(bytes.length + names.length);
  result.set(bytes);
  result.set(names, bytes.length);
  return result;
}
