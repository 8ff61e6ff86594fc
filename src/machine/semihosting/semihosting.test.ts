import { describe, expect, it } from "vitest";
import { FakeChar } from "../../devices/testing.js";
import { SemihostingConsole } from "./console.js";
import { FileFailure, type HostFiles } from "./interfaces.js";
import { Semihosting, type SemihostingParts } from "./semihosting.js";

const MEMORY = 0x1000;
const BLOCK = 0x100n;

/** A program with memory, on a host with files in memory. */
function setup(wordBytes: 4 | 8 = 8, more: Partial<SemihostingParts> = {}) {
  const bytes = new Uint8Array(MEMORY);
  const view = new DataView(bytes.buffer);
  const char = new FakeChar();
  const contents = new Map<string, number[]>();
  const open: string[] = [];
  const files: HostFiles = {
    async open(name, mode) {
      if (mode.startsWith("r") && !contents.has(name)) throw new FileFailure(2);
      if (mode.startsWith("w")) contents.set(name, []);
      const file = contents.get(name)!;
      let position = 0;
      open.push(name);
      return {
        async read(length) {
          const piece = Uint8Array.from(file.slice(position, position + length));
          position += piece.length;
          return piece;
        },
        async write(data) {
          file.splice(position, data.length, ...data);
          position += data.length;
          return data.length;
        },
        seek(to) {
          position = to;
        },
        size: async () => file.length,
        close: async () => void open.splice(open.indexOf(name), 1),
      };
    },
    async remove(name) {
      if (!contents.delete(name)) throw new FileFailure(2);
    },
    async rename(from, to) {
      contents.set(to, contents.get(from) ?? []);
      contents.delete(from);
    },
  };
  const exits: number[] = [];
  const errors: string[] = [];
  const semihosting = new Semihosting({
    args: ["prog", "one"],
    console: new SemihostingConsole(char, () => {}),
    files,
    exit: (status) => void exits.push(status),
    elapsed: () => 12_345_678_901,
    date: () => 1_700_000_000_500,
    guestError: (message) => void errors.push(message),
    ...more,
  });
  const inside = (address: bigint, length: number): boolean => address >= 0n && address + BigInt(length) <= MEMORY;
  const memory = {
    read: (address: bigint, length: number) =>
      inside(address, length) ? bytes.slice(Number(address), Number(address) + length) : undefined,
    write(address: bigint, data: Uint8Array) {
      if (!inside(address, data.length)) return false;
      bytes.set(data, Number(address));
      return true;
    },
    readText(address: bigint, most: number) {
      const end = bytes.indexOf(0, Number(address));
      return end < 0 || end - Number(address) > most ? undefined : bytes.slice(Number(address), end);
    },
  };
  const text = (address: number, value: string): void => bytes.set(new TextEncoder().encode(`${value}\0`), address);
  /** A call with a parameter, or with a block of words. */
  const call = async (operation: number, parameter: bigint | number[]): Promise<bigint | undefined> => {
    let result: bigint | undefined;
    if (typeof parameter !== "bigint") {
      parameter.forEach((word, n) => {
        if (wordBytes === 8) view.setBigInt64(Number(BLOCK) + 8 * n, BigInt(word), true);
        else view.setInt32(Number(BLOCK) + 4 * n, word, true);
      });
      parameter = BLOCK;
    }
    const finish = (value: bigint): void => {
      result = value;
    };
    await semihosting.serve({ wordBytes, operation, parameter, memory, finish });
    return result;
  };
  return { call, text, bytes, view, char, contents, open, exits, errors };
}

describe("semihosting", () => {
  it("speaks and listens at the console", async () => {
    const { call, text, bytes, char } = setup();
    text(0x200, "hello");
    expect(await call(4, 0x200n)).toBe(0n);
    expect(await call(3, 0x201n)).toBe(0n);
    expect(char.text).toBe("helloe");
    const key = call(7, 0n);
    char.type("xyz");
    expect(await key).toBe(0x78n);
    text(0x300, ":tt");
    expect(await call(1, [0x300, 0, 3])).toBe(1n);
    expect(await call(9, [1])).toBe(1n);
    // As many as there are.
    expect(await call(6, [1, 0x400, 10])).toBe(8n);
    expect([...bytes.subarray(0x400, 0x403)]).toEqual([0x79, 0x7a, 0]);
    expect(await call(5, [1, 0x200, 5])).toBe(0n);
    expect(char.text).toBe("helloehello");
  });

  it("shows lines of a console without a device", async () => {
    const lines: string[] = [];
    const { call, text } = setup(8, { console: new SemihostingConsole(undefined, (line) => void lines.push(line)) });
    text(0x200, "a\nb");
    await call(4, 0x200n);
    expect(lines).toEqual(["a"]);
    expect(await call(7, 0n)).toBe(-1n);
    expect(lines).toEqual(["a", "b"]);
  });

  it("reads and writes files", async () => {
    const { call, text, bytes, contents } = setup();
    text(0x200, "file");
    expect(await call(1, [0x200, 0, 4])).toBe(-1n);
    expect(await call(0x13, 0n)).toBe(2n);
    expect(await call(1, [0x200, 7, 4])).toBe(1n);
    text(0x300, "contents");
    expect(await call(5, [1, 0x300, 8])).toBe(0n);
    expect(await call(0xa, [1, 3])).toBe(0n);
    expect(await call(6, [1, 0x400, 9])).toBe(4n);
    expect(new TextDecoder().decode(bytes.subarray(0x400, 0x405))).toBe("tents");
    expect([await call(0xc, [1]), await call(9, [1]), await call(2, [1])]).toEqual([8n, 0n, 0n]);
    expect([await call(2, [1]), await call(0x13, 0n)]).toEqual([-1n, 9n]);
    text(0x300, "other");
    expect(await call(0xf, [0x200, 4, 0x300, 5])).toBe(0n);
    expect([...contents.keys()]).toEqual(["other"]);
    expect([await call(0xe, [0x300, 5]), await call(0xe, [0x300, 5])]).toEqual([0n, -1n]);
  });

  it("gives no files where the user does not", async () => {
    const { call, text } = setup(8, { files: undefined });
    text(0x200, "file");
    for (const [operation, block] of [
      [1, [0x200, 0, 4]],
      [0xe, [0x200, 4]],
      [0xf, [0x200, 4, 0x200, 4]],
    ] as const) {
      expect([await call(operation, [...block]), await call(0x13, 0n)]).toEqual([-1n, 13n]);
    }
  });

  it("says what it has", async () => {
    const { call, text, bytes } = setup();
    text(0x200, ":semihosting-features");
    expect(await call(1, [0x200, 0, 21])).toBe(1n);
    expect([await call(0xc, [1]), await call(6, [1, 0x400, 5])]).toEqual([5n, 0n]);
    expect([...bytes.subarray(0x400, 0x405)]).toEqual([0x53, 0x48, 0x46, 0x42, 3]);
    expect(await call(1, [0x200, 4, 21])).toBe(-1n);
  });

  it.each([4, 8] as const)("knows time, errors and the command line, with words of %d bytes", async (wordBytes) => {
    const { call, bytes, view } = setup(wordBytes);
    expect([await call(0x10, 0n), await call(0x11, 0n), await call(0x31, 0n)]).toEqual([
      1234n,
      1_700_000_000n,
      1_000_000_000n,
    ]);
    expect(await call(0x30, [0, 0])).toBe(0n);
    expect(view.getBigUint64(Number(BLOCK), true)).toBe(12_345_678_901n);
    expect([await call(8, [-1]), await call(8, [1])]).toEqual([1n, 0n]);
    expect(await call(0x15, [0x200, 9])).toBe(0n);
    expect(new TextDecoder().decode(bytes.subarray(0x200, 0x209))).toBe("prog one\0");
    expect(view.getUint32(Number(BLOCK) + wordBytes, true)).toBe(8);
    expect(await call(0x15, [0x200, 8])).toBe(-1n);
  });

  it("leaves with a status, and files are closed", async () => {
    const { call, text, exits, open } = setup();
    text(0x200, "file");
    await call(1, [0x200, 4, 4]);
    expect(open).toEqual(["file"]);
    expect(await call(0x20, [0x20026, 0x12a])).toBeUndefined();
    expect(open).toEqual([]);
    await call(0x18, [0x20026, 3]);
    await call(0x18, [0x20024, 0]);
    await setup(4, { exit: (status) => void exits.push(status) }).call(0x18, 0x20026n);
    expect(exits).toEqual([0x2a, 3, 1, 0]);
  });

  it("fails what is not in memory, too long, or nothing", async () => {
    const { call, errors } = setup();
    for (const [operation, block] of [
      [1, [0x1000, 0, 4]],
      [1, [0x200, 0, 1e9]],
      [1, [0x200, 12, 1]],
      [5, [1, 0x200, 1]],
      [0x15, [0x1000, 100]],
      [0x16, [0x1000]],
    ] as const) {
      expect([operation, await call(operation, [...block])]).toEqual([operation, -1n]);
    }
    expect([await call(4, 0x10000n), await call(0x12, [0, 0]), await call(0x99, 0n)]).toEqual([-1n, -1n, -1n]);
    expect(errors).toEqual(["semihosting: there is no operation 0x99"]);
  });
});
