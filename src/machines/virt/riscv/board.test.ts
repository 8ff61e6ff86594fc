import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { program } from "../../../../testing/programs.js";
import { flatten } from "../../../boot/fdt/flatten.js";
import { nodes } from "../../../boot/fdt/tree.js";
import { unflatten } from "../../../boot/fdt/unflatten.js";
import { restore } from "../../../devices/state.js";
import { FakeChar, FakeClock, FakeLog, FakeMachine, FakeMemory, FakeWallClock } from "../../../devices/testing.js";
import { Bus } from "../../../machine/bus.js";
import type { MachineLog } from "../../../machine/log.js";
import { RiscvVirtBoard } from "./board.js";
import { resetRom } from "./reset-rom.js";
import { type TreeOptions, virtTree } from "./tree.js";

const MIB = 1 << 20;

function setup(harts = 1, aclint = false) {
  const clock = new FakeClock();
  const log = new FakeLog();
  const bus = new Bus(log, () => 0);
  const lines = Array.from({ length: harts }, () => new Set<number>());
  const times: bigint[] = [];
  const pending: number[][] = lines.map(() => []);
  const console = new FakeChar();
  const control = new FakeMachine();
  let wakes = 0;
  const board = new RiscvVirtBoard({
    ...{ bus, clock, control },
    log: log as unknown as MachineLog,
    wall: new FakeWallClock(clock, 0),
    memory: new FakeMemory(0x1000),
    ramSize: 128 * MIB,
    serial: () => ({ backend: console, piped: false }),
    wake: () => wakes++,
    aclint,
    harts: lines.map((set, hart) => ({
      setPending: (number) => void pending[hart]!.push(number),
      setInterrupt: (number, level) => void (level ? set.add(number) : set.delete(number)),
      reset() {},
      setTime: (ahead) => void times.push(ahead),
    })),
  });
  board.complete();
  board.reset();
  const get = (address: number, size = 4) => bus.memory.read(address, size);
  const set = (address: number, value: number, size = 4) => bus.memory.write(address, size, value);
  return { board, bus, clock, lines, times, pending, console, control, log, get, set, wakes: () => wakes };
}

describe("the board", () => {
  it("has its devices at QEMU's addresses", () => {
    const { bus } = setup();
    const list = bus.memory
      .list()
      .map(({ address, length, name }) => `${address.toString(16)}+${length.toString(16)} ${name}`);
    expect(list.filter((line) => !line.includes("empty slot"))).toEqual(
      [
        "100000+1000 riscv.sifive.test",
        "101000+1000 goldfish_rtc",
        "2000000+4000 riscv.aclint.mswi",
        "2004000+8000 riscv.aclint.mtimer",
        "c000000+600000 riscv.sifive.plic",
        "10000000+8 isa-serial",
        "10100000+18 fw_cfg",
        "30000000+10000000 gpex",
      ].map((line) => (line.startsWith("10000000") ? list.find((one) => one.startsWith("10000000"))! : line)),
    );
    expect(list.filter((line) => line.includes("empty slot"))).toHaveLength(8);
  });

  it("interrupts a hart by timer, software and PLIC", () => {
    const { set, get, clock, lines, console, wakes } = setup(2);
    set(0x200_4008, 1000);
    set(0x200_400c, 0);
    clock.advance(100_000);
    expect([...lines[1]!]).toEqual([7]);
    set(0x200_0000, 1);
    expect([...lines[0]!]).toEqual([3]);
    // The UART is source 10, for the supervisor of hart 0.
    set(0xc00_0000 + 4 * 10, 1);
    set(0xc00_2080, 1 << 10);
    set(0x1000_0001, 1, 1);
    console.type("x");
    expect(lines[0]!.has(9)).toBe(true);
    expect(get(0xc20_1004)).toBe(10);
    expect(lines[0]!.has(9)).toBe(false);
    expect(get(0x1000_0000, 1)).toBe(0x78);
    set(0xc20_1004, 10);
    expect(lines[0]!.has(9)).toBe(false);
    expect(wakes()).toBe(3);
  });

  it("has software interrupts of supervisors with aclint=on alone", () => {
    const { set, get, pending, wakes } = setup(2, true);
    set(0x2f0_0004, 1);
    set(0x2f0_0004, 0);
    expect([pending, wakes(), get(0x2f0_0004)]).toEqual([[[], [1]], 1, 0]);
    const without = setup(2);
    without.set(0x2f0_0004, 1);
    expect(without.pending).toEqual([[], []]);
  });

  it("powers off, tells the harts of a timer that was set, and has PCI behind its windows", () => {
    const { set, get, control, times, board } = setup();
    set(0x10_0000, 0x5555);
    expect(control.powerOffs).toBe(1);
    set(0x200_bff8, 500);
    expect(times.at(-1)).toBe(500n);
    expect(get(0x3000_0000)).toBe(0x00081b36);
    expect(get(0x3000_8000)).toBe(0xffffffff);
    const other = setup();
    other.board.devices.forEach((device, n) => {
      restore(device, board.devices[n]!.save());
      expect(device.save()).toEqual(board.devices[n]!.save());
    });
    expect(other.times.at(-1)).toBe(500n);
  });
});

describe("the device tree", () => {
  const options: TreeOptions = {
    ramSize: 128 * MIB,
    harts: 2,
    extensions: ["i", "m", "a", "c", "zicboz", "zicsr", "sstc"],
    mmu: "riscv,sv57",
    chosen: {
      commandLine: "console=ttyS0",
      initrd: { start: 0x8400_0000, end: 0x8400_1000 },
      seed: new Uint8Array(32),
    },
    firmware: { address: 0x8000_0000, size: 0x8_0000 },
  };

  it.each([false, true])("is read by dtc without a warning, aclint %s", (aclint) => {
    const input = flatten(virtTree({ ...options, aclint }));
    const dtc = spawnSync(program("dtc"), ["-I", "dtb", "-O", "dts", "-"], { input });
    expect([dtc.status, dtc.stderr.toString()]).toEqual([0, ""]);
  });

  it("has QEMU's nodes, and what is the machine's own", () => {
    const { root } = unflatten(flatten(virtTree(options)));
    const names = [...nodes(root)].map(({ name }) => name);
    expect(names.filter((name) => name.includes("@"))).toEqual([
      ...["flash@20000000", "fw-cfg@10100000", "memory@80000000", "mmode_resv0@80000000", "cpu@0", "cpu@1"],
      ...["rtc@101000", "serial@10000000", "test@100000", "pci@30000000"],
      ...[8, 7, 6, 5, 4, 3, 2, 1].map((slot) => `virtio_mmio@1000${slot}000`),
      ...["plic@c000000", "clint@2000000"],
    ]);
    const cells = (path: string, name: string): number[] => {
      const bytes = root.find(path)!.properties.get(name) as Uint8Array;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      return Array.from({ length: bytes.length / 4 }, (_, n) => view.getUint32(4 * n));
    };
    const handle = (path: string) => cells(path, "phandle")[0]!;
    const intc = [0, 1].map((hart) => handle(`/cpus/cpu@${hart}/interrupt-controller`));
    expect(cells("/soc/plic@c000000", "interrupts-extended")).toEqual(intc.flatMap((one) => [one, 11, one, 9]));
    expect(cells("/soc/clint@2000000", "interrupts-extended")).toEqual(intc.flatMap((one) => [one, 3, one, 7]));
    expect(cells("/soc/pci@30000000", "ranges")).toEqual(
      [0x1000000, 0, 0, 0, 0x3000000, 0, 0x10000, 0x2000000, 0, 0x40000000, 0, 0x40000000, 0, 0x40000000].concat([
        0x3000000, 4, 0, 4, 0, 4, 0,
      ]),
    );
    expect(cells("/flash@20000000", "reg")).toEqual([0, 0x20000000, 0, 0x2000000, 0, 0x22000000, 0, 0x2000000]);
    const plic = handle("/soc/plic@c000000");
    const wires = cells("/soc/pci@30000000", "interrupt-map");
    expect(wires.slice(0, 6)).toEqual([0, 0, 0, 1, plic, 0x20]);
    expect(wires.slice(6 * 7, 6 * 8)).toEqual([0x800, 0, 0, 4, plic, 0x20]);
    expect(cells("/poweroff", "value")).toEqual([0x5555]);
    expect(cells("/poweroff", "regmap")).toEqual([handle("/soc/test@100000")]);
    const text = (path: string, name: string) =>
      String.fromCharCode(...(root.find(path)!.properties.get(name) as Uint8Array));
    expect(text("/cpus/cpu@0", "riscv,isa")).toBe("rv64imac_zicboz_zicsr_sstc\0");
    expect(text("/cpus/cpu@0", "riscv,isa-extensions")).toBe("i\0m\0a\0c\0zicboz\0zicsr\0sstc\0");
    expect(text("/chosen", "bootargs")).toBe("console=ttyS0\0");
  });
});

it("with aclint=on the tree has the interruptor's parts as QEMU has them", () => {
  const tree = virtTree({ ramSize: 128 * MIB, harts: 2, extensions: ["i"], mmu: "riscv,sv57", aclint: true });
  const { root } = unflatten(flatten(tree));
  const soc = root.child("soc")!;
  expect(soc.child("clint@2000000")).toBeUndefined();
  const reg = (name: string): string[] => {
    const bytes = soc.child(name)!.properties.get("reg") as Uint8Array;
    return bytes.reduce((all, byte) => all + byte.toString(16).padStart(2, "0"), "").match(/.{16}/g)!;
  };
  const hex = (...values: number[]): string[] => values.map((value) => value.toString(16).padStart(16, "0"));
  expect(reg("mswi@2000000")).toEqual(hex(0x2000000, 0x4000));
  expect(reg("mtimer@200bff8")).toEqual(hex(0x200bff8, 0x8, 0x2004000, 0x7ff8));
  expect(reg("sswi@2f00000")).toEqual(hex(0x2f00000, 0x4000));
});

it("the reset ROM is QEMU's but for the way it makes addresses", () => {
  const rom = resetRom(0x1000, { firmware: 0x8000_0000, tree: 0x87e0_0000, next: 0x8020_0000 });
  const words = [...new Uint32Array(rom.buffer)].map((word) => word.toString(16));
  expect(words.slice(4, 8)).toEqual(["f1402573", "82b583", "2b283", "28067"]);
  expect(words.slice(8, 12)).toEqual(["80000000", "0", "87e00000", "0"]);
  expect(words.slice(12, 20)).toEqual(["4942534f", "0", "2", "0", "80200000", "0", "1", "0"]);
});
