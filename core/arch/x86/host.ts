// What the core of an x86 guest imports beside what every core does (core/engine/host.ts). src/arch/x86/cpu.ts supplies it.

// @ts-ignore: decorator
@external("arch", "portRead")
export declare function portRead(port: i32, size: i32): u32;
// @ts-ignore: decorator
@external("arch", "portWrite")
export declare function portWrite(port: i32, size: i32, value: u32): void;
/** The interrupt vector to take, or -1 (spurious, masked meanwhile): acknowledges it at the controller. */
// @ts-ignore: decorator
@external("arch", "acknowledge")
export declare function acknowledge(): i32;
/** Requests to the machine (HOST_* of src/arch/x86/host-calls.ts): APIC registers, CR8, TSC deadline; 64-bit arguments and results as halves. */
// @ts-ignore: decorator
@external("arch", "guestCall")
export declare function guestCall(what: i32, lo: u32, hi: u32): u32;
/** High half of the last guestCall's result. */
// @ts-ignore: decorator
@external("arch", "guestCallHigh")
export declare function guestCallHigh(): u32;
