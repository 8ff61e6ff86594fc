import { expect, it } from "vitest";
import { MachineNetwork } from "../machine/network.js";
import { TestHost } from "../machine/testing.js";
import { defaultUserConfig } from "../net/user/config.js";
import { FakeClock } from "../net/user/testing/clock.js";
import { FakeHost } from "../net/user/testing/host.js";
import { defaultConfig } from "../options/config.js";
import { MonitorError } from "./expression.js";
import { infoNetwork, infoUsernet, networkTarget } from "./network.js";

async function setup() {
  const network = new MachineNetwork();
  const sockets = new FakeHost();
  const host = Object.assign(new TestHost(), { openNetwork: () => sockets });
  const netdevs = [
    { id: "n", kind: "user" as const, user: { ...defaultUserConfig(), hostfwd: ["tcp::2222-:22"] } },
    { id: "h", kind: "hubport" as const, hub: 0 },
  ];
  await network.open({ ...defaultConfig(), netdevs }, host, new FakeClock());
  network.nic("n", undefined, "card");
  network.nic(undefined, undefined, "");
  const requests: (() => void)[] = [];
  const target = networkTarget(network, (action) => void requests.push(action));
  return { network, sockets, target, requests };
}

it("shows cards, networks and what is forwarded", async () => {
  const { network, target, requests } = await setup();
  expect(infoNetwork(network)).toBe(
    "card: index=0,type=nic,macaddr=52:54:00:12:34:56\n" +
      " \\ n: index=0,type=user,net=10.0.2.0/24,restrict=off,sent=0,received=0,dropped=0\n" +
      "nic1: index=1,type=nic,macaddr=52:54:00:12:34:57\n" +
      "h: index=0,type=hubport,hubid=0,sent=0,received=0,dropped=0\n",
  );
  expect(infoUsernet(network)).toContain("TCP[HOST_FORWARD]  *:2222 -> 10.0.2.15:22");
  let done = false;
  const set = target.setLink("card", false).then(() => {
    done = true;
  });
  await new Promise((tick) => setTimeout(tick, 0));
  expect([network.find("n")!.up, done]).toEqual([true, false]);
  requests.shift()!();
  await set;
  expect([network.find("n")!.up, infoNetwork(network).includes("link=down")]).toEqual([false, true]);
  await expect(target.setLink("x", true)).rejects.toThrow("Device 'x' not found");
});

it("adds and removes forwarded ports", async () => {
  const { sockets, target } = await setup();
  await target.addForward("n tcp:127.0.0.1:80-:8080");
  expect([...sockets.listeners.keys()]).toEqual([" 2222", "127.0.0.1 80"]);
  await expect(target.addForward("tcp:127.0.0.1:80-:8080")).rejects.toThrow(
    new MonitorError("could not set up host forwarding rule 'tcp:127.0.0.1:80-:8080': EADDRINUSE"),
  );
  expect(target.removeForward("tcp:127.0.0.1:80")).toBe("host forwarding rule for tcp:127.0.0.1:80 removed\n");
  expect(target.removeForward("n tcp:127.0.0.1:80")).toBe("host forwarding rule for tcp:127.0.0.1:80 not found\n");
  await expect(target.addForward("h tcp::1-:2")).rejects.toThrow("netdev 'h' is no user network");
  await expect(target.addForward("")).rejects.toThrow("a rule is wanted");
  await expect(target.addForward("x")).rejects.toThrow("invalid host forwarding rule 'x'");
});
