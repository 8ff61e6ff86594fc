// The fields of the micro-op at `p` (src/tier0/uops.ts): its number, three slots, the halves of its immediate.

// @ts-ignore: decorator
@inline export function codeOf(p: usize): i32 {
  return <i32>load<u16>(p);
}
// @ts-ignore: decorator
@inline export function dOf(p: usize): i32 {
  return <i32>load<u16>(p, 2);
}
// @ts-ignore: decorator
@inline export function aOf(p: usize): i32 {
  return <i32>load<u16>(p, 4);
}
// @ts-ignore: decorator
@inline export function bOf(p: usize): i32 {
  return <i32>load<u16>(p, 6);
}
// @ts-ignore: decorator
@inline export function x0Of(p: usize): i32 {
  return load<i32>(p, 8);
}
// @ts-ignore: decorator
@inline export function x1Of(p: usize): i32 {
  return load<i32>(p, 12);
}
