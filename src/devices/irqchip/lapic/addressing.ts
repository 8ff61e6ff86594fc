// Whom a message's destination means (Intel SDM volume 3, 11.6.2 and 11.12.10).

/** A local APIC as destinations know it. */
export interface Addressed {
  readonly id: number;
  readonly x2apic: boolean;
  /** Its logical destination, and how that is read (LDR, DFR), outside of x2APIC mode. */
  readonly ldr: number;
  readonly dfr: number;
}

/** LDR in x2APIC mode: cluster and a bit in it. */
export function x2LogicalId(id: number): number {
  return (((id >>> 4) << 16) | (1 << (id & 15))) >>> 0;
}

export function isAddressed({ id, x2apic, ldr, dfr }: Addressed, destination: number, logical: boolean): boolean {
  if (x2apic) {
    if (destination === 0xffffffff || destination === 0xff) return true;
    if (!logical) return destination === id;
    const own = x2LogicalId(id);
    return destination >>> 16 === own >>> 16 && (destination & own & 0xffff) !== 0;
  }
  if ((destination & 0xff) === 0xff) return true;
  if (!logical) return (destination & 0xff) === id;
  const own = ldr >>> 24;
  if (dfr >>> 28 === 0xf) return (destination & own) !== 0;
  return destination >>> 4 === own >>> 4 && (destination & own & 0xf) !== 0;
}
