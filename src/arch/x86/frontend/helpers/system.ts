// Helpers of the privileged and system instructions: core/arch/x86/*.ts.

import { type HelperDef, helper, system } from "../../../../ir/helpers.js";
import { X_A20_OFF, X_CR0, X_DR_HIT, X_FEATURES, X_SEG } from "../../layout.js";

export const SYSTEM_HELPERS: readonly HelperDef[] = [
  // Segments. (register | 0x100 to hold off interrupts, selector)
  system("x86_load_seg"),
  system("x86_lldt"),
  system("x86_ltr"),
  // (0 LAR, 1 LSL, 2 VERR, 3 VERW; selector) -> ZF in bit 63, value below
  helper("x86_probe_segment", { reads: "all", writes: "all", fault: true }),
  // (segment | 0x100 where memory is to be written, offset, word)
  helper("x86_arpl", { reads: "all", writes: [[X_DR_HIT, X_A20_OFF]], fault: true }),
  // (FS or GS) -> base; (FS or GS, base)
  helper("x86_read_base", {
    reads: [
      [X_CR0, X_FEATURES],
      [X_SEG, X_SEG + 256],
    ],
    fault: true,
  }),
  helper("x86_write_base", { reads: [[X_CR0, X_FEATURES]], writes: [[X_SEG, X_SEG + 256]], fault: true }),

  // Control transfers: (selector | operand size << 16, offset, next RIP); set RIP.
  system("x86_far_jmp"),
  system("x86_far_call"),
  // (operand size, bytes to drop), (operand size, next RIP)
  system("x86_far_ret"),
  system("x86_iret"),
  // (next RIP), (operand size)
  system("x86_syscall"),
  system("x86_sysret"),
  system("x86_sysenter"),
  system("x86_sysexit"),
  // (vector, next RIP)
  system("x86_int"),
  // (next RIP)
  system("x86_hlt"),

  // Flags.
  system("x86_cli"),
  system("x86_sti"),
  helper("x86_pushf", { reads: "all", fault: true }),
  system("x86_popf"),
  helper("x86_set_ac", { reads: "all", writes: "all" }),

  // Control, debug and model-specific registers: (number), (number, value).
  system("x86_read_cr"),
  system("x86_write_cr"),
  system("x86_read_dr"),
  system("x86_write_dr"),
  helper("x86_clts", { reads: "all", writes: "all" }),
  system("x86_lmsw"),
  helper("x86_umip", { reads: "all", fault: true }),
  // (0 GDT, 1 IDT; base; limit)
  system("x86_load_table"),
  helper("x86_invlpg", { reads: "all", writes: "all" }),
  system("x86_invpcid"),
  system("x86_xgetbv"),
  system("x86_xsetbv"),
  system("x86_rdmsr"),
  system("x86_wrmsr"),
  helper("x86_cpuid", { reads: "all", writes: "all" }),

  // (port, bytes) -> value; (port, bytes, value); (word, RIP, next RIP)
  system("x86_in"),
  system("x86_out"),
  system("x86_ins"),
  system("x86_outs"),

  // (linear address, operand size[, EDX:EAX])
  system("x86_fxsave"),
  system("x86_fxrstor"),
  system("x86_xsave"),
  system("x86_xrstor"),

  // Hardware breakpoints. (linear address of the instruction), (linear address, bytes, write)
  helper("x86_debug_insn", { reads: "all", writes: "all", fault: true, exact: true }),
  helper("x86_debug_data", { reads: "all", writes: "all" }),
];
