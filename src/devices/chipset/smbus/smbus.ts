// The PIIX4's SMBus with the EEPROMs of the memory modules on it, as QEMU's pc has them: empty. A transfer takes no time.

import type { Device, DeviceState, IoRegion } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import * as r from "./registers.js";

export class Smbus implements Device, IoRegion {
  readonly name = "smbus";
  readonly stateVersion = 1;
  private readonly registers = new Uint8Array(r.SMBUS_PORTS);
  private readonly eeproms = Array.from({ length: r.EEPROMS }, () => new Uint8Array(r.EEPROM_BYTES));
  /** Where each EEPROM is read next. */
  private readonly positions = new Uint8Array(r.EEPROMS);

  reset(): void {
    this.registers.fill(0);
    this.positions.fill(0);
  }

  read(offset: number, size: number): number {
    return size === 1 ? this.registers[offset]! : size === 2 ? 0xffff : 0xffffffff;
  }

  write(offset: number, size: number, value: number): void {
    if (size !== 1) return;
    const { registers } = this;
    switch (offset) {
      case r.HOST_STATUS:
        registers[r.HOST_STATUS]! &= ~(value & r.STATUS_CLEARED);
        break;
      case r.HOST_CONTROL:
        registers[r.HOST_CONTROL] = value & ~r.CONTROL_START;
        if (value & r.CONTROL_KILL) registers[r.HOST_STATUS]! |= r.STATUS_FAILED;
        else if (value & r.CONTROL_START) {
          const done = this.transfer((value >> r.CONTROL_PROTOCOL_SHIFT) & 7);
          registers[r.HOST_STATUS]! |= done ? r.STATUS_DONE : r.STATUS_DEVICE_ERROR;
        }
        break;
      default:
        registers[offset] = value;
    }
  }

  /** False: nobody is there, or does not know what is wanted. */
  private transfer(protocol: number): boolean {
    const { registers, positions } = this;
    const address = registers[r.HOST_ADDRESS]!;
    const reads = (address & 1) !== 0;
    const index = (address >> 1) - r.EEPROM_ADDRESS;
    const eeprom = this.eeproms[index];
    if (!eeprom) return false;
    const next = (): number => {
      const at = positions[index]!;
      positions[index] = at + 1;
      return at;
    };
    const command = registers[r.HOST_COMMAND]!;
    switch (protocol) {
      case r.PROTOCOL_QUICK:
        return true;
      case r.PROTOCOL_BYTE:
        if (reads) registers[r.HOST_DATA0] = eeprom[next()]!;
        else positions[index] = command;
        return true;
      case r.PROTOCOL_BYTE_DATA:
      case r.PROTOCOL_WORD_DATA:
        positions[index] = command;
        for (let n = 0; n < (protocol === r.PROTOCOL_WORD_DATA ? 2 : 1); n++) {
          const at = next();
          if (reads) registers[r.HOST_DATA0 + n] = eeprom[at]!;
          else eeprom[at] = registers[r.HOST_DATA0 + n]!;
        }
        return true;
      default:
        return false;
    }
  }

  save(): DeviceState {
    return {
      registers: this.registers.slice(),
      positions: this.positions.slice(),
      eeproms: this.eeproms.map((eeprom) => ({ bytes: eeprom.slice() })),
    };
  }

  load(reader: StateReader): void {
    this.registers.set(reader.bytes("registers", r.SMBUS_PORTS));
    this.positions.set(reader.bytes("positions", r.EEPROMS));
    reader.parts("eeproms", r.EEPROMS).forEach((part, n) => {
      this.eeproms[n]!.set(part.bytes("bytes", r.EEPROM_BYTES));
    });
  }
}
