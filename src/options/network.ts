// -netdev, -nic, -net and -object filter-dump: networks, and what is captured of them.

import { parse4, parse6 } from "../net/address.js";
import { MAC_PATTERN } from "../net/ethernet.js";
import {
  defaultUserConfig,
  parseGuestForward,
  parseHostForward,
  parseReach,
  type UserConfig,
  userAddresses,
} from "../net/user/config.js";
import type { DeviceConfig, NetdevConfig } from "./config.js";
import { parseDevice } from "./device.js";
import { optionError } from "./error.js";
import { applyList, type Fail, type KeyValue, type ParameterHandlers, parseList } from "./keyval.js";
import { chosenMachine } from "./machine-options.js";
import type { ParseState, PendingNic } from "./row.js";
import { parseInteger, parseSwitch } from "./values.js";

const TO_COME =
  "tap bridge vde l2tpv3 netmap vhost-user vhost-vdpa vmnet-host vmnet-shared vmnet-bridged af-xdp socket stream dgram".split(
    " ",
  );
const KINDS = "user, hubport";
/** The hub of -net. */
const NET_HUB = 0;

/** -netdev TYPE,id=ID[,...] */
export function applyNetdev(state: ParseState, option: string, value: string): void {
  const list = parseList(option, value, "type");
  const fail = failure(option, value);
  const id = list.find(({ key }) => key === "id")?.value;
  if (id === undefined || id === "") fail("Parameter 'id' is missing");
  const rest = list.filter(({ key }) => key !== "id");
  addNetdev(state, option, value, makeNetdev(id!, rest, fail));
}

/** -nic none, or TYPE[,model=][,mac=][,...] */
export function applyNic(state: ParseState, option: string, value: string): void {
  if (value === "none") return;
  const list = parseList(option, value, "type");
  const fail = failure(option, value);
  const card = new Set(["model", "mac", "id", "addr"]);
  const of = (key: string): string | undefined => list.filter((pair) => pair.key === key).at(-1)?.value;
  const netdev = `#net${state.nics.length}`;
  addNetdev(
    state,
    option,
    value,
    makeNetdev(
      netdev,
      list.filter(({ key }) => !card.has(key)),
      fail,
    ),
  );
  addNic(state, {
    option,
    value,
    netdev,
    ...pick({ model: of("model"), mac: of("mac"), id: of("id"), addr: of("addr") }),
  });
}

/** -net none, nic[,model=][,macaddr=], or user[,...]: all are on one hub. */
export function applyNet(state: ParseState, option: string, value: string): void {
  if (value === "none") return;
  const list = parseList(option, value, "type");
  const fail = failure(option, value);
  const netdev = `#hub${state.config.netdevs.length}`;
  if (list[0]?.value === "nic") {
    const target: { model?: string; mac?: string; netdev?: string } = {};
    applyList<typeof target>(option, value, "type", target, {
      type: () => {},
      model: (into, text) => {
        into.model = text;
      },
      macaddr: (into, text) => {
        into.mac = text;
      },
      name: () => {},
      netdev: (into, text) => {
        into.netdev = text;
      },
      vectors: () => {},
    });
    if (target.netdev === undefined) addNetdev(state, option, value, { id: netdev, kind: "hubport", hub: NET_HUB });
    addNic(state, {
      option,
      value,
      netdev: target.netdev ?? netdev,
      ...pick({ model: target.model, mac: target.mac }),
    });
    return;
  }
  const given = list.find(({ key }) => key === "id" || key === "name")?.value ?? netdev;
  const rest = list.filter(({ key }) => key !== "id" && key !== "name");
  addNetdev(state, option, value, makeNetdev(given, rest, fail));
  addNetdev(state, option, value, { id: `${netdev}p`, kind: "hubport", hub: NET_HUB, netdev: given });
}

/** -object filter-dump,id=ID,netdev=ID,file=FILE[,maxlen=N] */
export function applyFilterDump(state: ParseState, option: string, value: string): void {
  const dump = { id: "", netdev: "", file: "", maxlen: 65536 };
  applyList<typeof dump>(option, value, "qom-type", dump, {
    "qom-type": () => {},
    id: (target, text) => {
      target.id = text;
    },
    netdev: (target, text) => {
      target.netdev = text;
    },
    file: (target, text) => {
      target.file = text;
    },
    maxlen: (target, text, fail) => {
      target.maxlen = parseInteger(text, "maxlen", 1, 0xffffffff, fail);
    },
    queue: () => {},
    status: () => {},
  });
  for (const name of ["id", "netdev", "file"] as const) {
    if (dump[name] === "") throw optionError(option, value, `Parameter '${name}' is missing`);
  }
  state.config.netDumps.push(dump);
}

/** Makes devices of the cards of -nic and -net, which come before those of -device, and looks whether what all name is there. */
export function settleNetwork(state: ParseState): void {
  const { config, catalogue } = state;
  const { nic } = chosenMachine(config, catalogue.machines);
  const devices: DeviceConfig[] = [];
  const sources: ParseState["deviceSources"] = [];
  for (const { option, value, netdev, model = nic, mac, id, addr } of state.nics) {
    if (model === undefined)
      throw optionError(option, value, "this machine has no network card of its own: add a -device");
    const more = Object.entries({ mac, id, addr }).flatMap(([key, text]) =>
      text === undefined ? [] : [`,${key}=${text}`],
    );
    const driver = model === "virtio" && nic !== undefined ? virtioModel(nic) : model;
    try {
      devices.push(parseDevice(catalogue.devices, option, `${driver},netdev=${netdev}${more.join("")}`));
    } catch (error) {
      throw optionError(option, value, (error as Error).message);
    }
    sources.push({ option, value });
  }
  config.devices.unshift(...devices);
  state.deviceSources.unshift(...sources);
  const ids = new Set(config.netdevs.map(({ id }) => id));
  for (const { id, netdev } of config.netDumps) {
    if (!ids.has(netdev)) throw optionError("-object", `filter-dump,id=${id}`, `there is no netdev '${netdev}'`);
  }
  for (const { id, netdev } of config.netdevs) {
    if (netdev !== undefined && !ids.has(netdev))
      throw optionError("-netdev", `hubport,id=${id}`, `there is no netdev '${netdev}'`);
  }
  const used = new Set(config.devices.map(({ properties }) => properties.netdev));
  for (const { id, kind } of config.netdevs) {
    const taken = used.has(id) || kind === "hubport" || config.netdevs.some(({ netdev }) => netdev === id);
    if (!taken) config.notes.push(`netdev ${id} has no peer: no -device names it`);
  }
}

/** The card that QEMU calls "virtio", on the bus of the machine's own. */
function virtioModel(nic: string): string {
  return nic.endsWith("-device") ? "virtio-net-device" : "virtio-net-pci";
}

function addNetdev({ config }: ParseState, option: string, value: string, netdev: NetdevConfig): void {
  if (config.netdevs.some(({ id }) => id === netdev.id)) {
    throw optionError(option, value, `Duplicate ID '${netdev.id}' for netdev`);
  }
  config.netdevs.push(netdev);
}

function addNic({ nics }: ParseState, nic: PendingNic): void {
  if (nic.mac !== undefined && !MAC_PATTERN.test(nic.mac)) {
    throw optionError(
      nic.option,
      nic.value,
      `'${nic.mac}' is no address of a card (six bytes, such as 52:54:00:12:34:56)`,
    );
  }
  nics.push(nic);
}

function makeNetdev(id: string, list: readonly KeyValue[], fail: Fail): NetdevConfig {
  const type = list.find(({ key }) => key === "type")?.value ?? "";
  const rest = list.filter(({ key }) => key !== "type");
  if (type === "user") return { id, kind: "user", user: userConfig(rest, fail) };
  if (type === "hubport") return hubport(id, rest, fail);
  if (TO_COME.includes(type)) return fail(`netdev '${type}' is not supported (there are ${KINDS})`);
  return fail(`'${type}' is no kind of netdev (there are ${KINDS})`);
}

function hubport(id: string, list: readonly KeyValue[], fail: Fail): NetdevConfig {
  const netdev: NetdevConfig = { id, kind: "hubport", hub: -1 };
  for (const { key, value } of list) {
    if (key === "hubid") netdev.hub = parseInteger(value, "hubid", 0, 0x7fffffff, fail);
    else if (key === "netdev") netdev.netdev = value;
    else fail(`Invalid parameter '${key}'`);
  }
  if (netdev.hub === -1) fail("Parameter 'hubid' is missing");
  return netdev;
}

function userConfig(list: readonly KeyValue[], fail: Fail): UserConfig {
  const config = defaultUserConfig();
  for (const { key, value } of list) {
    const apply = Object.hasOwn(USER, key) ? USER[key] : undefined;
    if (!apply) fail(`Invalid parameter '${key}'`);
    apply!(config, value, fail);
  }
  try {
    userAddresses(config);
    for (const rule of config.hostfwd) parseHostForward(rule);
    for (const rule of config.guestfwd) parseGuestForward(rule);
    for (const rule of [...config.allow, ...config.deny]) parseReach(rule);
  } catch (error) {
    fail((error as Error).message);
  }
  return config;
}

const address4 =
  (field: "host" | "dns" | "dhcpstart") =>
  (config: UserConfig, text: string, fail: Fail): void => {
    if (!parse4(text)) fail(`${field}=${text} is no IPv4 address`);
    config[field] = text;
  };
const address6 =
  (name: string, field: "host6" | "dns6") =>
  (config: UserConfig, text: string, fail: Fail): void => {
    if (!parse6(text)) fail(`${name}=${text} is no IPv6 address`);
    config[field] = text;
  };
const text =
  (field: "hostname" | "domainname" | "tftp" | "tftpServerName" | "bootfile") =>
  (config: UserConfig, value: string): void => {
    config[field] = value;
  };
const more =
  (field: "dnssearch" | "hostfwd" | "guestfwd" | "allow" | "deny") =>
  (config: UserConfig, value: string): void => {
    config[field].push(value);
  };

const USER: ParameterHandlers<UserConfig> = {
  ipv4: (config, value, fail) => {
    config.ipv4 = parseSwitch(value, "ipv4", fail);
  },
  ipv6: (config, value, fail) => {
    config.ipv6 = parseSwitch(value, "ipv6", fail);
  },
  restrict: (config, value, fail) => {
    config.restrict = parseSwitch(value, "restrict", fail);
  },
  net(config, value, fail) {
    const [address, mask = "24"] = value.split("/");
    const bits = mask.includes(".") ? maskBits(mask) : /^\d+$/.test(mask) ? Number(mask) : undefined;
    if (!parse4(address!) || bits === undefined || bits < 1 || bits > 29)
      fail(`net=${value} is no network such as 10.0.2.0/24`);
    config.net = address!;
    config.mask = bits!;
  },
  host: address4("host"),
  dns: address4("dns"),
  dhcpstart: address4("dhcpstart"),
  "ipv6-net"(config, value, fail) {
    const [address, prefix = "64"] = value.split("/");
    const bits = Number(prefix);
    if (!parse6(address!) || !/^\d+$/.test(prefix) || bits < 1 || bits > 126)
      fail(`ipv6-net=${value} is no network such as fec0::/64`);
    config.net6 = address!;
    config.prefix6 = bits;
  },
  "ipv6-prefix": (config, value, fail) => {
    config.net6 = parse6(value) ? value : fail(`ipv6-prefix=${value} is no IPv6 address`);
  },
  "ipv6-prefixlen": (config, value, fail) => {
    config.prefix6 = parseInteger(value, "ipv6-prefixlen", 1, 126, fail);
  },
  "ipv6-host": address6("ipv6-host", "host6"),
  "ipv6-dns": address6("ipv6-dns", "dns6"),
  hostname: text("hostname"),
  domainname: text("domainname"),
  dnssearch: more("dnssearch"),
  tftp: text("tftp"),
  "tftp-server-name": text("tftpServerName"),
  bootfile: text("bootfile"),
  hostfwd: more("hostfwd"),
  guestfwd: more("guestfwd"),
  allow: more("allow"),
  deny: more("deny"),
  smb: (_config, value, fail) => fail(`smb=${value} is not supported: there is no file server here`),
};

/** The length of a netmask; undefined where its ones are not its first bits. */
function maskBits(mask: string): number | undefined {
  const bytes = parse4(mask);
  if (!bytes) return undefined;
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  return /^1*0*$/.test(bits) ? bits.indexOf("0") : undefined;
}

function failure(option: string, value: string): Fail {
  return (message) => {
    throw optionError(option, value, message);
  };
}

/** Without what is undefined. */
function pick<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
