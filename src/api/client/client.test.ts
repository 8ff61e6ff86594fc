// A failure is told: to whoever waits or listens, else to the user.

import { describe, expect, it } from "vitest";
import type { Port } from "../../base/port.js";
import type { FromMachine, ToMachine } from "../messages.js";
import { MachineClient } from "./client.js";

function setup() {
  const port: Port<ToMachine, FromMachine> = { onMessage: undefined, onFailure: undefined, post() {}, close() {} };
  const said: string[] = [];
  const create = { type: "create" } as ToMachine & { type: "create" };
  const machine = new MachineClient(port, create, (sentence) => said.push(sentence));
  const fail = (): void => port.onFailure!("no such kernel");
  return { machine, said, fail };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a failure", () => {
  it("that nobody waits for is said once, and is no unhandled rejection", async () => {
    const { machine, said, fail } = setup();
    const unhandled: unknown[] = [];
    const listener = (error: unknown): void => void unhandled.push(error);
    process.on("unhandledRejection", listener);
    machine.start();
    fail();
    await turn();
    process.off("unhandledRejection", listener);
    expect([said, unhandled]).toEqual([["no such kernel"], []]);
    await expect(machine.start()).rejects.toThrow("no such kernel");
  });

  it("is not said where start() or finished is awaited, or errors are listened to", async () => {
    const first = setup();
    const started = (async () => await first.machine.start())();
    await turn();
    first.fail();
    await expect(started).rejects.toThrow("no such kernel");
    const second = setup();
    const finished = second.machine.finished.catch((error: Error) => error.message);
    second.machine.start();
    second.fail();
    expect(await finished).toBe("no such kernel");
    const third = setup();
    const errors: string[] = [];
    third.machine.on("error", ({ message }) => errors.push(message));
    third.machine.start();
    third.fail();
    expect(errors).toEqual(["no such kernel"]);
    expect([first.said, second.said, third.said]).toEqual([[], [], []]);
  });

  it("is none where the machine is disposed of", async () => {
    const { machine, said } = setup();
    machine.start();
    machine.dispose();
    await turn();
    expect([said, await machine.finished]).toEqual([[], { status: 0, reason: "disposed" }]);
  });
});
