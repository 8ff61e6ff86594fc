// Port space as the BIOS uses it, so that devices see what they would see of a BIOS that is code.

export interface Ports {
  read(port: number, size: number): number;
  write(port: number, size: number, value: number): void;
}

const CMOS_INDEX = 0x70;
const CMOS_DATA = 0x71;
/** Keeps NMI off while the index register holds what it has to. */
const NMI_OFF = 0x80;

export function readCmos(ports: Ports, index: number): number {
  ports.write(CMOS_INDEX, 1, index | NMI_OFF);
  return ports.read(CMOS_DATA, 1);
}

export function writeCmos(ports: Ports, index: number, value: number): void {
  ports.write(CMOS_INDEX, 1, index | NMI_OFF);
  ports.write(CMOS_DATA, 1, value);
}
