// The programs: one for each guest.

export const ARCHITECTURES = ["x86_64"] as const;

export type Architecture = (typeof ARCHITECTURES)[number];

/** As QEMU's programs are called. */
export function programName(architecture: Architecture): string {
  return `wasmachine-system-${architecture}`;
}
