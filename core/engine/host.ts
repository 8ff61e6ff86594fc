// What the core of every guest imports from the machine; a guest's own imports are in its folder. No i64 crosses this border.

// @ts-ignore: decorator
@external("host", "mmioRead")
export declare function mmioRead(lo: u32, hi: u32, size: i32): u32;
// @ts-ignore: decorator
@external("host", "mmioWrite")
export declare function mmioWrite(lo: u32, hi: u32, size: i32, value: u32): void;
/** Not 0 when nobody answered the last of these. */
// @ts-ignore: decorator
@external("host", "mmioUnanswered")
export declare function mmioUnanswered(): i32;
/** Virtual time in nanoseconds (not called under -icount, where core computes it from the instruction count). */
// @ts-ignore: decorator
@external("host", "now")
export declare function now(): f64;
/** atomic.fence, which asc cannot compile (src/engine/fence.ts). */
// @ts-ignore: decorator
@external("host", "fence")
export declare function fence(): void;
/** 32 random bits. */
// @ts-ignore: decorator
@external("host", "random")
export declare function random(): u32;
/** Diagnostics (-d): kind is LOG_* (src/layout/log.ts), the meaning of a, b and c depends on it. */
// @ts-ignore: decorator
@external("host", "log")
export declare function log(kind: i32, a: u32, b: u32, c: u32): void;
