// What this guest's core imports from the machine, beside what every core does.

/** stimecmp, in two halves: when `time` gets there, the machine asserts the line of the supervisor's timer. */
// @ts-ignore: decorator
@external("arch", "timerSet")
export declare function timerSet(lo: u32, hi: u32): void;

/** Whether the EBREAK at an address, in two halves, is a call that the host carries out; it stops the hart then. */
// @ts-ignore: decorator
@external("arch", "semihosting")
export declare function semihosting(lo: u32, hi: u32): i32;
