// The memory map of `spike`, as QEMU has it.

export { CLINT, RAM_BASE, RESET_ROM } from "../virt/riscv/map.js";

/** HTIF, where no program says that it is elsewhere. */
export const HTIF = 0x100_0000;
