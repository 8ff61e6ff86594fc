import { PciFunction } from "../../pci/function.js";
import type { ShadowControl } from "../../pci/interfaces.js";

// Intel 440FX PCIset data sheet (82441FX), section 3.2.19: programmable attribute map registers.
const PAM0 = 0x59;
const PAM_REGISTERS = 7;
const SMRAM = 0x72;

interface ShadowArea {
  readonly address: number;
  readonly size: number;
}

/** Areas by half register: PAM0 has only its high half, the BIOS area; then 16 KiB pieces from C0000h. */
const AREAS: readonly (ShadowArea | undefined)[] = [
  undefined,
  { address: 0xf0000, size: 0x10000 },
  ...Array.from({ length: 12 }, (_, i) => ({ address: 0xc0000 + i * 0x4000, size: 0x4000 })),
];

/** The host bridge, function 00.0: identity and the shadow RAM registers firmware uses. */
export class I440fx extends PciFunction {
  override readonly name = "i440FX";
  private readonly applied = new Uint8Array(AREAS.length);

  constructor(private readonly shadow?: ShadowControl) {
    super({ vendor: 0x8086, device: 0x1237, revision: 2, classCode: 0x060000 });
    this.config.setUint8(SMRAM, 0x02);
    this.writable.setUint8(SMRAM, 0x5f);
    this.writable.setUint8(PAM0, 0x30);
    for (let i = 1; i < PAM_REGISTERS; i++) this.writable.setUint8(PAM0 + i, 0x33);
  }

  protected override configWritten(): void {
    super.configWritten();
    AREAS.forEach((area, half) => {
      const bits = (this.config.getUint8(PAM0 + (half >> 1)) >> (half & 1 ? 4 : 0)) & 3;
      if (area === undefined || bits === this.applied[half]) return;
      this.applied[half] = bits;
      this.shadow?.setShadow(area.address, area.size, (bits & 1) !== 0, (bits & 2) !== 0);
    });
  }
}
