// Where the agent's port goes, and how long a command waits for an agent.

import { expect, it } from "vitest";
import type { MachineConfig } from "../../options/config.js";
import type { MachineRow } from "../../options/rows.js";
import { AGENT_BUSY_MS, AGENT_IDLE_MS, STATE_LOOK_MS } from "../../tuning/host.js";
import { AgentWatch, addAgentPort } from "./agent.js";

function watch(present = true) {
  const said: string[] = [];
  const agent = new AgentWatch(
    () => present,
    (message) => said.push(message),
  );
  const look = (milliseconds: number, idle: boolean, panicked = false): void => {
    for (let n = 0; n < milliseconds / STATE_LOOK_MS; n++) agent.look(idle, panicked);
  };
  return { agent, said, look };
}

it("says that there is no agent in a guest that idles, not in one that boots", () => {
  const { agent, said, look } = watch();
  look(AGENT_IDLE_MS, true);
  agent.waiting(true);
  for (let n = 0; n < 5; n++) {
    look(AGENT_IDLE_MS / 2, true);
    look(AGENT_IDLE_MS, false);
  }
  expect(said).toEqual([]);
  look(AGENT_IDLE_MS, true);
  expect(said).toEqual([expect.stringContaining("wasmachine guest --agent")]);
  look(AGENT_IDLE_MS, true);
  expect(said).toHaveLength(1);
});

it("does not wait for ever for one that is busy, nor for one that has panicked, nor without a port", () => {
  const busy = watch();
  busy.agent.waiting(true);
  busy.look(AGENT_BUSY_MS, false);
  const panicked = watch();
  panicked.agent.waiting(true);
  panicked.look(STATE_LOOK_MS, false, true);
  const absent = watch(false);
  absent.agent.waiting(true);
  expect([busy.said.length, panicked.said[0], absent.said[0]]).toEqual([
    ...[1, "the guest's kernel has panicked", expect.stringContaining("no agent's port")],
  ]);
});

it("puts the port into the last free slot, or none where the user has one or there is no bus", () => {
  const machine = (...buses: string[]) => ({ buses }) as unknown as MachineRow;
  const config = (...devices: MachineConfig["devices"]) => ({ devices, chardevs: [] }) as unknown as MachineConfig;
  const given = config({ driver: "virtio-rng-pci", properties: { addr: 31 } });
  expect(addAgentPort(given, machine("isa", "pci"))).toBe(true);
  expect(given.devices[1]).toMatchObject({ driver: "virtio-serial-pci", properties: { addr: 30 } });
  const onMmio = config();
  expect(addAgentPort(onMmio, machine("mmio"))).toBe(true);
  expect(onMmio.devices.map(({ driver }) => driver)).toEqual(["virtio-serial-device", "virtserialport"]);
  const own = config({ driver: "virtserialport", properties: { name: "org.wasmachine.agent.0" } });
  expect([addAgentPort(own, machine("pci")), addAgentPort(config(), machine("isa"))]).toEqual([false, false]);
});
