import fc from "fast-check";
import { expect, it } from "vitest";
import { StateError } from "../../devices/state.js";
import { FORMAT, type Snapshot } from "../container.js";
import { hashPages } from "../hash.js";
import { PAGE, savePages } from "../pages.js";
import { readSnapshot, writeSnapshot } from "./file.js";

const RAM_SIZE = 1024 * PAGE;

/** A machine of 4 MiB, of which 700 pages have something in them. */
function example(): Snapshot {
  const ram = new Uint8Array(RAM_SIZE);
  for (let page = 0; page < 700; page++) ram.fill(page + 1, page * PAGE, page * PAGE + 100 + page);
  return {
    header: { format: FORMAT, engine: "1.2.3", machine: "pc", cpu: "max", options: { "-m": "4M" } },
    sections: [
      {
        id: "cpu",
        version: 3,
        state: { pc: 0xfff0, half: -0.5, flags: [true, false, null], fpu: Uint8Array.of(1, 2) },
      },
      { id: "uart", version: 1, state: { text: "ä\u0000", __proto_: 1, none: {}, nothing: [] } },
    ],
    ram: savePages(ram),
  };
}

/** Its RAM as a hash: millions of bytes one by one take a minute. */
const comparable = ({ ram, ...rest }: Snapshot) => ({ ...rest, ram: hashPages(ram) });
const fileOf = (snapshot: Snapshot): Uint8Array => Uint8Array.from(Buffer.concat([...writeSnapshot(snapshot)]));
const file = fileOf(example());

it("comes back as it was", () => {
  expect(comparable(readSnapshot(file, RAM_SIZE))).toEqual(comparable(example()));
  const empty = { ...example(), sections: [], ram: savePages(new Uint8Array(8 * PAGE)) };
  expect(comparable(readSnapshot(fileOf(empty), 8 * PAGE))).toEqual(comparable(empty));
});

it("is shorter than the RAM that has something in it", () => {
  expect(file.length).toBeLessThan((700 * PAGE) / 10);
});

it("is refused where it is cut off, at any place", () => {
  for (let length = 0; length < file.length; length += length < 400 ? 7 : 2003) {
    expect(() => readSnapshot(file.subarray(0, length), RAM_SIZE)).toThrow(StateError);
  }
});

it("is refused where anything in it is another byte, or something follows", () => {
  fc.assert(
    fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const other = file.slice();
      other[at]! ^= change;
      let read: Snapshot | undefined;
      try {
        read = readSnapshot(other, RAM_SIZE);
      } catch (error) {
        expect(error).toBeInstanceOf(StateError);
      }
      // Bits that end a stream of Deflate may be anything.
      if (read) expect(comparable(read)).toEqual(comparable(example()));
    }),
    { numRuns: 100 },
  );
  expect(() => readSnapshot(Buffer.concat([file, Uint8Array.of(0)]), RAM_SIZE)).toThrow(
    "the file is damaged or cut off",
  );
});

it("says what a file is that is none, or of another format", () => {
  expect(() => readSnapshot(new Uint8Array(100), RAM_SIZE)).toThrow("Saved state: the file is none");
  const newer = file.slice();
  newer[8] = FORMAT + 1;
  expect(() => readSnapshot(newer, RAM_SIZE)).toThrow(
    `Saved state: its format is ${FORMAT + 1}, and this program reads format ${FORMAT}`,
  );
});

it("unpacks no more than the machine can have, whatever the file says", () => {
  expect(() => readSnapshot(file, RAM_SIZE / 2)).toThrow(
    `Saved state: ${RAM_SIZE} bytes of RAM, and this machine has ${RAM_SIZE / 2}`,
  );
  const zeros = new Uint8Array(1 << 22);
  const sections = Array.from({ length: 20 }, (_, n) => ({ id: `s${n}`, version: 1, state: { zeros } }));
  const hostile = fileOf({ ...example(), sections });
  expect(hostile.length).toBeLessThan(1 << 20);
  expect(() => readSnapshot(hostile, RAM_SIZE)).toThrow("the file is damaged or cut off");
  const many = savePages(new Uint8Array(RAM_SIZE).fill(1));
  const twice = {
    ...many,
    numbers: Uint32Array.of(...many.numbers, 0),
    bytes: new Uint8Array(many.bytes.length + PAGE),
  };
  expect(() => readSnapshot(fileOf({ ...example(), ram: twice }), RAM_SIZE)).toThrow("the file is damaged or cut off");
});
