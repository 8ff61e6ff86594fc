// The limits of a machine's disks; those of one group share theirs.

import type { BlockBackend } from "../block/interfaces.js";
import type { ThrottleRules } from "../block/throttle/rules.js";
import { Throttle, type ThrottleClock } from "../block/throttle/throttle.js";
import { ThrottledDisk } from "../block/throttle/throttled.js";
import type { MachineHost } from "./host.js";

const NS_PER_MS = 1e6;

export class Throttles {
  private readonly groups = new Map<string, Throttle>();
  private readonly clock: ThrottleClock;

  constructor(host: Pick<MachineHost, "scheduler" | "monotonic">) {
    const { scheduler } = host;
    this.clock = {
      now: () => host.monotonic() / NS_PER_MS,
      sleep: (milliseconds) => scheduler.timer?.(milliseconds) ?? scheduler.sleep(milliseconds),
    };
  }

  over(disk: BlockBackend, rules: ThrottleRules | undefined): { disk: BlockBackend; lift: () => void } {
    if (!rules) return { disk, lift() {} };
    const known = rules.group === undefined ? undefined : this.groups.get(rules.group);
    const throttle = known ?? new Throttle(rules, this.clock);
    if (rules.group !== undefined) this.groups.set(rules.group, throttle);
    return { disk: new ThrottledDisk(disk, throttle), lift: () => throttle.lift() };
  }
}
