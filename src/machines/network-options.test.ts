// -netdev, -nic, -net and -object filter-dump.

import { describe, expect, it } from "vitest";
import type { MachineConfig } from "../options/config.js";
import { catalogue, parseArguments } from "./arguments.js";

const PROGRAM = { name: "wasmachine", version: "1" };

function parse(args: string, guest = "x86_64"): MachineConfig {
  const parsed = parseArguments(args.split(" "), PROGRAM, catalogue(guest));
  if (parsed.kind !== "machine") throw new Error(parsed.text);
  return parsed.config;
}

const error = (args: string): string => {
  try {
    parse(args);
  } catch (thrown) {
    return (thrown as Error).message;
  }
  throw new Error("nothing was wrong");
};

it("has no network unless it is asked for", () => {
  for (const args of ["-m 64", "-nic none", "-net none"]) {
    const { netdevs, devices } = parse(args);
    expect([netdevs, devices]).toEqual([[], []]);
  }
});

it("makes a network and a card of -nic", () => {
  const { netdevs, devices } = parse(
    "-nic user,model=virtio-net-pci,mac=52:54:00:00:00:07,hostfwd=tcp::0-:22,hostname=g",
  );
  expect(netdevs).toMatchObject([{ id: "#net0", kind: "user", user: { hostfwd: ["tcp::0-:22"], hostname: "g" } }]);
  expect(devices).toEqual([{ driver: "virtio-net-pci", properties: { netdev: "#net0", mac: "52:54:00:00:00:07" } }]);
  expect(parse("-nic user", "riscv64").devices[0]!.driver).toBe("virtio-net-device");
});

it("connects all of -net by a hub", () => {
  const { netdevs, devices } = parse("-net nic,macaddr=52:54:00:00:00:08 -net user -net nic");
  expect(netdevs.map(({ kind, hub, netdev }) => [kind, hub, netdev])).toEqual([
    ["hubport", 0, undefined],
    ["user", undefined, undefined],
    ["hubport", 0, "#hub1"],
    ["hubport", 0, undefined],
  ]);
  expect(devices.map(({ properties }) => properties.netdev)).toEqual(["#hub0", "#hub3"]);
});

it("takes addresses of -netdev user as QEMU does", () => {
  const { netdevs } = parse(
    "-netdev user,id=n,net=192.168.7.0/255.255.255.0,host=192.168.7.9,dns=192.168.7.8,dhcpstart=192.168.7.20,ipv6=off,restrict=on,dnssearch=a.b,dnssearch=c,domainname=d,tftp=/t,bootfile=b,allow=1.2.3.4:80,deny=[fd00::/8] -device virtio-net-pci,netdev=n",
  );
  expect(netdevs[0]!.user).toMatchObject({
    ...{ net: "192.168.7.0", mask: 24, host: "192.168.7.9", dns: "192.168.7.8", dhcpstart: "192.168.7.20" },
    ...{ ipv4: true, ipv6: false, restrict: true, dnssearch: ["a.b", "c"], domainname: "d", tftp: "/t", bootfile: "b" },
    ...{ allow: ["1.2.3.4:80"], deny: ["[fd00::/8]"] },
  });
});

it("captures a network", () => {
  const { netDumps } = parse("-nic user,id=n -object filter-dump,id=f,netdev=#net0,file=x.pcap,maxlen=100");
  expect(netDumps).toEqual([{ id: "f", netdev: "#net0", file: "x.pcap", maxlen: 100 }]);
});

it("says that nobody uses a network", () => {
  expect(parse("-netdev user,id=n").notes).toEqual(["netdev n has no peer: no -device names it"]);
});

describe("one sentence for", () => {
  it.each([
    ["-netdev user,id=n,host=1.2.3.4", "host=1.2.3.4 is not in the network 10.0.2.0/24"],
    ["-netdev user,id=n,host=x", "host=x is no IPv4 address"],
    ["-netdev user,id=n,dns=10.0.2.2", "host and dns are one address"],
    ["-netdev user,id=n,net=10.0.2.0/31", "net=10.0.2.0/31 is no network such as 10.0.2.0/24"],
    ["-netdev user,id=n,net=10.0.2.0/255.0.255.0", "net=10.0.2.0/255.0.255.0 is no network such as 10.0.2.0/24"],
    ["-netdev user,id=n,ipv6-net=1::/200", "ipv6-net=1::/200 is no network such as fec0::/64"],
    ["-netdev user,id=n,hostfwd=tcp:1", "invalid host forwarding rule 'tcp:1'"],
    ["-netdev user,id=n,hostfwd=tcp::99999-:1", "99999 is no port"],
    ["-netdev user,id=n,guestfwd=tcp:10.0.2.100:1-cmd:sh", "invalid guest forwarding rule"],
    ["-netdev user,id=n,allow=[::1", "invalid rule '[::1'"],
    ["-netdev user,id=n,foo=1", "Invalid parameter 'foo'"],
    ["-netdev user,id=n,smb=/x", "there is no file server here"],
    ["-netdev foo,id=n", "'foo' is no kind of netdev"],
    ["-netdev hubport,id=n", "Parameter 'hubid' is missing"],
    ["-netdev hubport,id=n,hubid=0,netdev=m", "there is no netdev 'm'"],
    ["-netdev user,id=n -netdev user,id=n", "Duplicate ID 'n' for netdev"],
    ["-device virtio-net-pci,netdev=n", "Property 'virtio-net-pci.netdev' can't find value 'n'"],
    [
      "-netdev user,id=n -device virtio-net-pci,netdev=n -device virtio-net-pci,netdev=n",
      "already in use by another device",
    ],
    ["-device virtio-net-pci,mac=1:2", "an address is six bytes"],
    ["-nic user,mac=zz", "'zz' is no address of a card"],
    ["-nic user,model=foo", "no device 'foo'"],
    ["-object filter-dump,id=f,netdev=n,file=x", "there is no netdev 'n'"],
    ["-object filter-dump,id=f,netdev=n", "Parameter 'file' is missing"],
  ])("%s", (args, message) => {
    expect(error(args)).toContain(message);
    expect(error(args)).not.toContain("\n");
  });
});
