import { describe, expect, test } from "vitest";
import { restore } from "../../state.js";
import { FakeClock, FakeLine, FakeLog, FakeMachine } from "../../testing.js";
import { AcpiPm } from "./acpipm.js";

function setup() {
  const clock = new FakeClock();
  const sci = new FakeLine();
  const machine = new FakeMachine();
  const log = new FakeLog();
  const acpi = new AcpiPm(clock, sci, machine, log);
  return { clock, sci, machine, log, acpi };
}

describe("ACPI power management", () => {
  test("PM timer counts 3.579545 MHz in 24 bits", () => {
    const { clock, acpi } = setup();
    clock.advance(1e9);
    expect(acpi.pm.read(8, 4)).toBe(3579545);
    clock.advance(4e9);
    expect(acpi.pm.read(8, 4)).toBe((5 * 3579545) & 0xffffff);
  });

  test("overflow status at every change of bit 23, SCI when enabled", () => {
    const { clock, sci, acpi } = setup();
    clock.advance(2.4e9);
    expect(acpi.pm.read(0, 2)).toBe(1);
    expect(sci.level).toBe(false);
    acpi.pm.write(2, 2, 1);
    expect(sci.level).toBe(true);
    acpi.pm.write(0, 2, 1);
    expect(sci.level).toBe(false);
    clock.advance(2.28e9);
    expect(sci.level).toBe(false);
    clock.advance(0.02e9);
    expect(sci.level).toBe(true);
  });

  test("ACPI is switched on and off through the command port", () => {
    const { acpi } = setup();
    acpi.command.write(0, 1, 0xf1);
    expect(acpi.pm.read(4, 2)).toBe(1);
    expect(acpi.command.read(0, 1)).toBe(0xf1);
    acpi.command.write(1, 1, 0x55);
    expect(acpi.command.read(1, 1)).toBe(0x55);
    acpi.command.write(0, 1, 0xf0);
    expect(acpi.pm.read(4, 2)).toBe(0);
  });

  test("power button interrupts a guest that listens", () => {
    const { sci, acpi } = setup();
    expect(acpi.powerButton()).toBe(false);
    acpi.pm.write(2, 2, 0x100);
    expect(acpi.powerButton()).toBe(true);
    expect(sci.level).toBe(true);
    expect(acpi.pm.read(1, 1)).toBe(1);
    acpi.pm.write(0, 2, 0x100);
    expect(sci.level).toBe(false);
  });

  test("S5 powers off, S3 suspends, other sleep states are refused", () => {
    const { machine, log, acpi } = setup();
    acpi.pm.write(4, 2, 1);
    expect(machine.powerOffs).toBe(0);
    acpi.pm.write(4, 2, (1 << 13) | (3 << 10) | 1);
    expect(log.unimplementeds.length).toBe(1);
    expect(machine.suspends).toBe(0);
    acpi.pm.write(4, 2, (1 << 13) | (1 << 10) | 1);
    expect(machine.suspends).toBe(1);
    expect(machine.powerOffs).toBe(0);
    acpi.pm.write(4, 2, (1 << 13) | 1);
    expect(machine.powerOffs).toBe(1);
    expect(acpi.pm.read(4, 2)).toBe(1);
  });

  test("after sleep, the power button is what woke the machine", () => {
    const { acpi } = setup();
    acpi.woken();
    expect(acpi.pm.read(0, 2)).toBe(0x8100);
    acpi.pm.write(0, 2, 0x8100);
    expect(acpi.pm.read(0, 2)).toBe(0);
  });

  test("general purpose events", () => {
    const { sci, acpi } = setup();
    acpi.raiseGpe(9);
    expect(acpi.gpe.read(0, 2)).toBe(0x200);
    expect(sci.level).toBe(false);
    acpi.gpe.write(3, 1, 0x02);
    expect(sci.level).toBe(true);
    acpi.gpe.write(0, 2, 0x200);
    expect(sci.level).toBe(false);
    expect(acpi.gpe.read(0, 4)).toBe(0x02000000);
  });

  test("snapshot", () => {
    const a = setup();
    a.acpi.pm.write(2, 2, 0x121);
    a.acpi.powerButton();
    a.acpi.command.write(0, 1, 0xf1);
    const b = setup();
    restore(b.acpi, a.acpi.save());
    expect(b.sci.level).toBe(true);
    expect(b.acpi.pm.read(0, 4)).toBe(0x01210100);
    expect(b.acpi.pm.read(4, 2)).toBe(1);
  });
});
