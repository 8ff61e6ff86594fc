import { expect, it } from "vitest";
import { defineMachine, MachineRegistry } from "./registry.js";

function machine(name: string, architectures: string[], loaded: string[]) {
  return defineMachine({
    ...{ name, architectures, text: "", buses: [], properties: {}, serial: { ports: 0 } },
    load(guest) {
      loaded.push(`${name} for ${guest}`);
      return Promise.reject(new Error("no code"));
    },
  });
}

it("has a guest's usual machine first", () => {
  const usual = defineMachine({ ...machine("b", ["one"], []), usual: true });
  expect(new MachineRegistry([machine("a", ["one"], []), usual]).for("one").list.map(({ name }) => name)).toEqual([
    "b",
    "a",
  ]);
});

it("has and loads the machines of a guest, and knows where the others are", async () => {
  const loaded: string[] = [];
  const all = new MachineRegistry([machine("a", ["one"], loaded), machine("b", ["two", "three"], loaded)]);
  const two = all.for("two");
  expect(two.list.map(({ name }) => name)).toEqual(["b"]);
  expect(two.find("a")).toBeUndefined();
  expect(two.elsewhere("a")).toEqual(["one"]);
  expect(two.elsewhere("b")).toEqual([]);
  await expect(all.loadAll("two")).rejects.toThrow("no code");
  expect(loaded).toEqual(["b for two"]);
});
