// Saved states, in the machine's thread. What reads and writes them is loaded when one is.

import { MachineError } from "../../machine/host.js";
import type { Machine } from "../../machine/machine.js";
import type { Snapshot } from "../../snapshot/container.js";
import type { HostFiles } from "./surroundings.js";

/** Rejects with MachineError or StateError. */
export async function readState(name: string, files: Pick<HostFiles, "readFile">, ramSize: number): Promise<Snapshot> {
  const bytes = await files.readFile(name);
  if (!bytes) throw new MachineError("could not load the saved state: there is none", { code: "ERR_FILE" });
  const { readSnapshot } = await import("../../snapshot/file/file.js");
  return readSnapshot(bytes, ramSize);
}

/** Rejects with StateError before anything was sent, or not at all. */
export async function sendState(machine: Machine, send: (bytes: Uint8Array | undefined) => void): Promise<void> {
  const [snapshot, { writeSnapshot }] = await Promise.all([machine.saveState(), import("../../snapshot/file/file.js")]);
  for (const bytes of writeSnapshot(snapshot)) send(bytes);
  send(undefined);
}
