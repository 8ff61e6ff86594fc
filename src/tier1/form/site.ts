// A site: what the exit before an instruction must know, in one number.

export const SITE_SHIFT = 6;
export const SITE_PENDING_MASK = (1 << SITE_SHIFT) - 1;

/** Packs what the exit before an instruction must know: displacement of the instruction and instructions not executed. */
export function packSite(displacement: number, pending: number): number {
  return displacement * (1 << SITE_SHIFT) + pending;
}

/** Displacements in a region must be below this in absolute value: sites have to be exact as numbers. */
export const MAX_DISPLACEMENT = 2 ** 46;
