// core-toy.wasm: the engine's core for the toy guest.

export * from "../../../core/engine/exports";
export { toy_init, toy_reset, toy_update } from "./cpu";
export { toy_control, toy_less, toy_product, toy_swap16, toy_sys, toy_undefined } from "./system";
