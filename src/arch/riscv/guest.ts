// The RISC-V guest of a -cpu: its extensions, and the frontend for them.

import type { CpuConfig } from "../../options/config.js";
import type { Guest, Translation } from "../guest.js";
import { RISCV } from "./arch.js";
import { RiscvFrontend } from "./frontend/translate.js";
import { extensionsOf, schemeOf } from "./models.js";
import type { Scheme } from "./schemes.js";

export interface RiscvTranslation extends Translation {
  /** In the order of the ISA string. */
  readonly extensions: readonly string[];
  /** The widest page tables. */
  readonly scheme: Scheme | undefined;
}

export function riscvTranslation(config: CpuConfig): RiscvTranslation {
  const extensions = extensionsOf(config);
  const frontend = new RiscvFrontend(new Set([...extensions, "s"]));
  return { frontend, extensions, scheme: schemeOf(config), missing: [] };
}

export const RISCV_GUEST: Guest = { arch: RISCV, translation: riscvTranslation };
