// The devices that boards have without being asked, by the file that has their state.

import { AcpiPm } from "../../src/devices/chipset/acpipm/acpipm.js";
import { createPcPci } from "../../src/devices/chipset/i440fx/pc.js";
import { NullDevice } from "../../src/devices/chipset/nulldevice/nulldevice.js";
import { Port92 } from "../../src/devices/chipset/port92/port92.js";
import { ResetControl } from "../../src/devices/chipset/resetctl/resetctl.js";
import { Smbus } from "../../src/devices/chipset/smbus/smbus.js";
import { FwCfg } from "../../src/devices/firmware/fwcfg/fwcfg.js";
import { I8042 } from "../../src/devices/input/i8042/i8042.js";
import type { IoRegion } from "../../src/devices/interfaces.js";
import { Mtimer } from "../../src/devices/irqchip/aclint/mtimer.js";
import { MTIME } from "../../src/devices/irqchip/aclint/registers.js";
import { Swi } from "../../src/devices/irqchip/aclint/swi.js";
import { Ioapic } from "../../src/devices/irqchip/ioapic/ioapic.js";
import { ApicBus } from "../../src/devices/irqchip/lapic/bus.js";
import { Lapic } from "../../src/devices/irqchip/lapic/lapic.js";
import { Pic8259 } from "../../src/devices/irqchip/pic8259/pic8259.js";
import { Plic } from "../../src/devices/irqchip/plic/plic.js";
import * as plic from "../../src/devices/irqchip/plic/registers.js";
import { FakeMapper } from "../../src/devices/pci/testing.js";
import { CmosRtc } from "../../src/devices/rtc/cmosrtc/cmosrtc.js";
import { GoldfishRtc } from "../../src/devices/rtc/goldfish/goldfish.js";
import { Pflash } from "../../src/devices/storage/pflash/pflash.js";
import { Htif } from "../../src/devices/test/htif/htif.js";
import { PostPort } from "../../src/devices/test/post/post.js";
import { SifiveTest } from "../../src/devices/test/sifivetest/sifivetest.js";
import { FakeWallClock } from "../../src/devices/testing.js";
import { Hpet } from "../../src/devices/timer/hpet/hpet.js";
import { Pit8254 } from "../../src/devices/timer/pit8254/pit8254.js";
import { Port61 } from "../../src/devices/timer/pit8254/port61.js";
import { PcInterrupts } from "../../src/machines/pc/irq-lines.js";
import { VirtInterrupts } from "../../src/machines/virt/interrupts.js";
import type { Lab, World } from "./lab.js";

const START = Date.UTC(2026, 0, 31, 23, 59, 58);

export const BOARD_LABS: Readonly<Record<string, (world: World) => Lab>> = {
  "src/devices/chipset/acpipm/acpipm.ts": ({ clock, line, machine }) => {
    const device = new AcpiPm(clock, line, machine);
    return {
      parts: [device],
      regions: [
        [device.pm, 64],
        [device.gpe, 4],
        [device.command, 2],
      ],
      events: [() => void device.powerButton(), (value) => device.raiseGpe(value & 15), () => device.woken()],
    };
  },
  "src/devices/chipset/nulldevice/nulldevice.ts": () => {
    const device = new NullDevice("nothing");
    return { parts: [device], regions: [[device, 8]] };
  },
  "src/devices/chipset/port92/port92.ts": ({ machine, line }) => {
    const device = new Port92(machine, line);
    return { parts: [device], regions: [[device, 1]] };
  },
  "src/devices/chipset/resetctl/resetctl.ts": ({ machine }) => {
    const device = new ResetControl(machine);
    return { parts: [device], regions: [[device, 1]] };
  },
  "src/devices/chipset/smbus/smbus.ts": () => {
    const device = new Smbus();
    return { parts: [device], regions: [[device, 16]] };
  },
  "src/devices/firmware/fwcfg/fwcfg.ts": ({ memory, log }) => {
    const device = new FwCfg([["etc/some", Uint8Array.of(1, 2, 3, 4, 5, 6, 7)]], memory, log);
    const swap = (value: number): number => new DataView(Uint8Array.of(value, value >> 8, 0, 0).buffer).getUint32(0);
    const command = (value: number): void => {
      const block = new DataView(new ArrayBuffer(16));
      block.setUint32(0, ((value & 0x3f) << 16) | ((value >> 6) & 0x1f));
      block.setUint32(4, (value >> 11) & 0xff);
      block.setUint32(12, 0x400);
      memory.write(0x100, new Uint8Array(block.buffer));
      device.write(8, 4, swap(0x0100) >>> 0);
    };
    return { parts: [device], regions: [[device, 12]], events: [command] };
  },
  "src/devices/input/i8042/i8042.ts": ({ lines, line, machine }) => {
    const device = new I8042({ keyboardIrq: lines.at(1), auxIrq: lines.at(12), machine, a20: line });
    return {
      parts: [device],
      regions: [
        [device.data, 1],
        [device.command, 1],
      ],
      events: [
        (value) => void device.key(value & 0x7f, (value & 0x80) !== 0),
        (value) => device.mouse.move((value & 0xff) - 128, ((value >> 8) & 0xff) - 128, 0, value & 7),
      ],
    };
  },
  "src/devices/irqchip/aclint/mtimer.ts": ({ clock, lines }) => {
    const device = new Mtimer(clock, lines.lines.slice(0, 2));
    return {
      parts: [device],
      regions: [
        [device, 16],
        [from(device, MTIME), 8],
      ],
      // Not far from now.
      events: [(value) => device.setCompare(value & 1, device.time() + BigInt(value & 0xffff))],
    };
  },
  "src/devices/irqchip/aclint/swi.ts": ({ lines }) => {
    const mswi = new Swi("riscv.aclint.mswi", lines.lines.slice(0, 2));
    const sswi = new Swi("riscv.aclint.sswi", lines.lines.slice(2, 4));
    return {
      parts: [mswi, sswi],
      regions: [
        [mswi, 8],
        [sswi, 8],
      ],
    };
  },
  "src/devices/irqchip/plic/plic.ts": ({ lines }) => {
    const device = new Plic({ sources: 40, priorityBits: 3, contexts: lines.lines.slice(0, 2) });
    return {
      parts: [device],
      regions: [
        [device, 4 * 41],
        [from(device, plic.PENDING), 8],
        [from(device, plic.ENABLES), 8],
        [from(device, plic.ENABLES + plic.ENABLES_STRIDE), 8],
        [from(device, plic.CONTEXTS), 8],
        [from(device, plic.CONTEXTS + plic.CONTEXT_STRIDE), 8],
      ],
      events: [(value) => device.input(1 + (value % 40)).set((value & 0x80) !== 0)],
    };
  },
  "src/devices/irqchip/ioapic/ioapic.ts": ({ msi }) => {
    const device = new Ioapic(msi, { acknowledge: () => 0x33 });
    return {
      parts: [device],
      regions: [[device, 0x44]],
      events: [
        (value) => device.pin(value % 24).set((value & 0x80) !== 0),
        (value) => device.eoi(value & 0xff),
        (value) => {
          device.write(0, 4, 0x10 + (value % 48));
          device.write(0x10, 4, value);
        },
      ],
    };
  },
  "src/devices/irqchip/lapic/lapic.ts": ({ clock, line, machine, log }) => {
    const bus = new ApicBus();
    const cpu = {
      setInterruptLine: (level: boolean) => line.set(level),
      nmi: () => void machine.resets++,
      init: () => void machine.powerOffs++,
      sipi: (vector: number) => void machine.exits.push(vector),
    };
    const rates = { bus: 1e9, tsc: 1e9 };
    const device = new Lapic({ id: 0, rates, cpu, clock, bus, pic: { acknowledge: () => 0x44 }, log });
    return {
      parts: [device],
      regions: [[device, 0x400]],
      events: [
        (value) => device.lint0.set((value & 1) !== 0),
        (value) => bus.send(0xfee00000, value & 0x87ff),
        () => void device.acknowledge(),
        // Without the enable bits few of its paths are taken.
        (value) => device.write(0xf0, 4, 0x100 | (value & 0xff)),
        (value) => device.write(0x320, 4, 0x20 | (value & 0x600ff)),
        (value) => device.write(0x380, 4, value),
      ],
    };
  },
  "src/devices/irqchip/pic8259/pic8259.ts": ({ line }) => {
    const device = new Pic8259(line);
    const start = (value: number): void => {
      for (const [at, word] of [0x11 | (value & 8), value & 0xf8, 4, 1 | (value & 2)].entries())
        device.master.write(at === 0 ? 0 : 1, 1, word);
    };
    return {
      parts: [device],
      regions: [
        [device.master, 2],
        [device.slave, 2],
        [device.elcr, 2],
      ],
      events: [(value) => device.line(value & 15).set((value & 0x80) !== 0), () => void device.acknowledge(), start],
    };
  },
  "src/devices/pci/bus.ts": ({ lines, msi, log, memory }) => {
    const mapper = new FakeMapper();
    const [pm, smbus] = [new NullDevice("pm"), new NullDevice("smbus")];
    const { bus, ports, isa } = createPcPci({
      ...{ mapper, msi, log, pm, smbus, irqs: lines.lines.slice(0, 16) },
      shadow: {
        setShadow: (address, size, read, write) =>
          memory.bytes.fill(read ? 2 : write ? 1 : 0, address >> 8, (address + size) >> 8),
      },
    });
    const config = (slot: number, func: number): IoRegion => ({
      read: (offset, size) => bus.readConfig(0, slot, func, offset, size),
      write: (offset, size, value) => bus.writeConfig(0, slot, func, offset, size, value),
    });
    return {
      parts: [Object.assign(bus, { name: "pci" }), ports],
      regions: [
        [config(0, 0), 256],
        [config(1, 0), 256],
        [config(1, 3), 256],
        [ports, 8],
      ],
      seen: () => mapper.ranges(),
      events: [
        (value) => isa.pirqs[value & 3]!.set((value & 4) !== 0),
        // Both windows, on and off, in places of which some overlap.
        (value) => {
          for (const [at, bits] of [
            [0x40, 0x1000 + (value & 0xf0)],
            [0x90, 0x1000 + ((value >> 8) & 0xf0)],
            [0x80, value & 1],
            [0xd2, (value >> 1) & 1],
          ] as const)
            bus.writeConfig(0, 1, 3, at, 2, bits);
        },
      ],
    };
  },
  "src/devices/rtc/cmosrtc/cmosrtc.ts": ({ clock, line }) => {
    const device = new CmosRtc(clock, new FakeWallClock(clock, START), line);
    const write = (index: number, value: number): void => {
      device.write(0, 1, index);
      device.write(1, 1, value);
    };
    return {
      parts: [device],
      regions: [[device, 2]],
      events: [
        (value) => write(11, value & 0x7f),
        (value) => write(10, 0x20 | (value & 15)),
        (value) => write(value % 10, (value >> 8) & 0x3f),
        (value) => device.setIrqEnabled((value & 1) !== 0),
      ],
    };
  },
  "src/devices/rtc/goldfish/goldfish.ts": ({ clock, line }) => {
    const device = new GoldfishRtc(clock, new FakeWallClock(clock, START), line);
    const soon = (value: number): void => {
      const low = device.read(0, 4);
      device.write(0x0c, 4, device.read(4, 4));
      device.write(0x08, 4, (low + (value & 0xfffff)) >>> 0);
    };
    return { parts: [device], regions: [[device, 0x24]], events: [soon] };
  },
  "src/devices/storage/pflash/pflash.ts": () => {
    const bytes = new Uint8Array(0x4000).fill(0xff);
    const device = new Pflash({ bytes, blockBytes: 0x1000, bankWidth: 4, chipWidth: 2, ids: [0x89, 0x18] });
    const commands = [0x40, 0x20, 0xd0, 0xe8, 0x70, 0x90, 0x98, 0xff, 2, 0x60];
    const command = (value: number): void => {
      device.write(value & 0x3ffc, 4, (commands[(value >> 16) % commands.length]! * 0x10001) >>> 0);
    };
    return { parts: [device], regions: [[device, 0x4000]], events: [command] };
  },
  "src/devices/test/htif/htif.ts": ({ machine, char, memory }) => {
    const device = new Htif({ control: machine, console: char, memory });
    const command = (value: number): void => {
      device.write(0, 4, value & 0xfffe);
      device.write(4, 4, ((value >>> 16) & 1) << 24 === 0 ? 0 : 0x0100_0000 | (value & 0x1_0000));
    };
    return { parts: [device], regions: [[device, 16]], events: [command, (value) => char.type(String(value & 7))] };
  },
  "src/devices/test/post/post.ts": () => {
    const device = new PostPort();
    return { parts: [device], regions: [[device, 1]] };
  },
  "src/devices/test/sifivetest/sifivetest.ts": ({ machine }) => {
    const device = new SifiveTest(machine);
    return { parts: [device], regions: [[device, 4]] };
  },
  "src/devices/timer/hpet/hpet.ts": ({ clock, lines, msi }) => {
    const device = new Hpet({ clock, lines: lines.lines, msi, routes: 0xffffff });
    return {
      parts: [device],
      regions: [[device, 0x160]],
      events: [
        (value) => device.write(0x10, 4, value & 3),
        (value) => device.write(0x100 + 0x20 * (value % 3), 4, (value & 0x7e) | 4),
        (value) => device.write(0x108 + 0x20 * (value % 3), 4, value & 0xffff),
      ],
    };
  },
  "src/devices/timer/pit8254/pit8254.ts": ({ clock, line }) => {
    const device = new Pit8254(clock, line);
    const port61 = new Port61(device);
    return {
      parts: [device, port61],
      regions: [
        [device, 4],
        [port61, 1],
      ],
      events: [(value) => device.setIrqEnabled((value & 3) !== 0)],
    };
  },
  "src/machines/pc/irq-lines.ts": ({ lines }) => {
    const device = new PcInterrupts(undefined, (pin) => lines.at(pin));
    const sources = Array.from({ length: 48 }, (_, n) => device.source(n % 24));
    const set = (value: number): void => sources[value % 48]!.set((value & 0x80) !== 0);
    return { parts: [Object.assign(device, { name: "interrupt lines" })], regions: [], events: [set] };
  },
  "src/machines/virt/interrupts.ts": ({ line }) => {
    const device = new VirtInterrupts(line);
    const set = (value: number): void => device.input(value & 31).set((value & 0x80) !== 0);
    return { parts: [device], regions: [[device, 8]], events: [set] };
  },
};

/** A part of a region. */
function from(region: IoRegion, start: number): IoRegion {
  return {
    read: (offset, size) => region.read(start + offset, size),
    write: (offset, size, value) => region.write(start + offset, size, value),
  };
}
