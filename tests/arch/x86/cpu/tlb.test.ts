// What flushes of the TLB drop (Intel SDM volume 3, 4.10.4.1): the guest changes page tables behind its back and looks.

import { expect, it } from "vitest";
import { bareCpu, enterPaging, poke } from "../../../../testing/x86/bare.js";

const CODE = 0x1000;
const TABLES = 0x10000;
const PAGES = 0x200000;
const [GLOBAL, LOCAL] = [0x103, 0x003];
/** Two addresses whose entries have the same place in the TLB, and one beside them. */
const [HERE, RIVAL, BESIDE] = [0x400000, 0x1400000, 0x401000];

const word = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);

function pagedMachine() {
  const cpu = bareCpu({}, { icountShift: 0 });
  poke(cpu, TABLES, word(0x83)); // 4 MiB, identical
  poke(cpu, TABLES + 4, word((TABLES + 0x1000) | 3));
  poke(cpu, TABLES + 5 * 4, word((TABLES + 0x2000) | 3));
  for (let n = 0; n < 8; n++) poke(cpu, PAGES + n * 4096, word(n));
  enterPaging(cpu, TABLES);
  const execute = (code: number[], eax = 0): number => {
    poke(cpu, CODE, [...code, 0x90]);
    cpu.engine.core.dmaWritten(CODE, 0, 16);
    cpu.setGpr("rax", BigInt(eax));
    cpu.setPc(BigInt(CODE));
    cpu.run(1);
    return Number(cpu.gpr("rax"));
  };
  return {
    map(va: number, page: number, flags: number): void {
      const table = TABLES + (va === RIVAL ? 0x2000 : 0x1000);
      poke(cpu, table + ((va >>> 12) & 0x3ff) * 4, word((PAGES + page * 4096) | flags));
    },
    read: (va: number) => execute([0xa1, ...word(va)]),
    loadCr3: () => execute([0x0f, 0x22, 0xd8], TABLES),
    loadCr4: (value: number) => execute([0x0f, 0x22, 0xe0], value),
    invlpg: (va: number) => execute([0x0f, 0x01, 0x3d, ...word(va)]),
  };
}

it("a load of CR3 drops what is not global, however often an entry has changed its kind", () => {
  const m = pagedMachine();
  m.map(HERE, 0, GLOBAL);
  m.map(BESIDE, 1, LOCAL);
  expect([m.read(HERE), m.read(BESIDE)]).toEqual([0, 1]);
  m.loadCr3();
  m.map(HERE, 2, GLOBAL);
  m.map(BESIDE, 3, LOCAL);
  expect([m.read(HERE), m.read(BESIDE)]).toEqual([0, 3]);
  // The global entry is driven out by one that is not, which has to go with the next load, as has the one after it.
  for (const page of [4, 5]) {
    m.map(RIVAL, page, LOCAL);
    expect(m.read(RIVAL)).toBe(page);
    m.loadCr3();
  }
  m.map(RIVAL, 6, LOCAL);
  expect(m.read(RIVAL)).toBe(6);
  expect(m.read(HERE)).toBe(2);
  m.loadCr3();
  m.map(HERE, 7, GLOBAL);
  expect(m.read(HERE)).toBe(2);
  m.loadCr4(0x10);
  expect(m.read(HERE)).toBe(7);
});

it("INVLPG drops its page alone", () => {
  const m = pagedMachine();
  m.map(HERE, 0, GLOBAL);
  m.map(BESIDE, 1, LOCAL);
  expect([m.read(HERE), m.read(BESIDE)]).toEqual([0, 1]);
  m.map(HERE, 2, GLOBAL);
  m.map(BESIDE, 3, LOCAL);
  m.invlpg(RIVAL);
  expect(m.read(HERE)).toBe(0);
  m.invlpg(HERE);
  expect([m.read(HERE), m.read(BESIDE)]).toEqual([2, 1]);
});
