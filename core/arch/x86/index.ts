// x86: the hooks' installation, reset, and the helpers IR calls (src/arch/x86/frontend/helpers/*.ts).

export {
  x86_read_cr,
  x86_write_cr,
  x86_clts,
  x86_lmsw,
  x86_umip,
  x86_load_table,
  x86_invlpg,
  x86_invpcid,
  x86_read_dr,
  x86_write_dr,
  x86_xgetbv,
  x86_xsetbv,
  x86_hlt,
} from "./control";
export { x86_cpuid } from "./cpuid";
export { x86_single_step, x86_debug_insn, x86_debug_data } from "./debug";
export { x86_cli, x86_sti, x86_pushf, x86_popf, x86_int, x86_set_ac } from "./eflags";
export { x86_raise } from "./raise";
export { x86_far_jmp, x86_far_call, x86_far_ret } from "./farcall";
export { x86_flags, x86_cond } from "./flags";
export { x86_fxsave, x86_fxrstor, x86_xsave, x86_xrstor } from "./fpustate";
export { x86_init } from "./init";
export { x86_iret } from "./iret";
export { x86_rdmsr, x86_wrmsr } from "./msr";
export { x86_in, x86_out, x86_ins, x86_outs } from "./portio";
export { x86_reset, x86_update } from "./reset";
export {
  x86_arpl,
  x86_load_seg,
  x86_seg_check,
  x86_code_limit,
  x86_near_target,
  x86_lldt,
  x86_ltr,
  x86_probe_segment,
  x86_read_base,
  x86_write_base,
} from "./segment";
export { x86_syscall, x86_sysret, x86_sysenter, x86_sysexit } from "./syscall";
export { x86_rdtsc } from "./tsc";
export { x86_undefined } from "./undefined";
export * from "./integer/index";
export * from "./simd/index";
export * from "./x87/index";
