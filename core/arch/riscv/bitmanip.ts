// Carry-less products (Zbc).

/** Low half. */
export function riscv_clmul(cpu: i32, a: i64, b: i64, c: i64): i64 {
  let product: i64 = 0;
  for (let bits = b; bits != 0; bits &= bits - 1) product ^= a << ctz(bits);
  return product;
}

/** Bits 126 to 63. */
export function riscv_clmulr(cpu: i32, a: i64, b: i64, c: i64): i64 {
  let product: u64 = 0;
  for (let bits = b; bits != 0; bits &= bits - 1) product ^= <u64>a >> (63 - ctz(bits));
  return product;
}

/** High half. */
export function riscv_clmulh(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return <i64>(<u64>riscv_clmulr(cpu, a, b, c) >> 1);
}
