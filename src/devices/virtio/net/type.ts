import { MAC_PATTERN, parseMac } from "../../../net/ethernet.js";
import { defineDevice } from "../../registry/registry.js";

const SIZES = ["256", "512", "1024"] as const;
const on = (text: string) => ({ type: "switch", default: true, text }) as const;

export const device = defineDevice({
  name: "virtio-net",
  text: "virtio network card",
  bus: "virtio",
  properties: {
    netdev: { type: "netdev", text: "the -netdev (none: the cable leads nowhere)" },
    mac: {
      type: "string",
      pattern: { is: MAC_PATTERN, says: "an address is six bytes, such as 52:54:00:12:34:56" },
      text: "address (52:54:00:12:34:56, and one more for each further card)",
    },
    mq: { type: "switch", default: false, text: "several queue pairs, as many as `queues` says" },
    queues: { type: "number", least: 1, most: 16, default: 4, text: "queue pairs, with mq=on" },
    rx_queue_size: { type: "choice", words: SIZES, default: "256", text: "descriptors of a receive queue" },
    tx_queue_size: { type: "choice", words: SIZES, default: "256", text: "descriptors of a transmit queue" },
    host_mtu: { type: "number", least: 68, most: 65535, text: "largest packet, which the driver is told" },
    speed: { type: "number", text: "megabits a second, which the driver is told" },
    duplex: { type: "choice", words: ["half", "full"], text: "whether it sends and receives at once" },
    csum: on("checksums of what the guest sends are left to the card"),
    guest_csum: on("checksums of what the guest receives are left to it"),
    host_tso4: on("segmentation of TCP over IPv4 is left to the card"),
    host_tso6: on("segmentation of TCP over IPv6 is left to the card"),
    host_ecn: on("segments may carry ECN"),
    guest_tso4: on("the guest takes several segments of TCP over IPv4 as one"),
    guest_tso6: on("the guest takes several segments of TCP over IPv6 as one"),
    guest_ecn: on("such segments may carry ECN"),
    mrg_rxbuf: on("a frame may lie in several buffers"),
    status: on("the driver sees whether the cable is plugged in"),
    ctrl_vq: on("control queue"),
    ctrl_rx: on("receive modes"),
    ctrl_rx_extra: on("more receive modes"),
    ctrl_vlan: on("filter of VLANs"),
    ctrl_mac_addr: on("the guest may change its address"),
    ctrl_guest_offloads: on("the guest may switch off what is left to it"),
    guest_announce: on("the guest tells the network where it is when it is asked to"),
  },
  async load() {
    const [{ VirtioNet }, net] = await Promise.all([import("./device.js"), import("./registers.js")]);
    const SWITCHES = [
      ...([
        ["csum", net.F_CSUM],
        ["guest_csum", net.F_GUEST_CSUM],
        ["host_tso4", net.F_HOST_TSO4],
      ] as const),
      ...([
        ["host_tso6", net.F_HOST_TSO6],
        ["host_ecn", net.F_HOST_ECN],
        ["guest_tso4", net.F_GUEST_TSO4],
      ] as const),
      ...([
        ["guest_tso6", net.F_GUEST_TSO6],
        ["guest_ecn", net.F_GUEST_ECN],
        ["mrg_rxbuf", net.F_MRG_RXBUF],
      ] as const),
      ...([
        ["status", net.F_STATUS],
        ["ctrl_vq", net.F_CTRL_VQ],
        ["ctrl_rx", net.F_CTRL_RX],
      ] as const),
      ...([
        ["ctrl_rx_extra", net.F_CTRL_RX_EXTRA],
        ["ctrl_vlan", net.F_CTRL_VLAN],
      ] as const),
      ...([
        ["ctrl_mac_addr", net.F_CTRL_MAC_ADDR],
        ["ctrl_guest_offloads", net.F_CTRL_GUEST_OFFLOADS],
      ] as const),
      ["guest_announce", net.F_GUEST_ANNOUNCE] as const,
    ];
    // What a bit needs besides itself (section 5.1.3.1): without the one the other is not offered.
    const NEEDS = [
      ...([
        [net.F_CSUM, net.F_HOST_TSO4],
        [net.F_CSUM, net.F_HOST_TSO6],
        [net.F_GUEST_CSUM, net.F_GUEST_TSO4],
      ] as const),
      ...([
        [net.F_GUEST_CSUM, net.F_GUEST_TSO6],
        [net.F_CTRL_VQ, net.F_CTRL_RX],
        [net.F_CTRL_VQ, net.F_CTRL_VLAN],
      ] as const),
      ...([
        [net.F_CTRL_VQ, net.F_CTRL_MAC_ADDR],
        [net.F_CTRL_VQ, net.F_GUEST_ANNOUNCE],
        [net.F_CTRL_VQ, net.F_MQ],
      ] as const),
      ...([
        [net.F_CTRL_VQ, net.F_CTRL_GUEST_OFFLOADS],
        [net.F_CTRL_VQ, net.F_CTRL_RX_EXTRA],
      ] as const),
    ];
    return ({ nic }, values) => {
      const without = SWITCHES.flatMap(([name, bit]) => (values[name] ? [] : [bit as number]));
      for (const [base, bit] of NEEDS) if (without.includes(base)) without.push(bit);
      const { plug, mac } = nic(values.netdev, values.mac);
      return new VirtioNet({
        ...{ plug, without, mtu: values.host_mtu, speed: values.speed },
        mac: parseMac(mac),
        pairs: values.mq ? values.queues : 1,
        rxQueueSize: Number(values.rx_queue_size),
        txQueueSize: Number(values.tx_queue_size),
        ...(values.duplex === undefined ? {} : { fullDuplex: values.duplex === "full" }),
      });
    };
  },
});
