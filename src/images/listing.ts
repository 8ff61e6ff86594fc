// Enters guests that have been built in the list of a page's folder (guests.json).

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { LISTING, type ListedGuest, readListing } from "../guests/listing.js";

interface Stamp {
  kernel?: string;
  sizes: Readonly<Record<string, number>>;
}

export interface Listed {
  /** Its processor. */
  guest: string;
  /** Name of the program that runs it; undefined where that is the usual one. */
  program: string | undefined;
  /** The kernel's file. */
  image: string;
}

/** Adds the guest in `out`, which is `folder` or a folder in it, to the listing of `folder`, or replaces what stood there for it. */
export function listGuest(folder: string, out: string, { guest, program, image }: Listed): void {
  const stamp = JSON.parse(readFileSync(join(out, "guest.json"), "utf8")) as Stamp;
  const place = relative(folder, out).split(sep).join("/");
  const file = (name: string) => (place ? `${place}/${name}` : name);
  const disk = "rootfs.bin" in stamp.sizes;
  const words = [
    ...(program ? [program] : []),
    `-m 512M -kernel ${file(image)}`,
    ...("initrd" in stamp.sizes ? [`-initrd ${file("initrd")}`] : []),
  ];
  const lines = [
    words.join(" "),
    ...(disk ? [`-drive if=virtio,format=raw,file=${file("rootfs.bin")}`] : []),
    `-append "console=ttyS0 quiet${disk ? " root=/dev/vda" : ""}"`,
  ];
  const title = stamp.kernel ? `Debian, Linux ${stamp.kernel}` : "Linux of one's own";
  const entry: ListedGuest = { name: place || guest, title: `${guest}: ${title}`, arguments: lines.join("\n") };
  const path = join(folder, LISTING);
  const others = existsSync(path) ? readListing(readFileSync(path, "utf8"), path) : [];
  const rest = others.filter(({ name }) => name !== entry.name);
  // The folder's own guest comes first: a page begins with that.
  const all = place ? [...rest, entry] : [entry, ...rest];
  writeFileSync(path, `${JSON.stringify(all, null, 2)}\n`);
}
