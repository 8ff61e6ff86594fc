// A hub: what comes in at one port goes out at all others. A port that has no room loses the frame.

import type { Cable } from "./cable.js";
import type { Frame, NetClient, NetEnd } from "./interfaces.js";
import { NO_OFFLOADS } from "./interfaces.js";

interface Port {
  readonly end: NetEnd;
}

export class Hub {
  dropped = 0;
  private readonly ports: Port[] = [];

  /** Plugs the hub into a free end of a cable. */
  connect(cable: Cable, at: 0 | 1): void {
    const port: { end: NetEnd | undefined } = { end: undefined };
    const client: NetClient = {
      offloads: NO_OFFLOADS,
      receive: (frame) => this.pass(frame, port as Port),
    };
    port.end = cable.plug(at, client);
    this.ports.push(port as Port);
  }

  private pass(frame: Frame, from: Port): boolean {
    for (const port of this.ports) if (port !== from && !port.end.send(frame)) this.dropped++;
    return true;
  }
}
