import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { LISTING } from "../guests/listing.js";
import { listGuest } from "./listing.js";

const folder = mkdtempSync(join(tmpdir(), "wasmachine-listing-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const listed = () => JSON.parse(readFileSync(join(folder, LISTING), "utf8"));

it("lists the folder's own guest first, and each guest once", () => {
  const riscv = join(folder, "riscv64");
  mkdirSync(riscv);
  writeFileSync(
    join(riscv, "guest.json"),
    JSON.stringify({ kernel: "6.12", sizes: { Image: 1, initrd: 2, "rootfs.bin": 3 } }),
  );
  listGuest(folder, riscv, { guest: "riscv64", program: "wasmachine-system-riscv64", image: "Image" });
  const other = {
    name: "riscv64",
    title: "riscv64: Debian, Linux 6.12",
    arguments: [
      "wasmachine-system-riscv64 -m 512M -kernel riscv64/Image -initrd riscv64/initrd",
      "-drive if=virtio,format=raw,file=riscv64/rootfs.bin",
      '-append "console=ttyS0 quiet root=/dev/vda"',
    ].join("\n"),
  };
  expect(listed()).toEqual([other]);

  writeFileSync(join(folder, "guest.json"), JSON.stringify({ key: "own", sizes: { bzImage: 1 } }));
  for (let times = 0; times < 2; times++)
    listGuest(folder, folder, { guest: "x86_64", program: undefined, image: "bzImage" });
  const own = {
    name: "x86_64",
    title: "x86_64: Linux of one's own",
    arguments: '-m 512M -kernel bzImage\n-append "console=ttyS0 quiet"',
  };
  expect(listed()).toEqual([own, other]);
});
