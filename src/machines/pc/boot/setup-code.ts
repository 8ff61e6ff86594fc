// A bzImage or zImage that begins with its setup code, in real mode, as a BIOS's boot loader starts it: kernels whose header
// names no other way in (the 16-bit boot protocol of Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header").

import { encodeText } from "../../../base/text.js";
import { alignUp, cString } from "../../../boot/bytes.js";
import { MachineError } from "../../../machine/host.js";
import { realMode } from "./cpu-state.js";
import type { BootContext, BootInputs, InitialCpu } from "./interfaces.js";
import { checkCommandLine, type LinuxHeader } from "./linux.js";
import { ONE_MIB } from "./memory-map.js";
import { checkFits, placeInitrd } from "./place.js";

/** Where the setup code goes, and its command line: together one segment, in which the stack grows down from the latter. */
const SETUP = 0x10000;
const COMMAND_LINE = 0x20000;
/** Where both went before protocol 2.02, and for kernels that lie below 1 MiB themselves. */
const OLD_SETUP = 0x90000;
const OLD_END = 0x9a000;
const LOW_KERNEL = 0x10000;

const COMMAND_LINE_POINTER = 0x202;
const HEAP_POINTER = 0x201;
const VIDEO_MODE = 0x1fa;
const NORMAL_VIDEO = 0xffff;
const LOADER = 0x210;
/** No type of loader is assigned to us. */
const UNKNOWN_LOADER = 0xff;
const LOAD_FLAGS = 0x211;
const CAN_USE_HEAP = 0x80;
const INITRD = 0x218;
const HEAP_END = 0x224;
const COMMAND_LINE_AT = 0x228;
const OLD_COMMAND_LINE_MAGIC = 0xa33f;
const OLD_COMMAND_LINE = 0x20;
/** The heap's end is an offset from the header's. */
const HEAP_BASE = 0x200;
const STACK_GAP = 16;
/** What the setup code needs for heap and stack. */
const ROOM = 0x1000;

/** Loads the kernel and says how the CPU enters its setup code. */
export function loadSetupCode(context: BootContext, inputs: BootInputs, header: LinuxHeader): InitialCpu {
  const { kernelName: name, kernel: file, modules } = inputs;
  const { version, setupSize, loadedHigh } = header;
  const text = cString(encodeText(inputs.commandLine));
  checkCommandLine(text, header);

  const old = !loadedHigh || version < COMMAND_LINE_POINTER;
  const setupAt = old ? OLD_SETUP : SETUP;
  const textAt = old ? OLD_END - alignUp(text.length, 16) : COMMAND_LINE;
  const codeAt = loadedHigh ? ONE_MIB : LOW_KERNEL;
  const codeEnd = codeAt + header.kernelSize;
  if (setupAt + setupSize + ROOM > textAt) {
    throw new MachineError(`kernel ${name} has ${setupSize} bytes of setup code, more than there is room for`);
  }
  if (!loadedHigh && codeEnd > setupAt) {
    throw new MachineError(
      `kernel ${name} is a zImage of ${header.kernelSize} bytes, which does not fit below its setup code`,
    );
  }
  checkFits(context, name, codeAt, codeEnd);

  const setup = file.slice(0, setupSize);
  const fields = new DataView(setup.buffer);
  fields.setUint16(VIDEO_MODE, NORMAL_VIDEO, true);
  fields.setUint8(LOADER, UNKNOWN_LOADER);
  if (version >= HEAP_POINTER) {
    fields.setUint8(LOAD_FLAGS, fields.getUint8(LOAD_FLAGS) | CAN_USE_HEAP);
    fields.setUint16(HEAP_END, textAt - setupAt - HEAP_BASE, true);
  }
  if (old) {
    fields.setUint16(OLD_COMMAND_LINE, OLD_COMMAND_LINE_MAGIC, true);
    fields.setUint16(OLD_COMMAND_LINE + 2, textAt - setupAt, true);
  }
  if (version >= COMMAND_LINE_POINTER) fields.setUint32(COMMAND_LINE_AT, textAt, true);
  const [initrd] = modules;
  if (initrd && initrd.bytes.length > 0) {
    const bottom = Math.max(codeEnd, ONE_MIB, header.prefAddress + header.initSize);
    fields.setUint32(INITRD, placeInitrd(context, initrd, bottom, header.initrdMax), true);
    fields.setUint32(INITRD + 4, initrd.bytes.length, true);
  }

  const { memory, placed } = context;
  const code = file.subarray(setupSize);
  memory.write(setupAt, setup);
  memory.write(codeAt, code);
  memory.write(textAt, text);
  placed?.("setup", setupAt, setup);
  placed?.("kernel", codeAt, code);
  placed?.("command line", textAt, text);
  return realMode({ setup: setupAt, stack: textAt - setupAt - STACK_GAP });
}
