// The channels between a machine and its remote control: which character device of the machine is which, and how far behind a reader is.

import type { Port } from "../../base/port.js";
import { type HostChardev, MachineError } from "../../machine/host.js";
import type { ChardevConfig, MachineConfig } from "../../options/config.js";
import { OUTPUT_WINDOW } from "../../tuning/host.js";
import type { ChannelName, FromMachine, ToMachine } from "../messages.js";
import { AGENT_CHARDEV } from "./agent.js";
import { Channel } from "./channel.js";

/** Character device of the API's own monitor; not a name a user can give. */
const API_MONITOR = "#monitor";

export class Channels {
  private readonly byName: Record<ChannelName, Channel>;

  constructor(
    private readonly port: Port<FromMachine, ToMachine>,
    /** Sees what the guest writes to its console. */
    private readonly sees: (bytes: Uint8Array) => void,
  ) {
    this.byName = {
      console: this.channel("console", false),
      monitor: this.channel("monitor", false),
      agent: this.channel("agent", false),
    };
    this.byName.agent.opened = (open) => this.agentOpened(open);
  }

  get(name: ChannelName): Channel {
    return this.byName[name];
  }

  /** Keeps what is typed until the guest reads it. */
  holdInput(): void {
    const { size } = this.byName.console;
    this.byName.console = this.channel("console", true);
    if (size) this.byName.console.resize(size);
  }

  /** Adds the monitor that the API has beside the user's. */
  addMonitor(config: MachineConfig): void {
    config.chardevs.push({ id: API_MONITOR, kind: "vc", mux: false, signal: false });
    config.monitors.push(API_MONITOR);
  }

  open(chardev: ChardevConfig, config: MachineConfig): HostChardev {
    switch (chardev.kind) {
      case "stdio":
        return this.byName.console;
      case "vc":
        if (chardev.id === API_MONITOR) return this.byName.monitor;
        if (chardev.id === AGENT_CHARDEV) return this.byName.agent;
        // The first serial port is what a user wants to see where no port is on the terminal.
        if (chardev.id === config.serial[0] && !config.chardevs.some(({ kind }) => kind === "stdio")) {
          return this.byName.console;
        }
        return NOWHERE;
      case "null":
        return NOWHERE;
      case "file":
        throw new MachineError(`chardev ${chardev.id}: there are no files to write to, such as '${chardev.path}'`);
    }
  }

  flush(): void {
    for (const channel of Object.values(this.byName)) channel.flush();
  }

  /** Whether a reader of the machine's output is far behind. */
  behind(): boolean {
    return Object.values(this.byName).some(({ unread }) => unread >= OUTPUT_WINDOW);
  }

  private channel(name: ChannelName, piped: boolean): Channel {
    const posts = {
      output: (bytes: Uint8Array) => this.port.post({ type: "output", channel: name, bytes }),
      accepted: (count: number) => this.port.post({ type: "accepted", channel: name, count }),
    };
    return new Channel(posts, piped, name === "console" ? this.sees : undefined);
  }

  private agentOpened(open: boolean): void {
    const { agent } = this.byName;
    agent.flush();
    agent.forget();
    this.port.post({ type: "agent", open });
  }
}

const NOWHERE: HostChardev = { write() {}, close() {} };
