import { oneLine } from "../base/printable.js";
import type { Drive } from "../machine/drives.js";

/** `info block`: every drive with its file. */
export function infoBlock(drives: ReadonlyMap<string, Drive>): string {
  return [...drives]
    .map(([id, { config, backend, disk }]) => {
      const access = backend.readOnly ? ", read-only" : "";
      const cache = config.ignoreFlush ? "writeback, ignore flushes" : config.writeCache ? "writeback" : "writethrough";
      const lines = [`${id}: ${config.file} (${disk.format}${access})`, `    Size:             ${backend.size} bytes`];
      if (config.overlay !== undefined) lines.push(`    Overlay:          opfs:${config.overlay}`);
      if (config.snapshot) lines.push("    Overlay:          in memory (snapshot)");
      if (disk.backing) lines.push(`    Backing file:     ${disk.backing.file}`);
      if (config.detectZeroes && config.detectZeroes !== "off")
        lines.push(`    Detect zeroes:    ${config.detectZeroes}`);
      lines.push(`    Cache mode:       ${cache}`);
      return `${lines.map(oneLine).join("\n")}\n`;
    })
    .join("\n");
}
