import { beforeEach, describe, expect, it, test } from "vitest";
import { Random } from "../../../../testing/random.js";
import { restore } from "../../../devices/state.js";
import type { MemoryRange } from "../boot/interfaces.js";
import type { GeneralRegister } from "./caller.js";
import { BDA, dataArea, KEY_HEAD, KEYS_END, KEYS_START, SERIAL_BASES, TICKS } from "./data-area.js";
import { BiosServices } from "./services.js";
import { FakePorts, FakeProgram } from "./testing.js";

const DONE = 0;
const WAIT = 1;
const LOOK_AGAIN = 2;
const COM1 = 0x3f8;

let program: FakeProgram;
let ports: FakePorts;
let services: BiosServices;
let now: number;
let restarts: number;
let map: MemoryRange[];

beforeEach(() => {
  program = new FakeProgram();
  ports = new FakePorts();
  [now, restarts, map] = [0, 0, []];
  program.memory.write(BDA, dataArea({ serial: [COM1], mouse: true, ticks: 5 }));
  services = new BiosServices({
    cpu: program,
    memory: program.memory,
    ports,
    map: () => map,
    now: () => now,
    wantInput() {},
    restart: () => restarts++,
  });
});

/** What the port says after a call with these registers. */
function call(interrupt: number, registers: Partial<Record<GeneralRegister, number>> = {}): number {
  for (const [name, value] of Object.entries(registers)) program.set(name as GeneralRegister, value);
  services.write(0, 1, interrupt);
  return services.read();
}

const eax = () => program.get("eax");
/** Types at the serial console. */
const type = (...characters: number[]) => {
  ports.inputs.set(COM1, characters);
  ports.inputs.set(COM1 + 5, Array(characters.length).fill(1));
};

describe("the port", () => {
  it("answers our code only", () => {
    program.bases.cs = 0x1000;
    expect(call(0x12, { eax: 7 })).toBe(0xff);
    program.bases.cs = 0xf0000;
    program.paging = true;
    expect(call(0x12)).toBe(0xff);
    expect(eax()).toBe(7);
    program.paging = false;
    expect(call(0x12)).toBe(DONE);
    expect(eax()).toBe(639);
  });
});

describe("a hostile data area", () => {
  it("neither calls the services from themselves nor keeps them busy", () => {
    const { read, write } = ports;
    ports.write = (port, size, value) => {
      if (port === 0xb4) services.write(0, 1, value);
      else write.call(ports, port, size, value);
    };
    ports.read = (port) => (port === 0xb9 ? 1 : port === 0xb4 ? services.read() : read.call(ports, port));
    program.memory.writeU16(SERIAL_BASES, 0xb4);
    expect(call(0x10, { eax: 0x0e10 })).toBe(DONE);
    // A ring that is never full, and a console that always has a character.
    program.memory.writeU16(KEYS_START, 0x20);
    program.memory.writeU16(KEYS_END, 0x20);
    program.memory.writeU16(KEY_HEAD, 0x3c);
    expect(call(0x16, { eax: 0x0100 })).toBe(DONE);
  });
});

test("no call with any registers and any data area does harm", () => {
  const seed = Number(process.env.BIOS_SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`bios services: seed ${seed} (BIOS_SEED repeats it)`);
  const random = new Random(seed);
  ports.read = () => random.u32();
  const registers = ["eax", "ebx", "ecx", "edx", "esi", "edi", "ebp"] as const;
  for (let n = 0; n < 20_000; n++) {
    const area = Uint8Array.from({ length: 0x100 }, () => random.below(256));
    if (n % 10 === 0) program.memory.write(BDA, area);
    const interrupt = random.pick([8, 9, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0xff]);
    program.bases.es = random.pick([0, 0xf0000, 0xffff0]);
    const values = registers.map((name) => [name, random.below(2) ? random.u32() : random.below(0x1_0000)]);
    expect([DONE, WAIT, LOOK_AGAIN]).toContain(call(interrupt, Object.fromEntries(values)));
    ports.written.length = 0;
  }
});

describe("INT 10h", () => {
  const print = (text: string) => {
    for (const character of text) call(0x10, { eax: 0x0e00 | character.charCodeAt(0) });
  };
  const cursor = () => {
    call(0x10, { eax: 0x0300, ebx: 0 });
    return [program.get("edx") & 0xff, program.get("edx") >> 8];
  };

  it("prints on the serial port and keeps the cursor", () => {
    print("Hi\r\nyou");
    expect(ports.text(COM1)).toBe("Hi\r\nyou");
    expect(cursor()).toEqual([3, 1]);
    print("x".repeat(77));
    expect(cursor()).toEqual([0, 2]);
    print("\b\b");
    expect(cursor()).toEqual([0, 2]);
  });

  it("moves, clears and colours as a terminal does", () => {
    call(0x10, { eax: 0x0200, edx: 0x0a05 });
    call(0x10, { eax: 0x0600, ebx: 0x1f00, ecx: 0, edx: 0x184f });
    call(0x10, { eax: 0x0941, ebx: 0x1f, ecx: 1 });
    print("A");
    print("B");
    expect(ports.text(COM1)).toBe("\x1b[11;6H\x1b[0;1;37;44m\x1b[2J\x1b[H\x1b[11;6HAB");
    expect(cursor()).toEqual([7, 10]);
  });

  it("says what mode it is in, and nothing of adapters that are not there", () => {
    call(0x10, { eax: 0x0f00, ebx: 0x1234 });
    expect([eax(), program.get("ebx")]).toEqual([0x5003, 0x34]);
    call(0x10, { eax: 0x4f00 });
    expect(eax()).toBe(0x4f00);
    call(0x10, { eax: 0x1a00 });
    expect(eax()).toBe(0x1a00);
  });

  it("leaves the divisor alone that a program is about to set", () => {
    ports.inputs.set(COM1 + 3, [0x83]);
    print("!");
    expect(ports.written).toEqual([
      [COM1 + 3, 0x03],
      [COM1, 0x21],
      [COM1 + 3, 0x83],
    ]);
  });

  it("writes a string with its attributes", () => {
    program.memory.write(0x500, Uint8Array.of(0x61, 0x07, 0x62, 0x04));
    call(0x10, { eax: 0x1303, ebx: 0, ecx: 2, edx: 0, ebp: 0x500 });
    expect(ports.text(COM1)).toBe("a\x1b[0;31;40mb");
    expect(cursor()).toEqual([2, 0]);
  });
});

describe("INT 16h", () => {
  it("waits for a key, which the serial console gives", () => {
    expect(call(0x16, { eax: 0 })).toBe(WAIT);
    call(0x16, { eax: 0x0100 });
    expect(program.zero).toBe(true);
    type(0x61, 0x0d, 0x7f, 0x02);
    const keys = [1, 2, 3, 4].map(() => {
      expect(call(0x16, { eax: 0 })).toBe(DONE);
      return eax();
    });
    expect(keys).toEqual([0x1e61, 0x1c0d, 0x0e08, 0x3002]);
  });

  it("knows a terminal's cursor keys, and ESC alone", () => {
    type(0x1b, 0x5b, 0x41);
    call(0x16, { eax: 0x1000 });
    expect(eax()).toBe(0x48e0);
    type(0x1b, 0x5b, 0x33, 0x7e);
    call(0x16, { eax: 0 });
    expect(eax()).toBe(0x5300);
    type(0x1b);
    call(0x16, { eax: 0 });
    expect(eax()).toBe(0x011b);
  });

  it("takes no more from the console than its buffer holds", () => {
    type(...Array<number>(40).fill(0x61));
    call(0x16, { eax: 0x0100 });
    expect([program.zero, eax()]).toEqual([false, 0x1e61]);
    expect(ports.inputs.get(COM1)).toHaveLength(25);
  });

  it("gets keys by interrupt 9, with shift, control and the keys of the cursor", () => {
    const press = (...codes: number[]) => {
      ports.inputs.set(0x60, [...codes]);
      for (const _ of codes) call(0x09);
    };
    press(0x2a, 0x1e, 0x9e, 0xaa, 0x1e, 0x1d, 0x1e, 0x9d, 0xe0, 0x4b, 0x3b, 0x3a, 0x1e);
    const keys = [1, 2, 3, 4, 5, 6].map(() => {
      call(0x16, { eax: 0x1000 });
      return eax();
    });
    expect(keys).toEqual([0x1e41, 0x1e61, 0x1e01, 0x4be0, 0x3b00, 0x1e41]);
    call(0x16, { eax: 0x0200 });
    expect(eax()).toBe(0x0240);
    expect(ports.written.filter(([port, value]) => port === 0x20 && value === 0x20)).toHaveLength(13);
  });
});

describe("INT 15h", () => {
  it("gives the memory map an entry at a time", () => {
    map = [
      { address: 0, length: 0x9fc00, type: 1 },
      { address: 2 ** 32, length: 2 ** 33, type: 1 },
    ];
    program.bases.es = 0x5000;
    call(0x15, { eax: 0xe820, ebx: 0, ecx: 20, edx: 0x534d4150, edi: 0x10 });
    expect([eax(), program.get("ebx"), program.get("ecx"), program.carry]).toEqual([0x534d4150, 1, 20, false]);
    expect(program.memory.readU32(0x5018)).toBe(0x9fc00);
    call(0x15, { eax: 0xe820, ecx: 24 });
    expect([program.get("ebx"), program.memory.readU32(0x5014), program.memory.readU32(0x501c)]).toEqual([0, 1, 2]);
    call(0x15, { eax: 0xe820, ebx: 2 });
    expect(program.carry).toBe(true);
    call(0x15, { eax: 0xe820, ebx: 0, edx: 0 });
    expect(program.carry).toBe(true);
  });

  it("waits, time going on", () => {
    expect(call(0x15, { eax: 0x8600, ecx: 0, edx: 100 })).toBe(LOOK_AGAIN);
    now = 99_000;
    expect(call(0x15)).toBe(LOOK_AGAIN);
    const saved = services.save();
    now = 100_000;
    restore(services, saved);
    expect(call(0x15)).toBe(DONE);
    expect(program.carry).toBe(false);
  });

  it("moves memory between the descriptors' bases", () => {
    const table = new Uint8Array(48);
    table.set([0xff, 0xff, 0x00, 0x06, 0x00, 0x93], 16);
    table.set([0xff, 0xff, 0x00, 0x07, 0x0f, 0x93], 24);
    program.memory.write(0x500, table);
    program.memory.write(0x600, Uint8Array.of(1, 2, 3, 4));
    call(0x15, { eax: 0x8700, ecx: 2, esi: 0x500 });
    expect([program.carry, program.memory.readU32(0xf0700)]).toEqual([false, 0x04030201]);
    call(0x15, { eax: 0x8700, ecx: 0xffff });
    expect(program.carry).toBe(true);
  });

  it("says what it does not know", () => {
    call(0x15, { eax: 0xbe00 });
    expect([eax(), program.carry]).toEqual([0x8600, true]);
  });
});

describe("the rest", () => {
  it("counts ticks to midnight", () => {
    call(0x08);
    expect(program.memory.readU32(TICKS)).toBe(6);
    call(0x1a, { eax: 0x0100, ecx: 0x18, edx: 0x00af });
    call(0x08);
    call(0x1a, { eax: 0 });
    expect([eax(), program.get("ecx"), program.get("edx")]).toEqual([1, 0, 0]);
  });

  it("reads the clock once it is not being set forward", () => {
    ports.inputs.set(0x71, [0x80]);
    expect(call(0x1a, { eax: 0x0200 })).toBe(LOOK_AGAIN);
    // Status A, hours, minutes, seconds, status B.
    ports.inputs.set(0x71, [0x26, 0x23, 0x59, 0x58, 0x02]);
    expect(call(0x1a, { eax: 0x0200 })).toBe(DONE);
    expect([program.get("ecx"), program.get("edx"), program.carry]).toEqual([0x2359, 0x5800, false]);
  });

  it("gives up and starts again", () => {
    expect(call(0x18)).toBe(WAIT);
    expect(call(0x18)).toBe(WAIT);
    expect(ports.text(COM1)).toBe("No bootable device.\r\n");
    call(0x19);
    expect(restarts).toBe(1);
  });
});
