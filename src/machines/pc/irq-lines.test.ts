import { expect, it } from "vitest";
import { PcInterrupts } from "./irq-lines.js";

function setup() {
  const log: string[] = [];
  const recorder = (name: string) => (n: number) => ({
    set: (level: boolean) => void log.push(`${name}${n}=${level ? 1 : 0}`),
  });
  return { log, interrupts: new PcInterrupts(recorder("pic"), recorder("pin")) };
}

it("brings ISA interrupts to both controllers, the timer's to pin 2", () => {
  const { log, interrupts } = setup();
  interrupts.source(4).set(true);
  interrupts.source(0).set(true);
  interrupts.source(20).set(true);
  expect(log).toEqual(["pic4=1", "pin4=1", "pic0=1", "pin2=1", "pin20=1"]);
});

it("holds a shared line until its last source lets go", () => {
  const { log, interrupts } = setup();
  const [a, b] = [interrupts.source(9), interrupts.source(9)];
  a.set(true);
  b.set(true);
  a.set(false);
  a.set(false);
  expect(log).toEqual(["pic9=1", "pin9=1"]);
  b.set(false);
  expect(log.slice(2)).toEqual(["pic9=0", "pin9=0"]);
});

it("joins interrupt 0 and 2 on pin 2", () => {
  const { log, interrupts } = setup();
  const [pit, hpet] = [interrupts.source(0), interrupts.source(2)];
  pit.set(true);
  hpet.set(true);
  pit.set(false);
  hpet.set(false);
  expect(log).toEqual(["pic0=1", "pin2=1", "pic2=1", "pic0=0", "pic2=0", "pin2=0"]);
});
