import * as zlib from "node:zlib";
import { gzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { unpackModule } from "../../testing/core.js";
import { unlz4Legacy } from "./lz4.js";
import type { Unpacking } from "./room.js";
import { testRam } from "./testing.js";
import { findUnpacker, unpackArriving } from "./unpack.js";
import { unxz as unpackXz } from "./xz.js";

const ram = testRam(unpackModule(), 1 << 20);
const OUT = 1 << 18;

function room(size = OUT) {
  return { out: ram.view(4096, size)!, packed: ram.view(4096 + OUT, OUT)! };
}

function unpackNow(unpacking: Unpacking, length: number): number {
  let step = unpacking.next(0);
  while (!step.done) step = unpacking.next(length);
  return step.value;
}

/** All of it at once. */
function unxz(packed: Uint8Array): Uint8Array {
  const { out } = room();
  return out.slice(0, unpackNow(unpackXz(ram.calls, packed, room()), packed.length));
}

/** What the XZ files below unpack to: bytes that look like calls and jumps (for the x86 filter), then text. */
function sample(): Uint8Array {
  let x = 12345;
  const next = () => {
    x = (Math.imul(x, 1103515245) + 12345) >>> 0;
    return x >>> 16;
  };
  const pool = [0xe8, 0xe9, 0x00, 0xff, 0xe8, 0x12, 0x00, 0xff];
  const out: number[] = [];
  for (let i = 0; i < 1500; i++) out.push(pool[next() % 8]!);
  for (let i = 0; i < 300; i++) out.push(...bytes("the quick brown fox ".slice(0, 1 + (next() % 20))));
  return Uint8Array.from(out);
}

function bytes(text: string): number[] {
  return [...text].map((char) => char.charCodeAt(0));
}

function base64(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "base64"));
}

/** xz --check=crc32 --x86 --lzma2=preset=9 */
const WITH_FILTER = base64(
  "/Td6WFoAAAFpIt42AgEEACEBHACHbtrl4BF7BQFdAHQ7Pi4HtmeaenYkRQw5WGtHDpqIT3+OyYrI4dUeWJe86J0Ig3PxzXWXTPyzPdrvhOQhKh" +
    "3G1MqB2LTUDehus9rHPGK/5voDuapSkCkHVFY6Pv3zzNnXuqriUMcZADqhUtU3h2WcplZqNJic5dqM5f+NPY9C3C8QOpXnGWRoBon21h6qdCse" +
    "Y/mw+2jGJ5qCDWQ9V9yeuq8gV2s448xU/wMTRmfAKaijDlv5CT6HNFdJh8AgBr7IYcE9F0iCWZer2xycdn/ok7SNJtSrwCvE94Zx42+pF8oWgt" +
    "tJesXCJDyF+XNTVVPZAt/eht3kRL6phpQf2On1rOzJcHTu1lTx0SBf8KSep9Fni9kwe8OOmDaHVftOUl+MYNylvRRGW2MImlVkdNmHoc5/WaKU" +
    "BD1pWjBqqtdy8/SCd6+y4GqG5kT3+DMneDOsJnKAE7+UqGPf65bSU6kC5uDtT+HYw/rmxm7LtTSl0n0NAX5Cm2Ao87gzFovmIMmaL7b4ljXDeh" +
    "lSe/KKhhbgWPibfXhaWnq2jq0pHOppEXpBZP5lK4bgSNwpbfgSyE8gyRNZpucEWAX4yl5mtS6SlsHPtFwsgo+kvTIxUHC8V4ZU1LguiXrIRr1v" +
    "4H5tD7XYfIIr6+tZ7VyNGmJi9oih+wKsaDHhp28k2AadnzUb6e++zoteppRzK4mB6jkkvjE3/+qPBFNjkMxxx3NzAGqTllid/EzLPi1GIb58TC" +
    "GPYzcBLrI5+L9rV+Foci1c6GstduE4tL46qztCeekT5WhM7GkuAESWSdBbNTVKX8WBmtZPN+yjlt/vRiT7kMtbXckhWC2IIcegYxL73evQVLq1" +
    "qF2WuGV2LcIGzr++RJzN6QSWlajwgU2p8KosuGRGbTgkHn+D68iiB8DGdapl6PFvZvQdVvzH4sK4oz8rQd1n/RwpwdfP1JsEuxL6B/fel9Nsp9" +
    "hvYmTVHyj5Ma4MLu8cGtSGsVtXSSsQmMjfu37omj4a73rnOT7ND6xFhLSz9LimGZ9fOeLjADufxtjxy5vSROx7XeuOEKWw3NCp99l+NRUXIIXb" +
    "MRXHwyQfiNkGlD/5q1MdyqlPwU4TY46nWPkovl6LQNNQUzM1eOR7Ovcu4UMJla05XjwVuc1j+CcQVlPt6BhalokP+z6otce5v+fLTX0LAg/7/w" +
    "JbYjig7Dbh1su1yyMldcvJKrXpY9OvPK3SLWHhGcKoequBShmHVm2Kp2cayiuPYpmlf/uZZDuk7n6/LIwI3oUjaHnfDUmkmuPG4h65T0NJRbA9" +
    "pEFERIx06Ba/QWdspCGCX3pFj+swRL/Wo2Q2OYW+iYz8FrfONaozroMVgh2Qke4BzZEma61Y7+YJJHDXH1hNKZNoQcytErzIo+VNCnTvuIpJ17" +
    "B5wngbMMAeOVowdUfMChIbyjXY/HSR2jmVqCnEW/QMUVBmwe7O/yQn9IHi36ZLD94JCBMTn3y+1bQ1qdjl2+QRq0Ej+iEQ6u00FZIJew0tCjR1" +
    "VjHdQy5ruuPAaRAvmt3Nt2qsrwwucAR5JXFTqjVdKyZul++/VqWitWVmOoIJiJ1aFRg0PyBt9pRLwPtc9DDbOw8a1FWkftjCH6N0fQOOnGRKom" +
    "0EEFXkw5rsd8EVOMtDetBnFpLYpSCatEY09Vx/0x0blWL9r3c5wuqSH/Nr0+AX32NmcVErFVet+jSIv2qXZ8WQXyMOHEpawxv3lgAAAACaEimA" +
    "AAGZCvwiAABmsPVEPjANiwIAAAAAAVla",
);
/** xz --check=crc64 --lzma2=lc=1,lp=2,pb=1 */
const PLAIN = base64(
  "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4BF7A9RAAHRgRAD++Yg8IQKyu8IRK+fyw482nEH5RjU4pf0HetNiESUtzcWUiwqO6vV7QUAxzg0KZT" +
    "88D6XOOocub8x+l1xsj4TQjCmM4ovFJDEAkdjQegcwMgeN2ghInS6mnXEkv6+EI+qv+Q1aZoSv+tNS0seesplwHczo5DaWLv0bkI4aPSHJwftz" +
    "iWdZzjazMcUpzalL7Lr8mUvJJsAoDtL/xzfmA5ntRMfNqefU8hqHuq+EbYLBpTczDnGSkv+OJDGL3KGdx9m9ewGO0q6kI5LMnu3xx2eZg32Y73" +
    "cb73Wfvsc/JJ4mywbdJkYiojLO6eu/TdalY2UzEc847zn1MzAgsIQUb4U4u6PxlFyZBfJVUp+qrtUSssYNKAu61ROFH2az91lUorefyBPlyzRr" +
    "eGkMpUt3mQql8HkndUuqa/LSedQNhKHAPueawpAR6RGMgqDKBcLsYV6JySXmEcV51v+PEFR9JaNZLM+PUgpwGisKtB/m+aYeJGhMUfX//lEMWg" +
    "TjY8lMZuZ0uXDVAulRsF4Mv9zFgFn4W6rwyxO9KQlC6gthOhxRiF6Bow0lRiGikg7Opoot+n9A5EiE1NfzWVzEcGlAS+EARliApF0UDNG1mBTB" +
    "v8ovsbBCMfwnoAxJq3iUK98FI/kMs70J2yUKquZfkU2jGb1KjeD2bqba9IhMsK3XmZSwMICGVI0538RzjXER2G5z8FBNzqivY0geTwmDuQFiE1" +
    "79S8NMg4oWKWWxWtdRnD0wmJ+WpXss9fWpxIS1fuHpeBcoChXkk1tn771Q1Yio0HzqNWslLy8xH6M6x0AE4xvFSd64MQURAZO+TDjtREN8KY87" +
    "NiFm7f8shkFQKSEAhi4fuUYXmOaufcZLauELvmjUmIAN9yF/ouhEln9RasZ7W26R7eT6tEgbR9m1TTAYaIaVJ6/Y4k2XK6224gr4G5uKeo2X4G" +
    "jZlSdvO+tgUbR6H6ckIMFV1YNyXaoTQoFv6p+m3J9js1ybOwuurZcLzOaku1F27ET9Y01rQ1X9zRsGYSLfnsZybWT+9LitBfMBrJLBYQJC16JJ" +
    "WWAwzYJxpw7Q2uMmO8iVMHOSTfWSrD/N3KL9xJ6Aeu3CFp/UMrc9s//QxNdVr6eCYddMuuH4CJpR8pPSWDui+Brz3O29EgaEhG2fzMa9mKzh16" +
    "cpmz2X13GV0sbxC6MIfo/oLBVAw8QsJRio3Fxs03p4IEVBqvx23AEV74069DvI05Ief8h1hUWScCLn/6P3MQZdJefx6bG6qP4jLDge9EJYhTds" +
    "CbmWbWVRHancvt6fpAcEYOJoB0luANkGMJ8mWp86AAHwB/wiAABFKp6TscRn+wIAAAAABFla",
);

/** Runs that repeat with periods 1 to 20; xz --check=crc32 --lzma2=preset=9e */
const PERIODS = base64(
  "/Td6WFoAAAFpIt42AgAhARwAAAAQz1jM4ASvARJdAGNuTn5A2UAmskkPSobDWD5U5I/6eh+T78MRlf272qHnqqrD587wCV1B/QVw7s+jVQ8BuRqT2Q" +
    "kAcCnwsDDj+jUimrPk82tf7uS0ytFfHA0n6L3a6aqlpn/AhrDrYAVq07Z5W++dytSKiMzzgCohM4MfbvAaEP0eNb1zlCTIHIRbnynlljTqquOFJqdD" +
    "7GvTeRxlF8KR6tMsBnTaM+bAoWvmievHb/k1s0m4qeX2c5ZkHrOEuOwWwZhAmLq0fBPSbCBDqMn0mkn3kPuWycDGsvgG7Pc3PX78S9tWf9TJw3vP8l" +
    "pB7z8+5u8p5JMrThyBUKDLJsmYmG+GvP8J0qYnb5YonEOacpnBR2Tsh0AsMyeHa/AAAADpnKquAAGqArAJAAAgwLETPjANiwIAAAAAAVla",
);

function periods(): Uint8Array {
  let x = 1;
  const next = () => {
    x = (Math.imul(x, 1103515245) + 12345) >>> 0;
    return x >>> 16;
  };
  const out: number[] = [];
  for (let period = 1; period <= 20; period++) {
    const unit = Array.from({ length: period }, () => next() & 255);
    for (let i = 0; i < 60; i++) out.push(unit[i % period]!);
  }
  return Uint8Array.from(out);
}

/** The build appends the unpacked size. */
function withSize(packed: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(packed.length + 4);
  out.set(packed);
  new DataView(out.buffer).setUint32(packed.length, size, true);
  return out;
}

describe("unxz", () => {
  it("unpacks LZMA2 behind the x86 filter", () => {
    expect(unxz(WITH_FILTER)).toEqual(sample());
  });

  it("unpacks other literal and position settings", () => {
    expect(unxz(PLAIN)).toEqual(sample());
  });

  it("unpacks what arrives in pieces, and waits for no more than there is", async () => {
    for (const packed of [WITH_FILTER, PLAIN]) {
      for (const piece of [1, 7, 300, 5000]) {
        let here = 0;
        const arrived = async (count: number): Promise<number> => {
          expect(count).toBeLessThanOrEqual(packed.length);
          while (here < count) here = Math.min(here + piece, packed.length);
          return here;
        };
        const length = await unpackArriving(unpackXz(ram.calls, packed, room()), arrived);
        expect(room().out.slice(0, length)).toEqual(sample());
      }
    }
  });

  it("refuses what does not fit", () => {
    expect(() => unpackNow(unpackXz(ram.calls, PLAIN, room(sample().length)), PLAIN.length)).toThrow("damaged");
  });

  it("copies matches that overlap themselves", () => {
    expect(unxz(PERIODS)).toEqual(periods());
  });

  it("notices any wrong bit of the data", () => {
    for (let at = 24; at < PERIODS.length - 40; at++) {
      const damaged = PERIODS.slice();
      damaged[at]! ^= 1 << (at & 7);
      expect(() => unxz(damaged), `byte ${at}`).toThrow(RangeError);
    }
  });

  it("notices a wrong byte and a missing end", () => {
    const damaged = WITH_FILTER.slice();
    damaged[500]! ^= 0x10;
    expect(() => unxz(damaged)).toThrow(RangeError);
    expect(() => unxz(WITH_FILTER.subarray(0, 600))).toThrow(RangeError);
    expect(() => unxz(new Uint8Array(100))).toThrow("not XZ");
  });
});

describe("unlz4Legacy", () => {
  // 5 literals, a match of 4 + 15 + 2 at distance 5, literals to the end of the block
  const block = [0x5f, ...bytes("abcde"), 5, 0, 2, 0x30, ...bytes("xyz")];
  const text = "abcdeabcdeabcdeabcdeabcdeaxyz";
  const frame = [0x02, 0x21, 0x4c, 0x18, block.length, 0, 0, 0, ...block];

  const unlz4 = (packed: Uint8Array, size: number): Uint8Array => {
    const out = new Uint8Array(size);
    return out.subarray(0, unpackNow(unlz4Legacy(packed, out), packed.length));
  };

  it("unpacks overlapping matches, several blocks and repeated magics", () => {
    const two = Uint8Array.from([...frame, ...frame]);
    expect(unlz4(two, 2 * text.length)).toEqual(Uint8Array.from(bytes(text + text)));
  });

  it("refuses what is cut off or points before its beginning", () => {
    expect(() => unlz4(Uint8Array.from(frame.slice(0, 12)), text.length)).toThrow(RangeError);
    const far = Uint8Array.from(frame);
    far[14] = 9;
    expect(() => unlz4(far, text.length)).toThrow("damaged");
  });

  it("refuses blocks that give more than 8 MiB, and yields after each", () => {
    const huge = [0x1f, 0x61, 1, 0, ...Array<number>(40_000).fill(255), 0];
    const u32 = (value: number) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);
    const out = 2 * (40_000 * 255 + 20);
    expect(() => unlz4(Uint8Array.from([0x02, 0x21, 0x4c, 0x18, ...u32(huge.length), ...huge]), out)).toThrow(
      "damaged",
    );
    const unpacking = unlz4Legacy(Uint8Array.from([...frame, ...frame]), new Uint8Array(2 * text.length));
    expect([1, 2, 3].map(() => unpacking.next(1000).done)).toEqual([false, false, true]);
  });
});

describe("findUnpacker", () => {
  const unpackPayload = async (payload: Uint8Array) => {
    const unpacker = await findUnpacker(payload, ram);
    return unpacker && room().out.slice(0, unpackNow(unpacker.unpack(payload, room()), payload.length));
  };

  it("knows gzip, xz and lz4 by their magics", async () => {
    const data = sample();
    expect(await unpackPayload(gzipSync(data))).toEqual(data);
    expect(await unpackPayload(withSize(WITH_FILTER, data.length))).toEqual(data);
    const frame = Uint8Array.from([0x02, 0x21, 0x4c, 0x18, 8, 0, 0, 0, 0x70, ...bytes("payload")]);
    expect(await unpackPayload(withSize(frame, 7))).toEqual(Uint8Array.from(bytes("payload")));
  });

  it("lets others work while much comes out of little", async () => {
    const size = 48 << 20;
    const packed = zlib.gzipSync(new Uint8Array(size), { level: 1 });
    const unpacker = await findUnpacker(packed, ram);
    expect(unpacker?.atOnce).toBe(false);
    const unpacking = unpacker!.unpack(packed, { ...room(), out: new Uint8Array(size) });
    const steps: number[] = [];
    let step = unpacking.next(0);
    for (; !step.done; step = unpacking.next(packed.length)) steps.push(step.value);
    expect(step.value).toBe(size);
    expect(steps.slice(0, 2)).toEqual([1 << 16, 1 << 17]);
  });

  it("does not know other formats, and refuses what is damaged", async () => {
    expect(await unpackPayload(new Uint8Array(100).fill(0x5d))).toBeUndefined();
    const damaged = withSize(WITH_FILTER, sample().length);
    damaged[700]! ^= 1;
    await expect(unpackPayload(damaged)).rejects.toThrow(RangeError);
    await expect(unpackPayload(withSize(WITH_FILTER, 77))).rejects.toThrow(RangeError);
  });
});
