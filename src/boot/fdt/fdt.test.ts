import { execFileSync, spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { program } from "../../../testing/programs.js";
import { flatten } from "./flatten.js";
import { nodes, TreeNode } from "./tree.js";
import { unflatten } from "./unflatten.js";

function sample(): TreeNode {
  const root = new TreeNode("");
  root.set("#address-cells", [2]).set("#size-cells", [2]).set("compatible", ["a,board", "b"]).set("model", "a board");
  root
    .add("chosen")
    .set("bootargs", "console=ttyS0")
    .set("rng-seed", Uint8Array.of(1, 2, 3));
  root.add("memory@80000000").set("device_type", "memory").set("reg", [0x8000_0000n, 0x1_2345_6000n]);
  const soc = root.add("soc").set("#address-cells", [2]).set("#size-cells", [2]).set("ranges", true);
  soc.set("compatible", "simple-bus");
  const controller = soc.add("interrupt-controller@c000000");
  controller.set("interrupt-controller", true).set("#interrupt-cells", [1]).set("#address-cells", [0]);
  controller.set("reg", [0xc00_0000n, 0x60_0000n]);
  soc
    .add("serial@10000000")
    .set("reg", [0x1000_0000n, 0x100n])
    .set("interrupt-parent", [controller])
    .set("interrupts", [10]);
  return root;
}

describe("flattened device trees", () => {
  it("are read back as they were written", () => {
    const bytes = flatten(sample(), { reservations: [{ address: 0x8000_0000n, size: 0x1000n }], bootCpu: 3 });
    const tree = unflatten(bytes);
    expect(flatten(tree.root, tree)).toEqual(bytes);
    expect(tree.bootCpu).toBe(3);
    expect(tree.reservations).toEqual([{ address: 0x8000_0000n, size: 0x1000n }]);
    const serial = tree.root.find("/soc/serial@10000000")!;
    expect(serial.properties.get("reg")).toEqual(Uint8Array.of(0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0));
    expect(serial.properties.get("interrupt-parent")).toEqual(
      tree.root.find("/soc/interrupt-controller@c000000")!.properties.get("phandle"),
    );
    expect(tree.root.find("/soc/none")).toBeUndefined();
    expect([...nodes(tree.root)].map(({ name }) => name).at(-1)).toBe("serial@10000000");
  });

  it("keep phandles there are, and give others", () => {
    const { root } = unflatten(flatten(sample()));
    const soc = root.child("soc")!;
    soc.add("other").set("uses", [soc.child("serial@10000000")!]);
    const again = unflatten(flatten(root)).root.child("soc")!;
    expect(again.child("interrupt-controller@c000000")!.properties.get("phandle")).toEqual(Uint8Array.of(0, 0, 0, 1));
    expect(again.child("other")!.properties.get("uses")).toEqual(Uint8Array.of(0, 0, 0, 2));
  });

  it("are what dtc reads without a warning and gives back", () => {
    const bytes = flatten(sample(), { reservations: [{ address: 0x8000_0000n, size: 0x1000n }] });
    const dts = spawnSync(program("dtc"), ["-I", "dtb", "-O", "dts", "-"], { input: bytes });
    expect([dts.status, dts.stderr.toString()]).toEqual([0, ""]);
    expect(dts.stdout.toString()).toContain("/memreserve/\t0x0000000080000000 0x0000000000001000;");
    const back = execFileSync(program("dtc"), ["-I", "dts", "-O", "dtb", "-"], { input: dts.stdout });
    const tree = unflatten(new Uint8Array(back));
    expect(flatten(tree.root, tree)).toEqual(bytes);
  });

  it("refuse names and cells that cannot be", () => {
    expect(() => new TreeNode("a b")).toThrow("'a b' is no name of a device tree's node");
    expect(() => new TreeNode("").set("a b", true)).toThrow("'a b' is no name of a device tree's property");
    expect(() => sample().add("soc")).toThrow("two nodes /soc");
    expect(() => flatten(new TreeNode("").set("reg", [2 ** 32]))).toThrow("4294967296 is no cell of 32 bits");
  });

  it("say what is wrong with them", () => {
    const good = flatten(sample());
    const broken = (at: number, value: number): Uint8Array => {
      const bytes = good.slice();
      new DataView(bytes.buffer).setUint32(at, value);
      return bytes;
    };
    const structure = new DataView(good.buffer).getUint32(8);
    for (const [bytes, message] of [
      [new Uint8Array(100), "is not a flattened device tree"],
      [good.subarray(0, 39), "is not a flattened device tree"],
      [good.subarray(0, 100), `is truncated: the device tree should have ${good.length} bytes, not 100`],
      [broken(20, 3), "is a device tree of version 3"],
      [broken(8, 0xfffffff0), "is damaged as a device tree: its nodes lie outside of it"],
      [broken(12, 4), "its strings lie outside of it"],
      [broken(16, good.length), "its list of reserved memory has no end"],
      [broken(structure, 7), "it has a token 7 where none is expected"],
      [broken(36, 8), "it ends within a node"],
      [broken(structure + 12, 0x7fffffff), "property '#address-cells' reaches beyond its end"],
      [broken(structure + 16, 0x7fffffff), "a name has no end"],
    ] as const) {
      expect(() => unflatten(bytes)).toThrow(message);
    }
  });

  it("of any bytes are read or refused with a sentence, and soon", () => {
    const good = flatten(sample());
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 8 }), (changes) => {
        const bytes = good.slice();
        for (const [at, value] of changes) bytes[at] = value;
        try {
          unflatten(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          expect((error as Error).message).toMatch(/^is (not|damaged|truncated|a device tree)\b/);
        }
      }),
      { numRuns: 500 },
    );
  });
});
