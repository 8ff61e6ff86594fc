// AssemblyScript, compiled as core is by signs.test.ts: what is unsigned, loaded and widened in the ways that core does it.

// @ts-ignore: decorator
@inline function field(at: i32): i32 {
  return load<i32>(4096 + at);
}

export function inlined(): u64 {
  return <u64>(<u32>field(4));
}

export function loaded(at: i32): u64 {
  return <u64>(<u32>load<i32>(at));
}

export function compared(x: u64): bool {
  const low = <u64>(<u32>field(8));
  return x < low;
}

export function added(x: u64): u64 {
  return x + <u32>field(12);
}

export function differs(x: u64, at: i32): bool {
  return x - load<u32>(at) < load<u32>(at, 4);
}

export function bytes(at: i32): u64 {
  return <u64>(<u8>load<i8>(at)) + <u64>(<u16>load<i16>(at + 2));
}

export function signed_loaded(at: i32): i64 {
  return <i64>load<i32>(at);
}

export function signed_widened(at: i32): i64 {
  return <i64>(<i32>load<u32>(at));
}
