// What function bodies name by symbols and the linker resolves.

import type { FunctionBody } from "./code.js";

export interface FunctionType {
  params: readonly number[];
  results: readonly number[];
}

/** What a symbol stands for: a function of core, or a routine of the module's own. */
export type SymbolDef =
  | { kind: "import"; name: string; type: FunctionType }
  | { kind: "local"; type: FunctionType; body: FunctionBody };
