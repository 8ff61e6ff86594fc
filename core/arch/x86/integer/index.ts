// Helpers of the general-purpose instructions (src/arch/x86/frontend/helpers/integer.ts).

export { x86_divu, x86_divs, x86_divu64, x86_divs64 } from "./divide";
export { x86_rcl, x86_rcr, x86_pdep, x86_pext, x86_crc32 } from "./bits";
export { x86_bcd } from "./decimal";
export { x86_cmpxchg16b, x86_bound, x86_into, x86_random } from "./misc";
export { x86_rep_movs, x86_rep_stos, x86_rep_lods, x86_rep_cmps, x86_rep_scas } from "./string";
