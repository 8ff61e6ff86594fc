// Systems of Debian's that boot from one file and want a BIOS or a multiboot loader.

import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { packageFile } from "../../../src/images/testing/packages.js";
import { ROOT } from "../../../testing/guest.js";

const CACHE = `${ROOT}build/guest-cache`;

function debian(name: string, file: string): string {
  return packageFile("amd64", name, file, CACHE, (text) => console.error(`tests: ${text}`));
}

/** iPXE as a kernel that is all setup code. */
export function ipxe(): string {
  return debian("ipxe", "boot/ipxe.lkrn");
}

/** memtest86+ as a kernel with a 64-bit entry. */
export function memtest(): string {
  return debian("memtest86+", "boot/memtest86+x64.bin");
}

/** The Xen hypervisor, unpacked to `output`: the loader of a multiboot kernel does not unpack it. */
export function xen(output: string): string {
  writeFileSync(output, gunzipSync(readFileSync(debian("xen-hypervisor-4.17-amd64", "boot/xen-4.17-amd64.gz"))));
  return output;
}
