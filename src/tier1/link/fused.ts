// Whether the host multiplies and adds with one rounding. The relaxed operation (WebAssembly 3.0, 4.4.3) may round the product too: which of
// the two it does is the host's choice, once for all.

/** (f64, f64, f64) -> f64: f64x2.relaxed_madd of the operands as lanes. */
const MODULE = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x08, 0x01, 0x60, 0x03, 0x7c, 0x7c, 0x7c, 0x01, 0x7c],
  ...[0x03, 0x02, 0x01, 0x00, 0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00],
  ...[0x0a, 0x16, 0x01, 0x14, 0x00, 0x20, 0x00, 0xfd, 0x14, 0x20, 0x01, 0xfd, 0x14, 0x20, 0x02, 0xfd, 0x14],
  ...[0xfd, 0x87, 0x02, 0xfd, 0x21, 0x00, 0x0b],
);
/** The square of this is not a double: what it lacks is 2^-60. */
const X = 1 + 2 ** -30;

export function fusesMultiplyAdd(): boolean {
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(MODULE);
  } catch {
    // It has no relaxed operations.
    return false;
  }
  const { f } = new WebAssembly.Instance(module, {}).exports;
  return (f as (x: number, y: number, z: number) => number)(X, X, -(X * X)) === 2 ** -60;
}
