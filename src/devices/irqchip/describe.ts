// `info pic`: the I/O APIC's pins and the two 8259s, in QEMU's layout. Works on the devices' saved states.

import type { DeviceState, StateValue } from "../interfaces.js";

/** What the topic is called, for all of them. */
export const PIC = { name: "pic", help: "show PIC state" } as const;

const MODES = ["fixed", "lowest", "SMI", "...", "NMI", "INIT", "...", "ExtINT"];

export function pic8259Text({ master, slave }: DeviceState): string {
  return chipText("pic1", slave) + chipText("pic0", master);
}

export function ioapicText(state: DeviceState): string {
  const [low, high] = [numbers(state.low), numbers(state.high)];
  let text = `ioapic0: ver=0x20 id=${hex(number(state.id), 2, "0x")} sel=${hex(number(state.select), 2, "0x")}\n`;
  low.forEach((entry, pin) => {
    const destination = (high[pin] ?? 0) >>> 24;
    const words = [
      `  pin ${String(pin).padEnd(2)} 0x${hex(high[pin] ?? 0, 8)}${hex(entry, 8)}`,
      `dest=${hex(destination, 1)}`,
      `vec=${String(entry & 0xff).padEnd(3)}`,
      entry & 0x2000 ? "active-lo" : "active-hi",
      entry & 0x8000 ? "level" : "edge ",
      entry & 0x10000 ? "masked" : "      ",
      (MODES[(entry >> 8) & 7] ?? "").padEnd(6),
      entry & 0x800 ? "logical" : "physical",
    ];
    text += `${words.join(" ")}\n`;
  });
  const remote = low.flatMap((entry, pin) => (entry & 0x4000 ? [pin] : []));
  return `${text}  IRR      ${list(bits(number(state.irr)))}\n  Remote IRR ${list(remote)}\n`;
}

function chipText(name: string, saved: StateValue | undefined): string {
  const state = (saved ?? {}) as { [field: string]: StateValue };
  const field = (key: string): string => hex(number(state[key]), 2);
  return (
    `${name}: irr=${field("irr")} imr=${field("imr")} isr=${field("isr")} hprio=${number(state.lowest)} ` +
    `irq_base=${field("base")} rr_sel=${state.readIsr === true ? 1 : 0} elcr=${field("elcr")} ` +
    `fnm=${state.fullyNested === true ? 1 : 0}\n`
  );
}

function number(value: StateValue | undefined): number {
  return typeof value === "number" ? value : 0;
}

function numbers(value: StateValue | undefined): number[] {
  return Array.isArray(value) ? value.map(number) : [];
}

function bits(value: number): number[] {
  return Array.from({ length: 24 }, (_, bit) => bit).filter((bit) => value & (1 << bit));
}

function list(pins: readonly number[]): string {
  return pins.length > 0 ? pins.join(" ") : "(none)";
}

function hex(value: number, digits: number, prefix = ""): string {
  return prefix + (value >>> 0).toString(16).padStart(digits, "0");
}
