// Processors that are simulated: this host's, with other outcomes here and there.

import { asVendor, vendorRows } from "../vendors/table.js";
import type { Vendor } from "../vendors/vendor.js";
import { execution } from "./execution.js";
import { OUT_GPR } from "./layout.js";
import type { Loops, NativeResult } from "./native.js";

function copy(result: NativeResult): NativeResult {
  return { ...result, output: result.output.slice(), memory: result.memory.slice() };
}

/** This host as a processor of `vendor`: with its outcomes where the table of vendors says that they differ. */
export function disguised(host: Loops, vendor: Vendor): Loops {
  return {
    vendor,
    run: (batch) =>
      host.run(batch).map((result, k) => {
        const job = batch.jobs[k]!;
        const rows = vendorRows(job.encoding.name);
        if (rows.length === 0) return result;
        const changed = copy(result);
        for (let set = 0; set < job.count; set++)
          asVendor(rows, execution(job, set, changed.output, changed.memory), vendor);
        return changed;
      }),
  };
}

/** This host with one bit of a register wrong in every outcome. */
export function spoilt(host: Loops): Loops {
  const RBP = 5;
  return {
    vendor: host.vendor,
    run: (batch) =>
      host.run(batch).map((result, k) => {
        const job = batch.jobs[k]!;
        const changed = copy(result);
        for (let set = 0; set < job.count; set++)
          changed.output[(set * job.loop.outStride + OUT_GPR + 8 * RBP) / 4]! ^= 0x80;
        return changed;
      }),
  };
}
