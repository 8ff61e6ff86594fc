// For tests/core/static-data.test.ts: functions that read static data, write to it, and keep a value in a global.

const table: usize = memory.data<i32>([2, 3, 5, 7]);
const scratch: usize = memory.data(64, 16);
let kept: i32 = 0;

export function reads(k: i32): i32 {
  return load<i32>(table + (k << 2));
}

export function writes(k: i32): void {
  store<i32>(scratch + (k << 2), k);
}

export function fills(bytes: i32): void {
  memory.fill(scratch + 16, 0, bytes);
}

export function gives(k: i32): i32 {
  return taken(scratch, k);
}

export function keeps(k: i32): i32 {
  const before = kept;
  kept = k;
  return before;
}

// @ts-ignore: decorator
@noinline function taken(at: usize, k: i32): i32 {
  store<i32>(at, k);
  return k;
}
