// Semihosting of a machine: its console, its command line, the host's files where they are given.

import type { WallClock } from "../../devices/interfaces.js";
import type { ChardevHub } from "../../machine/chardev-hub.js";
import type { VirtualClock } from "../../machine/clock/clock.js";
import { MachineError, type MachineHost } from "../../machine/host.js";
import type { MachineLog } from "../../machine/log.js";
import type { RunLoop } from "../../machine/run-loop.js";
import { SemihostingConsole } from "../../machine/semihosting/console.js";
import type { SemihostingCall } from "../../machine/semihosting/interfaces.js";
import { Semihosting } from "../../machine/semihosting/semihosting.js";
import type { MachineConfig, SemihostingConfig } from "../../options/config.js";
import type { SemihostingPort } from "../registry/model.js";

export interface SemihostingSources {
  readonly host: MachineHost;
  readonly consoles: ChardevHub;
  readonly clock: VirtualClock;
  readonly wall: WallClock;
  readonly log: MachineLog;
  readonly exit: (status: number) => void;
}

/** Stops the CPU at a call, which is carried out between two runs of it. */
export function semihostingPort(
  { user }: SemihostingConfig,
  loop: () => RunLoop,
  serve: (call: SemihostingCall) => Promise<void>,
): SemihostingPort {
  return {
    user,
    request(get) {
      loop().request(() => {
        const call = get();
        if (call) loop().hold(serve(call));
      });
    },
  };
}

/** Throws MachineError where the host gives no files. */
export function makeSemihosting(
  config: MachineConfig,
  { host, consoles, clock, wall, log, exit }: SemihostingSources,
): Semihosting {
  const { target, chardev, args } = config.semihosting!;
  if (target === "native" && !host.semihostingFiles) {
    throw new MachineError(
      "-semihosting-config target=native: this host gives a guest no files; leave target= out: console, time and exit are there",
    );
  }
  const port = chardev === undefined ? undefined : consoles.port(chardev);
  return new Semihosting({
    args: args.length > 0 ? args : [config.kernel ?? "", ...config.append.split(" ")].filter((word) => word !== ""),
    console: new SemihostingConsole(port, (line) => host.log(line)),
    files: target === "native" ? host.semihostingFiles!() : undefined,
    exit,
    elapsed: () => clock.now(),
    date: () => wall.now(),
    guestError: (message) => log.guestError(message),
  });
}
