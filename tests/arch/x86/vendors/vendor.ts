// Who made a processor, as far as results depend on it.

import { readFileSync } from "node:fs";

/** "other": a maker whose results nobody has recorded. */
export type Vendor = "intel" | "amd" | "other";

/** By CPUID's leaf 0. Hygon's processors are AMD's design. */
const VENDORS: Readonly<Record<string, Vendor>> = { GenuineIntel: "intel", AuthenticAMD: "amd", HygonGenuine: "amd" };

export function vendorOf(id: string): Vendor {
  return VENDORS[id] ?? "other";
}

/** The maker of this host's processor. */
export function hostVendor(): Vendor {
  try {
    const id = /^vendor_id\s*:\s*(\S+)/m.exec(readFileSync("/proc/cpuinfo", "latin1"));
    return vendorOf(id?.[1] ?? "");
  } catch {
    return "other";
  }
}
