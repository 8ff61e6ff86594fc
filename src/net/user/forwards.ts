// Ports of the host that lead to the guest: hostfwd=, hostfwd_add, hostfwd_remove.

import { type Address, formatAddress } from "../address.js";
import type { HostNetwork } from "../host.js";
import { type HostForward, parseHostForward } from "./config.js";
import type { Tcp } from "./tcp/tcp.js";
import type { Udp } from "./udp.js";

interface Forward extends HostForward {
  /** The port that was taken. */
  readonly port: number;
  close(): void;
}

export class Forwards {
  private readonly list: Forward[] = [];

  constructor(
    private readonly host: HostNetwork | undefined,
    private readonly tcp: Tcp,
    private readonly udp: Udp,
    /** The guest, where a rule names none. */
    private readonly guest: () => Address,
  ) {}

  /** Rejects with Error, the rest of a sentence. Resolves to the port of the host. */
  async add(rule: string): Promise<number> {
    const forward = parseHostForward(rule);
    const { host } = this;
    if (!host) throw new Error(`could not set up host forwarding rule '${rule}': this host has no network`);
    const guest = (): Address => forward.guestAddress ?? this.guest();
    try {
      const { protocol, hostAddress, hostPort, guestPort } = forward;
      const listener =
        protocol === "udp"
          ? await this.udp.listen(hostAddress, hostPort, guest, guestPort)
          : await host.listen(hostAddress, hostPort, (stream) => this.tcp.accept(stream, guest(), guestPort));
      this.list.push({ ...forward, port: listener.port, close: () => listener.close() });
      return listener.port;
    } catch (error) {
      throw new Error(`could not set up host forwarding rule '${rule}': ${(error as Error).message}`);
    }
  }

  /** [tcp|udp]:[hostaddr]:hostport. False: there is none. Throws Error, the rest of a sentence. */
  remove(rule: string): boolean {
    const { protocol, hostAddress, hostPort } = parseHostForward(`${rule}-:1`);
    const index = this.list.findIndex(
      (each) => each.protocol === protocol && each.hostAddress === hostAddress && each.port === hostPort,
    );
    if (index < 0) return false;
    this.list.splice(index, 1)[0]!.close();
    return true;
  }

  describe(): string[] {
    return this.list.map(({ protocol, hostAddress, port, guestAddress, guestPort }) => {
      const guest = formatAddress(guestAddress ?? this.guest());
      return `${protocol.toUpperCase()}[HOST_FORWARD]  ${hostAddress === "" ? "*" : hostAddress}:${port} -> ${guest}:${guestPort}`;
    });
  }

  close(): void {
    for (const forward of this.list.splice(0)) forward.close();
  }
}
