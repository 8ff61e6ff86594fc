import { expect, it } from "vitest";
import { Ioapic } from "./ioapic/ioapic.js";
import { Pic8259 } from "./pic8259/pic8259.js";

// Lines as QEMU 7.2 prints them for the same states.
it("shows pins and both controllers as QEMU does", () => {
  const ioapic = new Ioapic({ send() {} });
  const pic = new Pic8259({ set() {} });
  for (const [port, values] of [
    [pic.master, [0x11, 0x08, 4, 1, 0xb8]],
    [pic.slave, [0x11, 0x70, 2, 1, 0x8e]],
  ] as const) {
    port.write(0, 1, values[0]);
    for (const value of values.slice(1)) port.write(1, 1, value);
  }
  pic.elcr.write(1, 1, 0x0c);
  pic.line(4).set(true);
  ioapic.write(0, 4, 0x10 + 2 * 4);
  ioapic.write(0x10, 4, 0xa034);
  const text = [...ioapic.topics, ...pic.topics].map((topic) => topic.text()).join("");
  expect(text).toContain("ioapic0: ver=0x20 id=0x00 sel=0x18\n");
  expect(text).toContain("  pin 0  0x0000000000010000 dest=0 vec=0   active-hi edge  masked fixed  physical\n");
  expect(text).toContain("  pin 4  0x000000000000a034 dest=0 vec=52  active-lo level        fixed  physical\n");
  expect(text).toContain("pic1: irr=00 imr=8e isr=00 hprio=0 irq_base=70 rr_sel=0 elcr=0c fnm=0\n");
  expect(text).toContain("pic0: irr=10 imr=b8 isr=00 hprio=0 irq_base=08 rr_sel=0 elcr=00 fnm=0\n");
});
