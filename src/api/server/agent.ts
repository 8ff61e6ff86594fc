// The guest's side of exec() and files: the device that the agent in the guest talks through, and whether there is an agent.

import type { MachineConfig } from "../../options/config.js";
import type { MachineRow } from "../../options/rows.js";
import { AGENT_BUSY_MS, AGENT_IDLE_MS, STATE_LOOK_MS } from "../../tuning/host.js";

/** Character device of the agent's port; not a name a user can give. */
export const AGENT_CHARDEV = "#agent";
/** By which the agent finds its port. */
const PORT_NAME = "org.wasmachine.agent.0";

const DEVICES: Readonly<Record<string, string>> = { pci: "virtio-serial-pci", mmio: "virtio-serial-device" };
const LAST_SLOT = 31;

/** Gives a machine the agent's port, in a place where it moves nothing that the user wants; false where it has one of the user's, or no place for one. */
export function addAgentPort(config: MachineConfig, machine: MachineRow): boolean {
  const own = config.devices.some(({ properties }) => properties.name === PORT_NAME);
  const bus = Object.keys(DEVICES).find((name) => machine.buses.includes(name));
  if (own || bus === undefined) return false;
  const taken = config.devices.map(({ properties }) => properties.addr);
  let addr = LAST_SLOT;
  while (taken.includes(addr)) addr--;
  config.chardevs.push({ id: AGENT_CHARDEV, kind: "vc", mux: false, signal: false });
  config.devices.push(
    { driver: DEVICES[bus]!, id: AGENT_CHARDEV, properties: { max_ports: 2, ...(bus === "pci" ? { addr } : {}) } },
    {
      driver: "virtserialport",
      properties: { chardev: AGENT_CHARDEV, name: PORT_NAME, bus: `${AGENT_CHARDEV}.0` },
    },
  );
  return true;
}

/** Whether commands that wait for an agent wait in vain. */
export class AgentWatch {
  private waits = false;
  private idle = 0;
  private busy = 0;

  constructor(
    private readonly present: () => boolean,
    private readonly missing: (message: string) => void,
  ) {}

  waiting(waits: boolean): void {
    this.waits = waits;
    this.idle = this.busy = 0;
    if (waits && !this.present()) this.tell("the machine has no agent's port (the option agent of createMachine)");
  }

  /** Called every STATE_LOOK_MS while the machine runs. */
  look(idle: boolean, panicked: boolean): void {
    if (!this.waits) return;
    this.busy += STATE_LOOK_MS;
    // A guest that boots is idle now and then.
    this.idle = Math.max(0, this.idle + (idle ? STATE_LOOK_MS : -STATE_LOOK_MS));
    if (panicked) this.tell("the guest's kernel has panicked");
    else if (this.idle >= AGENT_IDLE_MS || this.busy >= AGENT_BUSY_MS)
      this.tell(`no agent runs in the guest: ${ADVICE}`);
  }

  private tell(message: string): void {
    this.waits = false;
    this.missing(message);
  }
}

const ADVICE =
  "guests of `wasmachine guest` have it; for another, `wasmachine guest --agent` makes a disk, agent.img, and `sh /dev/vda` " +
  "(or vdb, ...) in the guest that has this disk installs it; machine.shell().run() does without";
