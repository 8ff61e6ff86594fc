// Disks of the machine as files of the user.

import type { Machine } from "../index.js";
import { now, save } from "./save.js";

/** Has the browser save each disk as the guest sees it; gives a sentence about what came of it. */
export async function saveDisks({ drives }: Machine): Promise<string> {
  const ids = await drives.list();
  for (const id of ids) {
    // The browser keeps it on its disk where it is large.
    const disk = await new Response(drives.get(id).export({ format: "qcow2" })).blob();
    save(disk, `${id}-${now()}.qcow2`);
  }
  return ids.length === 0 ? "The machine has no disks." : `Saved as qcow2 images: ${ids.join(", ")}.`;
}
