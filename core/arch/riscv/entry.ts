// core-riscv64.wasm: what every core exports, and every helper of the guest by name.

export * from "../../engine/exports";
export { riscv_amocas_q } from "./atomic";
export { riscv_clmul, riscv_clmulh, riscv_clmulr } from "./bitmanip";
export { riscv_csr_read, riscv_csr_write } from "./csr";
export { riscv_init } from "./init";
export { riscv_ebreak, riscv_ecall, riscv_illegal } from "./raise";
export { riscv_reset, riscv_update } from "./reset";
export { riscv_cbo, riscv_sfence, riscv_wfi } from "./system";
export { riscv_mret, riscv_sret } from "./trap";
