// What core.wasm imports from the machine. No i64 crosses this border.

// @ts-ignore: decorator
@external("host", "mmioRead")
export declare function mmioRead(lo: u32, hi: u32, size: i32): u32;
// @ts-ignore: decorator
@external("host", "mmioWrite")
export declare function mmioWrite(lo: u32, hi: u32, size: i32, value: u32): void;
// @ts-ignore: decorator
@external("host", "portRead")
export declare function portRead(port: i32, size: i32): u32;
// @ts-ignore: decorator
@external("host", "portWrite")
export declare function portWrite(port: i32, size: i32, value: u32): void;
/** Virtual time in nanoseconds (not called under -icount, where core computes it from the instruction count). */
// @ts-ignore: decorator
@external("host", "now")
export declare function now(): f64;
/** The interrupt vector to take, or -1 (spurious, masked meanwhile): acknowledges it at the controller. */
// @ts-ignore: decorator
@external("host", "acknowledge")
export declare function acknowledge(): i32;
/** Guest-specific requests: x86 APIC registers, CR8, TSC deadline, A20... (HOST_* of core/x86/host-calls.ts); 64-bit arguments and results as halves. */
// @ts-ignore: decorator
@external("host", "guestCall")
export declare function guestCall(what: i32, lo: u32, hi: u32): u32;
/** High half of the last guestCall's result. */
// @ts-ignore: decorator
@external("host", "guestCallHigh")
export declare function guestCallHigh(): u32;
/** 32 random bits. */
// @ts-ignore: decorator
@external("host", "random")
export declare function random(): u32;
/** Diagnostics (-d): kind is LOG_*, the meaning of a and b depends on it. */
// @ts-ignore: decorator
@external("host", "log")
export declare function log(kind: i32, a: u32, b: u32, c: u32): void;

export const LOG_UNIMPLEMENTED = 1;
export const LOG_INTERRUPT = 2;
export const LOG_RESET = 3;
export const LOG_GUEST_ERROR = 4;
/** a: a write; b: number of the model-specific register; c: program counter. */
export const LOG_UNKNOWN_MSR = 5;
