// QEMU's firmware configuration device (QEMU documentation, "QEMU Firmware Configuration (fw_cfg) Device"): items by number,
// files by name, read through a data port or by DMA. mmio.ts has it memory-mapped. Ports: selector at 0 (16 bits), data at 1 (8 bits), and at 4 the DMA
// address as one 64-bit big-endian register.

import type { Device, DeviceLog, DeviceState, GuestMemory, IoRegion } from "../../interfaces.js";
import type { StateReader } from "../../state.js";

export const FW_CFG_SIGNATURE = 0x0000;
export const FW_CFG_ID = 0x0001;
export const FW_CFG_UUID = 0x0002;
export const FW_CFG_RAM_SIZE = 0x0003;
export const FW_CFG_NOGRAPHIC = 0x0004;
export const FW_CFG_NB_CPUS = 0x0005;
export const FW_CFG_KERNEL_ADDR = 0x0007;
export const FW_CFG_KERNEL_SIZE = 0x0008;
export const FW_CFG_INITRD_ADDR = 0x000a;
export const FW_CFG_INITRD_SIZE = 0x000b;
export const FW_CFG_BOOT_DEVICE = 0x000c;
export const FW_CFG_BOOT_MENU = 0x000e;
export const FW_CFG_MAX_CPUS = 0x000f;
export const FW_CFG_KERNEL_ENTRY = 0x0010;
export const FW_CFG_KERNEL_DATA = 0x0011;
export const FW_CFG_INITRD_DATA = 0x0012;
export const FW_CFG_CMDLINE_ADDR = 0x0013;
export const FW_CFG_CMDLINE_SIZE = 0x0014;
export const FW_CFG_CMDLINE_DATA = 0x0015;
export const FW_CFG_SETUP_ADDR = 0x0016;
export const FW_CFG_SETUP_SIZE = 0x0017;
export const FW_CFG_SETUP_DATA = 0x0018;
const FW_CFG_FILE_DIR = 0x0019;
const FIRST_FILE = 0x0020;
const FILE_ENTRY = 64;
/** With the zero at its end. */
export const FILE_NAME = 56;

const ID_TRADITIONAL = 1;
const ID_DMA = 2;

const DMA_ERROR = 1;
const DMA_READ = 2;
const DMA_SKIP = 4;
const DMA_SELECT = 8;
const DMA_WRITE = 16;

const SELECTOR = 0;
const DATA = 1;
const DMA_HIGH = 4;
const DMA_LOW = 8;

/** A read of the DMA register gives this: "QEMU CFG". */
const DMA_SIGNATURE = [0x51454d55, 0x20434647] as const;

export class FwCfg implements Device, IoRegion {
  readonly name = "fw_cfg";
  readonly stateVersion = 1;
  private readonly items = new Map<number, Uint8Array>();
  private readonly files: { name: string; key: number }[] = [];
  private readonly given = new Set<string>();
  private key = 0;
  private position = 0;
  private dmaHigh = 0;
  private fill: (() => void) | undefined;

  /** Files by name ("etc/acpi/tables"). With `memory` the DMA interface is offered. */
  constructor(
    files: Iterable<readonly [string, Uint8Array]> = [],
    private readonly memory?: GuestMemory,
    private readonly log?: DeviceLog,
  ) {
    this.add(FW_CFG_SIGNATURE, ascii("QEMU"));
    this.addU32(FW_CFG_ID, ID_TRADITIONAL | (memory ? ID_DMA : 0));
    this.updateDirectory();
    for (const [name, bytes] of files) this.addFile(name, bytes);
  }

  /** An item by number. */
  add(key: number, bytes: Uint8Array): void {
    this.items.set(key, bytes);
  }

  addU16(key: number, value: number): void {
    this.add(key, Uint8Array.of(value, value >>> 8));
  }

  addU32(key: number, value: number): void {
    this.add(key, Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24));
  }

  /** A file of the user's: the machine's own of that name is left out. */
  give(name: string, bytes: Uint8Array): void {
    this.given.delete(name);
    this.addFile(name, bytes);
    this.given.add(name);
  }

  /** A file, or new contents for one. Throws an Error for a name of more than 55 bytes. */
  addFile(name: string, bytes: Uint8Array): void {
    if (this.given.has(name)) return;
    if (name.length >= FILE_NAME) throw new Error(`fw_cfg file name '${name}' is longer than ${FILE_NAME - 1} bytes`);
    const known = this.files.find((file) => file.name === name);
    const key = known?.key ?? FIRST_FILE + this.files.length;
    if (!known) this.files.push({ name, key });
    this.add(key, bytes);
    this.updateDirectory();
  }

  /** Count, then for each file, sorted by name: size, key, reserved, name; numbers big-endian. */
  private updateDirectory(): void {
    const directory = new Uint8Array(4 + this.files.length * FILE_ENTRY);
    const view = new DataView(directory.buffer);
    view.setUint32(0, this.files.length);
    const sorted = [...this.files].sort((a, b) => (a.name < b.name ? -1 : 1));
    sorted.forEach(({ name, key }, i) => {
      const at = 4 + i * FILE_ENTRY;
      view.setUint32(at, this.items.get(key)?.length ?? 0);
      view.setUint16(at + 4, key);
      directory.set(ascii(name), at + 8);
    });
    this.add(FW_CFG_FILE_DIR, directory);
  }

  reset(): void {
    this.key = FW_CFG_SIGNATURE;
    this.position = 0;
    this.dmaHigh = 0;
  }

  /** `fill` adds items once somebody asks for one: most systems never do. */
  fillOnUse(fill: () => void): void {
    this.fill = fill;
  }

  /** What is called when the DMA address register is read or written, `offset` from its beginning; it is the same on every bus. */
  readonly dmaRegister: IoRegion = {
    read: (offset, size) => this.read(DMA_HIGH + offset, size),
    write: (offset, size, value) => this.write(DMA_HIGH + offset, size, value),
  };

  /** The selected item. */
  private get item(): Uint8Array | undefined {
    const { fill } = this;
    this.fill = undefined;
    fill?.();
    return this.items.get(this.key);
  }

  select(key: number): void {
    // Bit 14 was for writing, which no machine offers any more.
    this.key = key & ~0x4000;
    this.position = 0;
  }

  /** The next `length` bytes of the selected item; past its end, zeros. */
  next(length: number): Uint8Array {
    const { item } = this;
    const bytes = new Uint8Array(length);
    if (item) bytes.set(item.subarray(this.position, this.position + length));
    this.position = Math.min(item?.length ?? 0, this.position + length);
    return bytes;
  }

  read(offset: number, size: number): number {
    if (offset === DATA) return this.next(1)[0]!;
    if (!this.memory || offset < DMA_HIGH || offset >= DMA_HIGH + 8) return 0;
    // The register is big-endian on a little-endian bus.
    const at = offset - DMA_HIGH;
    let value = 0;
    for (let i = size - 1; i >= 0; i--) {
      const word = DMA_SIGNATURE[((at + i) >> 2) & 1]!;
      value = value * 256 + ((word >>> (24 - ((at + i) & 3) * 8)) & 0xff);
    }
    return value;
  }

  write(offset: number, size: number, value: number): void {
    if (offset === SELECTOR && size >= 2) this.select(value & 0xffff);
    else if (!this.memory || size !== 4) return;
    else if (offset === DMA_HIGH) this.dmaHigh = swap32(value);
    else if (offset === DMA_LOW) {
      const address = this.dmaHigh * 2 ** 32 + swap32(value);
      this.dmaHigh = 0;
      this.dma(this.memory, address);
    }
  }

  /** Carries out a command block in memory: control, length, address, big-endian. */
  private dma(memory: GuestMemory, block: number): void {
    const view = memory.view(block, 16);
    if (!view) {
      this.log?.guestError(`fw_cfg: DMA command at 0x${block.toString(16)} is not in RAM`);
      return;
    }
    const words = new DataView(view.buffer, view.byteOffset, 16);
    const control = words.getUint32(0);
    const length = words.getUint32(4);
    const address = words.getUint32(8) * 2 ** 32 + words.getUint32(12);
    if (control & DMA_SELECT) this.select(control >>> 16);
    const done = this.transfer(memory, control, address, length);
    memory.write(block, Uint8Array.of(0, 0, 0, done ? 0 : DMA_ERROR));
  }

  private transfer(memory: GuestMemory, control: number, address: number, length: number): boolean {
    if (control & DMA_READ) {
      // The length is the guest's: it is known to lie in RAM first, and goes there by pieces.
      if (length > 0 && !memory.writable(address, length)) {
        this.log?.guestError(`fw_cfg: DMA of ${length} bytes to 0x${address.toString(16)} is not in RAM`);
        return false;
      }
      for (let at = 0; at < length; at += DMA_PIECE) {
        memory.write(address + at, this.next(Math.min(DMA_PIECE, length - at)));
      }
      return true;
    }
    if (control & DMA_WRITE) return false;
    if (control & DMA_SKIP) {
      this.position = Math.min(this.item?.length ?? 0, this.position + length);
    }
    return true;
  }

  save(): DeviceState {
    return { key: this.key, position: this.position, dmaHigh: this.dmaHigh };
  }

  load(reader: StateReader): void {
    this.key = reader.uint("key", 0xffff);
    this.position = reader.uint("position");
    this.dmaHigh = reader.uint("dmaHigh");
  }
}

/** Bytes moved at once. */
const DMA_PIECE = 0x10000;

function swap32(value: number): number {
  return (((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
}

/** Bytes of an ASCII string. */
function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0x7f);
}
