import { describe, expect, it } from "vitest";
import type { EngineCpu } from "../../machine/cpu.js";
import type { EngineGuestMemory } from "../../machine/guest-memory.js";
import { TestHost, TestMemory } from "../../machine/testing.js";
import { OptionError } from "../../options/error.js";
import { parseLoader } from "../../options/loader.js";
import { applyLoads, prepareLoads } from "./loads.js";

async function load(...values: string[]) {
  const host = new TestHost();
  host.files.set("some", Uint8Array.of(1, 2, 3));
  const memory = new TestMemory(0x100);
  const starts: bigint[] = [];
  const cpu = {
    vcpu: { set64: (_slot: number, value: bigint) => void starts.push(value) },
    engine: { update() {} },
  } as unknown as EngineCpu;
  const loads = await prepareLoads(
    values.map((value) => parseLoader("-device", value)),
    host,
  );
  applyLoads(loads, memory as unknown as EngineGuestMemory, cpu);
  return { bytes: memory.bytes, starts };
}

describe("-device loader", () => {
  it("puts files and numbers into memory, in order", async () => {
    const { bytes, starts } = await load(
      ...["loader,file=some,addr=0x10", "loader,addr=17,data=0x1234567,data-len=4"],
      "driver=loader,addr=0x20,data=258,data-len=8,data-be=on,cpu-num=0",
    );
    expect([...bytes.subarray(0x10, 0x16)]).toEqual([1, 0x67, 0x45, 0x23, 1, 0]);
    expect([...bytes.subarray(0x20, 0x29)]).toEqual([0, 0, 0, 0, 0, 0, 1, 2, 0]);
    expect(starts).toEqual([0x20n]);
    expect((await load("loader,addr=0x80000000,cpu-num=0")).starts).toEqual([0x8000_0000n]);
  });

  it.each([
    ["loader", "there is nothing to be loaded"],
    ["loader,addr=1,data=2", "data= and data-len= go together"],
    ["loader,data=2,data-len=4", "data= needs an address"],
    ["loader,file=some,addr=0,data=2,data-len=1", "either file= or data="],
    ["loader,file=some,cpu-num=1", "there is one CPU"],
    ["loader,addr=x,cpu-num=0", "Parameter 'addr' expects a number, not 'x'"],
    ["loader,addr=0xffffffffffffffff,cpu-num=0", "is beyond all memory"],
  ])("refuses %s", (value, sentence) => {
    expect(() => parseLoader("-device", value)).toThrow(OptionError);
    expect(() => parseLoader("-device", value)).toThrow(sentence);
  });

  it("says what cannot be loaded", async () => {
    await expect(load("loader,file=none,addr=0")).rejects.toThrow("-device loader: could not open 'none'");
    await expect(load("loader,file=some,addr=0xfe")).rejects.toThrow("3 bytes do not fit into RAM at 0xfe");
  });
});
