// Addresses and types of Ethernet.

export const TYPE_IPV4 = 0x0800;
export const TYPE_ARP = 0x0806;
export const TYPE_VLAN = 0x8100;
export const TYPE_IPV6 = 0x86dd;

export const BROADCAST: Uint8Array = new Uint8Array(6).fill(0xff);

export const MAC_PATTERN = /^([0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/i;

/** Of text that MAC_PATTERN takes. */
export function parseMac(text: string): Uint8Array {
  return Uint8Array.from(text.split(":"), (part) => Number.parseInt(part, 16));
}

export function formatMac(mac: Uint8Array): string {
  return Array.from(mac.subarray(0, 6), (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** Those that cards have of which nothing else is said, counted from 0. */
export function defaultMac(index: number): string {
  const last = 0x123456 + index;
  return formatMac(Uint8Array.of(0x52, 0x54, 0, (last >> 16) & 0xff, (last >> 8) & 0xff, last & 0xff));
}
