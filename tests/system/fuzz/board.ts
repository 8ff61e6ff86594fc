// A PC's board with every device there is, real memory behind it, and a guest's hands on it: ports, registers, PCI configuration.

import { MemoryBackend } from "../../../src/block/backends/memory.js";
import { FakeClock, FakeMachine, FakeWallClock } from "../../../src/devices/testing.js";
import { Bus } from "../../../src/machine/bus.js";
import { MachineLog } from "../../../src/machine/log.js";
import { TestHost } from "../../../src/machine/testing.js";
import { parseArguments } from "../../../src/machines/arguments.js";
import { setUpChipset } from "../../../src/machines/pc/bios/chipset.js";
import { PcBoard } from "../../../src/machines/pc/board.js";
import { pcRam } from "../../../src/machines/pc/memory.js";
import { IdleX86Cpu, plugDevices } from "../../../src/machines/pc/testing.js";
import { bareCpu } from "../../../testing/x86/bare.js";
import { AddressSpace } from "../ram/address-space.js";
import { MIB } from "../ram/sizes.js";

const ARGUMENTS = [
  ...[
    "-display",
    "none",
    "-serial",
    "null",
    "-serial",
    "null",
    "-m",
    "32M,maxmem=32M",
    "-M",
    "pc,max-ram-below-4g=16M",
  ],
  ...["-drive", "if=none,id=one,format=raw,file=one", "-device", "virtio-blk-pci,drive=one"],
  ...["-drive", "if=none,id=two,format=raw,file=two,readonly=on", "-device", "virtio-blk-pci,drive=two"],
  ...["-device", "virtio-rng-pci", "-device", "pc-testdev", "-device", "isa-debug-exit"],
  ...["-chardev", "null,id=con", "-device", "isa-debugcon,chardev=con"],
];

const SHAPE = {
  name: "fuzz",
  ram: pcRam(32 * MIB, 16 * MIB),
  over: [{ address: 0xa0000, length: 0x20000, kind: "mmio" }],
} as const;

/** The engine, and the emulator's own memory in it, serves all boards. */
let space: AddressSpace | undefined;

export interface FuzzBoard {
  board: PcBoard;
  clock: FakeClock;
  space: AddressSpace;
}

export async function fuzzBoard(): Promise<FuzzBoard> {
  space ??= new AddressSpace(bareCpu({}, { ram: SHAPE.ram }).engine, SHAPE);
  const parsed = parseArguments(ARGUMENTS, { name: "fuzz", version: "0" });
  if (parsed.kind !== "machine") throw new Error("no machine");
  const { config } = parsed;
  const host = new TestHost();
  host.images.set("one", new MemoryBackend(new Uint8Array(MIB)));
  host.images.set("two", new MemoryBackend(new Uint8Array(64 * 1024)));
  const [clock, control] = [new FakeClock(), new FakeMachine()];
  const { memory } = space;
  const log = new MachineLog(["guest_errors", "unimp"], () => {});
  const board = new PcBoard({
    config,
    cpuIdentity: { signature: 0, features: 0 },
    cpu: new IdleX86Cpu(),
    bus: new Bus(log, () => 0),
    memory,
    clock,
    wall: new FakeWallClock(clock, Date.UTC(2026, 0, 1)),
    log,
    control,
    wake() {},
  });
  await plugDevices(board, config, host, { clock, memory, log, control });
  board.reset();
  setUpChipset(board);
  return { board, clock, space };
}
