// FEQ, FLT, FLE, FMIN, FMAX: helpers, which set fflags. The flags are state of the unit, as its registers are.

import { helperId } from "../helpers.js";
import type { Build } from "../row.js";
import type { Format } from "./format.js";
import { writesF } from "./unit.js";

export function compare(name: string, format: Format): Build {
  const id = helperId(`riscv_${name}_${format.letter}`);
  return writesF((e, { rd, rs1, rs2 }) => {
    // Without a destination it still sets flags.
    const result = e.b.call(id, format.get(e, rs1), format.get(e, rs2));
    e.setX(rd, result);
  });
}

export function extreme(name: string, format: Format): Build {
  const id = helperId(`riscv_${name}_${format.letter}`);
  return writesF((e, { rd, rs1, rs2 }) => format.set(e, rd, e.b.call(id, format.get(e, rs1), format.get(e, rs2))));
}
