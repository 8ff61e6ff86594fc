// Commands of the control queue. Virtio 1.2, section 5.1.6.5.

import { MODES, type ReceiveFilter } from "./filter.js";
import * as net from "./registers.js";

/** What commands change besides the filter. */
export interface Controlled {
  readonly filter: ReceiveFilter;
  negotiated(feature: number): boolean;
  acknowledgeAnnouncement(): void;
  /** False: there are not so many. */
  setPairs(pairs: number): boolean;
  /** Of the bits that were negotiated. False: others are among them. */
  setOffloads(low: number, high: number): boolean;
}

/** Does a command: its class, itself, and its data. Answers whether it was understood. */
export function control(device: Controlled, command: Uint8Array): boolean {
  if (command.length < 2) return false;
  const data = command.subarray(2);
  switch (command[0]) {
    case net.CTRL_RX:
      return receiveMode(device, command[1]!, data);
    case net.CTRL_MAC:
      return setMac(device, command[1]!, data);
    case net.CTRL_VLAN:
      return setVlan(device, command[1]!, data);
    case net.CTRL_ANNOUNCE:
      if (!device.negotiated(net.F_GUEST_ANNOUNCE) || command[1] !== 0) return false;
      device.acknowledgeAnnouncement();
      return true;
    case net.CTRL_MQ:
      if (!device.negotiated(net.F_MQ) || command[1] !== 0 || data.length < 2) return false;
      return device.setPairs(data[0]! | (data[1]! << 8));
    case net.CTRL_GUEST_OFFLOADS: {
      if (!device.negotiated(net.F_CTRL_GUEST_OFFLOADS) || command[1] !== 0 || data.length < 8) return false;
      const view = new DataView(data.buffer, data.byteOffset);
      return device.setOffloads(view.getUint32(0, true), view.getUint32(4, true));
    }
    default:
      return false;
  }
}

function receiveMode({ filter, negotiated }: Controlled, command: number, data: Uint8Array): boolean {
  const mode = MODES[command];
  // The first two are CTRL_RX's own, the others came with CTRL_RX_EXTRA.
  const feature = command <= 1 ? net.F_CTRL_RX : net.F_CTRL_RX_EXTRA;
  if (mode === undefined || !negotiated(feature) || data.length < 1) return false;
  filter.modes[mode] = data[0] !== 0;
  return true;
}

function setMac({ filter, negotiated }: Controlled, command: number, data: Uint8Array): boolean {
  if (command === net.MAC_ADDR_SET) {
    if (!negotiated(net.F_CTRL_MAC_ADDR) || data.length !== 6) return false;
    filter.mac = data.slice();
    return true;
  }
  if (command !== net.MAC_TABLE_SET || !negotiated(net.F_CTRL_RX)) return false;
  const unicast = macList(data, 0);
  const multicast = unicast && macList(data, 4 + unicast.length);
  if (!multicast) return false;
  filter.setTable(unicast, multicast);
  return true;
}

/** A count and so many addresses. */
function macList(data: Uint8Array, at: number): Uint8Array | undefined {
  if (at + 4 > data.length) return undefined;
  const count = new DataView(data.buffer, data.byteOffset).getUint32(at, true);
  return at + 4 + count * 6 > data.length ? undefined : data.slice(at + 4, at + 4 + count * 6);
}

function setVlan({ filter, negotiated }: Controlled, command: number, data: Uint8Array): boolean {
  if (!negotiated(net.F_CTRL_VLAN) || data.length < 2) return false;
  const id = data[0]! | (data[1]! << 8);
  if (command !== net.VLAN_ADD && command !== net.VLAN_DEL) return false;
  return filter.setVlan(id, command === net.VLAN_ADD);
}
