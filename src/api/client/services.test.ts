// The API's names are fixed: what is not there yet says so, with a code.

import { describe, expect, it } from "vitest";
import type { Port } from "../../base/port.js";
import type { FromMachine, ToMachine } from "../messages.js";
import { MachineClient } from "./client.js";

function client(): MachineClient {
  const port: Port<ToMachine, FromMachine> = { onMessage: undefined, onFailure: undefined, post() {}, close() {} };
  return new MachineClient(port, { type: "create" } as ToMachine & { type: "create" }, () => {});
}

describe("names of the API", () => {
  it("has the console as the first serial port", () => {
    const machine = client();
    expect(machine.serial.get(0)).toBe(machine.console);
  });

  const CALLS: [string, (machine: MachineClient) => unknown][] = [
    ["serial.get", ({ serial }) => serial.get(1)],
    ["network.fetch", ({ network }) => network.fetch("http://guest/")],
    ["network.connect", ({ network }) => network.connect(80)],
    ["network.listen", ({ network }) => network.listen(80, () => {})],
    ["fork", (machine) => machine.fork()],
    ["statistics", (machine) => machine.statistics()],
  ];
  it.each(CALLS)("machine.%s says that it is not there yet", async (name, call) => {
    const refused = await Promise.resolve()
      .then(() => call(client()))
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: "MachineError", code: "ERR_UNAVAILABLE" });
    expect((refused as Error).message).toMatch(new RegExp(`^machine\\.${name}\\(.*\\) is not there yet: .`));
  });
});
