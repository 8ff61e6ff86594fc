// The x87 helpers of the x86 guest (src/arch/x86/frontend/helpers/x87.ts).

export * from "./arith";
export * from "./compare";
export {
  x86_fldcw,
  x86_fldenv,
  x86_fninit,
  x86_fnsave,
  x86_fnstenv,
  x86_frstor,
} from "./env";
export * from "./function";
export * from "./load";
export * from "./register";
export * from "./store";
