// What -fw_cfg gives: read before there is a board.

import { encodeText } from "../../base/text.js";
import { MachineError, type MachineHost } from "../../machine/host.js";
import type { FirmwareFile } from "../../options/config.js";

/** Names and contents. Rejects with MachineError for a file that cannot be had. */
export async function readFirmwareFiles(
  files: readonly FirmwareFile[],
  host: MachineHost,
): Promise<(readonly [name: string, bytes: Uint8Array])[]> {
  return Promise.all(
    files.map(async ({ name, file, text = "" }) => {
      if (file === undefined) return [name, encodeText(text)] as const;
      const bytes = await host.readFile(file);
      if (!bytes) throw new MachineError(`-fw_cfg name=${name}: could not open '${file}'`, { code: "ERR_FILE" });
      return [name, bytes] as const;
    }),
  );
}
