// Results that processor vendors define differently: the one place that says so. A row tells by the instruction and the
// state before it whether it is about this case, and then computes what each vendor's processors do. Comparisons with a
// processor use the column of its vendor; what no row is about has to agree to the bit on all of them.

import { narrowBranches, nearBranches } from "./branch.js";
import { dotProducts } from "./dot.js";
import type { Execution } from "./execution.js";
import { repeatedNever } from "./repeat.js";
import type { Outcomes, VendorRow } from "./row.js";
import { doubleShifts } from "./shift.js";
import type { Vendor } from "./vendor.js";

export const VENDOR_ROWS: readonly VendorRow[] = [
  doubleShifts,
  repeatedNever,
  dotProducts,
  nearBranches,
  narrowBranches,
];

/** The rows that may be about an instruction: most have none, and need no look at their operands. */
export function vendorRows(name: string): readonly VendorRow[] {
  return VENDOR_ROWS.filter((row) => row.name.test(name));
}

/** The row that is about this execution, if any, with what it says. */
export function judge(rows: readonly VendorRow[], x: Execution): { row: VendorRow; outcomes: Outcomes } | undefined {
  for (const row of rows) {
    const outcomes = row.outcomes(x);
    if (outcomes) return { row, outcomes };
  }
  return undefined;
}

/**
 * Makes of an outcome (our machine's or any processor's) what a vendor's processors do. "same": it is what all of them do;
 * "changed": the vendors differ here, and the state after is now this vendor's; "unknown": they differ and this vendor's
 * outcome is not known.
 */
export function asVendor(rows: readonly VendorRow[], x: Execution, vendor: Vendor): "same" | "changed" | "unknown" {
  const found = judge(rows, x);
  if (!found) return "same";
  if (vendor === "other") return "unknown";
  found.outcomes[vendor]();
  return "changed";
}

/** The same for our own machine's column: where the table is right it changes nothing in our machine's outcome. */
export function asMachine(rows: readonly VendorRow[], x: Execution): void {
  const found = judge(rows, x);
  found?.outcomes[found.row.machine]?.();
}
