import { describe, expect, it } from "vitest";
import { MemoryBackend } from "../../block/backends/memory.js";
import { FakeClock, FakeMachine, FakeWallClock } from "../../devices/testing.js";
import { Bus } from "../../machine/bus.js";
import { MachineLog } from "../../machine/log.js";
import { TestHost, TestMemory } from "../../machine/testing.js";
import { parseArguments } from "../arguments.js";
import { setUpChipset } from "./bios/chipset.js";
import { PcBoard } from "./board.js";
import { IdleX86Cpu, plugDevices } from "./testing.js";

async function setup(...args: string[]) {
  const parsed = parseArguments(["-display", "none", ...args], { name: "test", version: "0" });
  if (parsed.kind !== "machine") throw new Error("no machine");
  const { config } = parsed;
  const host = new TestHost();
  for (const { file } of config.drives) host.images.set(file, new MemoryBackend(new Uint8Array(4096)));
  const [cpu, memory, clock, control] = [new IdleX86Cpu(), new TestMemory(1 << 20), new FakeClock(), new FakeMachine()];
  const log = new MachineLog([], () => {});
  let wakes = 0;
  const board = new PcBoard({
    config,
    cpuIdentity: { signature: 0, features: 0 },
    cpu,
    bus: new Bus(log, () => 0),
    memory,
    clock,
    wall: new FakeWallClock(clock, Date.UTC(2026, 0, 1)),
    log,
    control,
    wake: () => wakes++,
  });
  await plugDevices(board, config, host, { clock, memory, log, control });
  board.reset();
  const out = (port: number, value: number, size = 1) => board.ports.write(port, size, value);
  const inp = (port: number, size = 1) => board.ports.read(port, size);
  /** Routes pin `pin` to `vector`, edge-triggered. */
  const route = (pin: number, vector: number) => {
    board.mmio.write(0xfee000f0, 4, 0x1ff);
    board.mmio.write(0xfec00000, 4, 0x10 + 2 * pin);
    board.mmio.write(0xfec00010, 4, vector);
  };
  return { board, host, cpu, clock, control, out, inp, route, wakes: () => wakes };
}

describe("pc board", () => {
  it("has the usual devices at their usual places", async () => {
    const { inp, board, out } = await setup();
    expect(board.ports.list().filter(({ name }) => ["pic0", "rtc", "serial0", "fw_cfg"].includes(name))).toEqual([
      { address: 0x20, length: 2, name: "pic0" },
      { address: 0x70, length: 2, name: "rtc" },
      { address: 0x3f8, length: 8, name: "serial0" },
      { address: 0x510, length: 12, name: "fw_cfg" },
    ]);
    out(0xcf8, 0x80000000, 4);
    expect(inp(0xcfc, 4)).toBe(0x12378086);
    out(0x510, 0, 2);
    expect([inp(0x511), inp(0x511), inp(0x511), inp(0x511)].map((c) => String.fromCharCode(c)).join("")).toBe("QEMU");
    expect(board.mmio.read(0xfee00030, 4)).toBe(0x50014);
    expect(board.mmio.read(0xfed00000, 4) & 0xff).toBe(1);
  });

  it("brings a serial interrupt through the I/O APIC to the CPU", async () => {
    const { board, cpu, out, host, route, wakes } = await setup();
    route(4, 0x34);
    out(0x3f9, 1);
    const before = wakes();
    host.chardevs.get("serial0")!.receive!(Uint8Array.of(65));
    expect(cpu.line).toBe(true);
    expect(wakes()).toBe(before + 1);
    expect(board.lapic.acknowledge()).toBe(0x34);
    expect(board.ports.read(0x3f8, 1)).toBe(65);
  });

  it("brings the 8254's interrupt to pin 2, and through the 8259s in virtual wire mode", async () => {
    const { board, cpu, clock, out, route } = await setup();
    // ICW1 to 4: base 0x20, no masks.
    for (const [port, value] of [
      [0x20, 0x11],
      [0x21, 0x20],
      [0x21, 4],
      [0x21, 1],
      [0x21, 0xfe],
    ]) {
      out(port!, value!);
    }
    out(0x43, 0x34);
    out(0x40, 0xe8);
    out(0x40, 3);
    clock.advance(2e6);
    expect(cpu.line).toBe(true);
    expect(board.lapic.acknowledge()).toBe(0x20);
    route(2, 0x41);
    out(0x21, 0xff);
    clock.advance(2e6);
    expect(board.lapic.acknowledge()).toBe(0x41);
  });

  it("powers off, resets and moves A20 by the ports for it", async () => {
    const { board, cpu, control, out, inp } = await setup();
    setUpChipset(board);
    out(0x604, 0x2000, 2);
    expect(control.powerOffs).toBe(1);
    out(0xcf9, 0x06);
    out(0x64, 0xfe);
    expect(control.resets).toBe(2);
    out(0x92, 0);
    expect(cpu.a20).toBe(false);
    out(0x92, 2);
    expect(cpu.a20).toBe(true);
    expect(inp(0x92)).toBe(2);
  });

  it("is left as firmware leaves it", async () => {
    const { board, clock, inp, out } = await setup();
    setUpChipset(board);
    expect([inp(0x21), inp(0xa1), inp(0x4d0), inp(0x4d1), inp(0x92)]).toEqual([0xb8, 0x8e, 0, 0x0c, 2]);
    expect([0xf0, 0x350, 0x360].map((at) => board.mmio.read(0xfee00000 + at, 4))).toEqual([0x1ff, 0x8700, 0x8400]);
    // Counter 0 interrupts 18.2 times a second, and the first vectors are the BIOS's.
    out(0x43, 0xe2);
    expect(inp(0x40) & 0x3f).toBe(0x34);
    clock.advance(55e6);
    expect(board.lapic.acknowledge()).toBe(8);
    out(0x20, 0x20);
    out(0xa1, 0xef);
    board.interrupts.source(12).set(true);
    expect(board.lapic.acknowledge()).toBe(0x74);
  });

  it("leaves out what -machine leaves out", async () => {
    const { board, inp } = await setup("-M", "pc,hpet=off,i8042=off,pic=off,pit=off");
    expect(board.mmio.read(0xfed00000, 4)).toBe(0xffffffff);
    expect([inp(0x64), inp(0x21), inp(0x40)]).toEqual([0xff, 0xff, 0xff]);
  });

  it("plugs in what the command line names, -device before -drive, from slot 3 on", async () => {
    const { board, control, out } = await setup(
      ..."-drive if=virtio,file=a -drive if=none,id=b,file=b -device virtio-blk-pci,drive=b,serial=S".split(" "),
      ..."-device virtio-rng-pci,addr=08.0 -device isa-debug-exit,iobase=0xf4,iosize=4 -device pc-testdev".split(" "),
    );
    const slots = board.pci.bus.functions().map((device) => `${device.address} ${device.name}`);
    expect(slots.slice(3)).toEqual(["03.0 virtio-blk-pci", "04.0 virtio-blk-pci", "08.0 virtio-rng-pci"]);
    out(0xf4, 0x10, 4);
    expect(control.exits).toEqual([0x21]);
    board.mmio.write(0xff000010, 4, 0x12345678);
    expect(board.mmio.read(0xff000010, 4)).toBe(0x12345678);
  });

  it.each([
    [["-device", "virtio-rng-pci,addr=01.0"], "slot 1"],
    [["-device", "isa-debug-exit,iobase=0x3f8"], "overlaps serial0"],
    [["-drive", "if=none,id=d,file=f", "-device", "virtio-blk-pci,drive=d,logical_block_size=700"], "700"],
  ])("refuses %j", async (args, message) => {
    await expect(setup(...args)).rejects.toThrow(message);
  });
});
