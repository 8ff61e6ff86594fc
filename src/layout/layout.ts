// All of the layout under one name, for what reads much of it.

export * from "./access.js";
export * from "./block.js";
export * from "./engine.js";
export * from "./log.js";
export * from "./memory.js";
export * from "./region.js";
export * from "./tlb.js";
export * from "./vcpu.js";
