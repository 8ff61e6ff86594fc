// The SIMD helpers of the x86 guest (src/arch/x86/frontend/helpers/simd.ts).

export * from "./aes";
export * from "./arith-packed";
export * from "./arith-scalar";
export * from "./clmul";
export * from "./compare";
export * from "./control";
export * from "./convert";
export * from "./integer";
export * from "./maskmov";
export * from "./round";
export * from "./strings";
