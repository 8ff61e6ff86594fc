// core-riscv64.wasm: what every core exports, and every helper of the guest by name.

export * from "../../engine/exports";
export { riscv_amocas_q } from "./atomic";
export { riscv_clmul, riscv_clmulh, riscv_clmulr } from "./bitmanip";
export { riscv_csr_read, riscv_csr_write, riscv_due } from "./csr";
export {
  riscv_fadd_d,
  riscv_fadd_s,
  riscv_fdiv_d,
  riscv_fdiv_s,
  riscv_fma_d,
  riscv_fma_near_d,
  riscv_fma_near_s,
  riscv_fma_s,
  riscv_fmul_d,
  riscv_fmul_s,
  riscv_fsqrt_d,
  riscv_fsqrt_s,
  riscv_fsub_d,
  riscv_fsub_s,
} from "./float-arith";
export {
  riscv_fclass_d,
  riscv_fclass_s,
  riscv_feq_d,
  riscv_feq_s,
  riscv_fle_d,
  riscv_fle_s,
  riscv_flt_d,
  riscv_flt_s,
  riscv_fmax_d,
  riscv_fmax_s,
  riscv_fmin_d,
  riscv_fmin_s,
} from "./float-bits";
export {
  riscv_fcvt_d_l,
  riscv_fcvt_d_lu,
  riscv_fcvt_d_s,
  riscv_fcvt_l_d,
  riscv_fcvt_l_s,
  riscv_fcvt_lu_d,
  riscv_fcvt_lu_s,
  riscv_fcvt_s_d,
  riscv_fcvt_s_l,
  riscv_fcvt_s_lu,
  riscv_fcvt_w_d,
  riscv_fcvt_w_s,
  riscv_fcvt_wu_d,
  riscv_fcvt_wu_s,
} from "./float-convert";
export {
  riscv_fcvtmod_w_d,
  riscv_fleq_d,
  riscv_fleq_h,
  riscv_fleq_s,
  riscv_fltq_d,
  riscv_fltq_h,
  riscv_fltq_s,
  riscv_fmaxm_d,
  riscv_fmaxm_h,
  riscv_fmaxm_s,
  riscv_fminm_d,
  riscv_fminm_h,
  riscv_fminm_s,
  riscv_fround_d,
  riscv_fround_h,
  riscv_fround_s,
  riscv_froundnx_d,
  riscv_froundnx_h,
  riscv_froundnx_s,
} from "./float-extra";
export {
  riscv_fadd_h,
  riscv_fclass_h,
  riscv_fcvt_d_h,
  riscv_fcvt_h_d,
  riscv_fcvt_h_l,
  riscv_fcvt_h_lu,
  riscv_fcvt_h_s,
  riscv_fcvt_l_h,
  riscv_fcvt_lu_h,
  riscv_fcvt_s_h,
  riscv_fcvt_w_h,
  riscv_fcvt_wu_h,
  riscv_fdiv_h,
  riscv_feq_h,
  riscv_fle_h,
  riscv_flt_h,
  riscv_fma_h,
  riscv_fmax_h,
  riscv_fmin_h,
  riscv_fmul_h,
  riscv_fsqrt_h,
  riscv_fsub_h,
} from "./float-half";
export { riscv_fs_look } from "./float-unit";
export { riscv_init } from "./init";
export { riscv_ebreak, riscv_ecall, riscv_illegal } from "./raise";
export { riscv_reset, riscv_update } from "./reset";
export { riscv_cbo, riscv_sfence, riscv_wfi } from "./system";
export { riscv_mret, riscv_sret } from "./trap";
export { riscv_vset } from "./vector/config";
export { riscv_v_convert, riscv_v_float } from "./vector/float";
export { riscv_v_integer } from "./vector/integer";
export { riscv_v_mask_logical, riscv_v_mask_prefix, riscv_v_mask_scan } from "./vector/mask";
export { riscv_v_load, riscv_v_store } from "./vector/memory";
export {
  riscv_v_compress,
  riscv_v_from_scalar,
  riscv_v_gather,
  riscv_v_move_whole,
  riscv_v_slide1,
  riscv_v_to_scalar,
} from "./vector/permute";
export { riscv_v_reduce, riscv_v_reduce_float } from "./vector/reduce";
export { riscv_vs_look } from "./vector/state";
