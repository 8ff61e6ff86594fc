// core-x86_64.wasm: what every core exports, and every helper of the guest by name.

export * from "../../engine/exports";
export * from "./index";
export * from "./integer/index";
export * from "./simd/index";
