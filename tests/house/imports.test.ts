import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../testing/guest.js";
import { circles, importGraph, reached } from "./graph.js";
import { KNOWN_UPWARDS, ROOMS, roomOf } from "./rooms.js";

const graph = importGraph();
const rank = (room: string): number => ROOMS.indexOf(room);

/** Rooms whose tests are one layer: they try a part by way of the whole. */
const project = (room: string): string => ["src/tier1", "src/machines"].find((area) => room.startsWith(area)) ?? room;

/** Tests beside the code, and what they share, import all of their project, and testing/. */
const isTest = (file: string): boolean => /\.test\.ts$|\/testing(\.ts$|\/)/.test(file);

function allowed(file: string, from: string, to: string): boolean {
  if (rank(to) <= rank(from)) return true;
  return isTest(file) && (to === "testing" || project(to) === project(from));
}

/** Of guests, and of machines that are made for one. */
const GUESTS = /^(src\/arch\/|testing\/|core\/arch\/)(x86|riscv)\/|^src\/machines\/(pc|virt\/(riscv|sbi))\//;

describe("imports", () => {
  it("go in no circle", () => {
    expect(graph.size).toBeGreaterThan(700);
    expect(circles(graph)).toEqual([]);
  });

  it("are found where there are some", () => {
    const round = new Map([
      ["a", new Set(["b"])],
      ["b", new Set(["c", "d"])],
      ["c", new Set(["a"])],
      ["d", new Set<string>()],
    ]);
    expect(circles(round)).toEqual(["a -> b -> c -> a"]);
    expect(graph.get("src/node/index.ts")).toContain("src/api/api.ts");
    expect(graph.get("core/engine/codemap/evict.ts")).toContain("core/engine/physical.ts");
  });

  it("are of files that are in a room", () => {
    expect([...graph.keys()].filter((file) => roomOf(file) === undefined)).toEqual([]);
  });

  it("go down: to rooms of lower layers", () => {
    const upwards = new Set<string>();
    for (const [file, imports] of graph) {
      const from = roomOf(file)!;
      for (const target of imports) {
        const to = roomOf(target)!;
        if (!allowed(file, from, to)) upwards.add(`${file} -> ${to}`);
      }
    }
    expect([...upwards].filter((arrow) => !KNOWN_UPWARDS.has(arrow))).toEqual([]);
    expect(
      [...KNOWN_UPWARDS].filter((arrow) => !upwards.has(arrow)),
      "gone: take it off the list",
    ).toEqual([]);
  });

  it("leave a guest's frontend to its own folder: everybody else asks the registry of guests", () => {
    const own = /^(src\/arch\/|(testing|tests\/arch)\/(x86|riscv)\/)/;
    const others = [...graph].filter(([file]) => !own.test(file) && !isTest(file));
    expect(graph.get("src/arch/x86/guest.ts")).toContain("src/arch/x86/frontend/translate.ts");
    const wrong = others.filter(([, imports]) => [...imports].some((path) => /^src\/arch\/\w+\/frontend\//.test(path)));
    expect(wrong.map(([file]) => file)).toEqual([]);
  });

  it("bring no real guest to tests of what is no guest's", () => {
    const neutral =
      /^(tests\/arch\/toy|src\/(base|layout|tuning|ir|tier0|tier1|engine|snapshot|machine|boot|monitor|gdb|block|net|fs|chardev|display))\//;
    const tests = [...graph.keys()].filter((file) => neutral.test(file) && file.endsWith(".test.ts"));
    expect(tests.length).toBeGreaterThan(40);
    expect(reached(graph, "tests/arch/x86/tier1/tier1.test.ts").filter((file) => GUESTS.test(file))).not.toEqual([]);
    expect(tests.filter((file) => reached(graph, file).some((other) => GUESTS.test(other)))).toEqual([]);
  });

  it("are what the TypeScript projects allow: their references go down, too", () => {
    const configs = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith("tsconfig.json"))
      .map((path) => join("src", dirname(path)));
    expect(configs.length).toBeGreaterThan(20);
    const wrong: string[] = [];
    for (const folder of configs) {
      const { references } = JSON.parse(readFileSync(join(ROOT, folder, "tsconfig.json"), "utf8")) as {
        references: { path: string }[];
      };
      if (rank(folder) < 0) wrong.push(`${folder} is no room`);
      for (const { path } of references) {
        const to = join(folder, path);
        if (rank(to) >= rank(folder) || rank(to) < 0) wrong.push(`${folder} -> ${to}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
