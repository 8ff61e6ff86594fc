// The monitor's view of networks: info network, info usernet, set_link, hostfwd_add, hostfwd_remove.

import type { MachineNetwork, Netdev } from "../machine/network.js";
import { parseHostForward } from "../net/user/config.js";
import type { UserNetwork } from "../net/user/network.js";
import { MonitorError } from "./expression.js";

export interface NetworkTarget {
  /** Resolves when it is so. Rejects with MonitorError where there is no such card or network. */
  setLink(name: string, up: boolean): Promise<void>;
  /** [netdev] rule. Resolves when the host's port is taken. Rejects with MonitorError where it cannot be had. */
  addForward(argument: string): Promise<void>;
  /** The sentence to print. */
  removeForward(argument: string): string;
}

/** `request` calls between two instructions. */
export function networkTarget(network: MachineNetwork, request: (action: () => void) => void): NetworkTarget {
  return {
    async setLink(name, up) {
      const cable = network.find(name);
      if (!cable) throw new MonitorError(`Device '${name}' not found`);
      await new Promise<void>((resolve) =>
        request(() => {
          cable.setLink(up);
          resolve();
        }),
      );
    },
    async addForward(argument) {
      const [user, rule] = forwardOf(network, argument);
      checked(() => parseHostForward(rule));
      try {
        await user.forwards.add(rule);
      } catch (error) {
        throw new MonitorError((error as Error).message);
      }
    },
    removeForward(argument) {
      const [user, rule] = forwardOf(network, argument);
      const removed = checked(() => user.forwards.remove(rule));
      return `host forwarding rule for ${rule} ${removed ? "removed" : "not found"}\n`;
    },
  };
}

function checked<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new MonitorError((error as Error).message);
  }
}

/** The user network that is meant, the first where none is said, and the rule. */
function forwardOf({ netdevs }: MachineNetwork, argument: string): [UserNetwork, string] {
  const words = argument.split(/\s+/);
  const rule = words.at(-1)!;
  if (rule === "" || words.length > 2) throw new MonitorError("a rule is wanted, and before it perhaps a netdev");
  const found = words.length === 2 ? netdevs.get(words[0]!) : [...netdevs.values()].find(({ user }) => user);
  if (found?.user) return [found.user, rule];
  throw new MonitorError(words.length === 2 ? `netdev '${words[0]}' is no user network` : "there is no user network");
}

/** `info network`: each card, and what its cable leads to. */
export function infoNetwork({ cards, netdevs }: MachineNetwork): string {
  const lines = cards.map(({ name, mac, netdev, cable }, index) => {
    const link = cable.up ? "" : ",link=down";
    const card = `${name === "" ? `nic${index}` : name}: index=${index},type=nic,macaddr=${mac}${link}\n`;
    return netdev === undefined ? card : `${card} \\ ${describe(netdevs.get(netdev)!)}`;
  });
  const others = [...netdevs.values()].filter(({ config: { id } }) => !cards.some(({ netdev }) => netdev === id));
  return [...lines, ...others.map(describe)].join("");
}

function describe({ config, cable }: Netdev): string {
  const { id, kind, user, hub } = config;
  const what = user ? `net=${user.net}/${user.mask},restrict=${user.restrict ? "on" : "off"}` : `hubid=${hub}`;
  const { frames, dropped } = cable.counts(0);
  const back = cable.counts(1);
  return `${id}: index=0,type=${kind},${what},sent=${frames},received=${back.frames},dropped=${dropped + back.dropped}\n`;
}

/** `info usernet`. */
export function infoUsernet({ netdevs }: MachineNetwork): string {
  return [...netdevs.values()]
    .flatMap(({ config, user }) => (user ? [`${config.id}:\n${user.describe()}`] : []))
    .join("");
}
