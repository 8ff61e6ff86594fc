// One power cut: a virtio disk over a host's disk that forgets what was not synced, and a guest that knows what it was promised.

import { FakeLog, FakeMemory } from "../../src/devices/testing.js";
import { VirtioBlk } from "../../src/devices/virtio/blk/device.js";
import { TestPciDriver } from "../../src/devices/virtio/testing/pci-driver.js";
import { VirtioPci } from "../../src/devices/virtio/transport/pci/transport.js";
import { HostWork } from "../../src/machine/clock/scheduler.js";
import { diskErrors } from "../../src/machine/disk-errors.js";
import { type Drive, openDrives } from "../../src/machine/drives.js";
import { TestHost } from "../../src/machine/testing.js";
import { parseArguments } from "../../src/machines/arguments.js";
import { BlockFile } from "../../src/node/block-file.js";
import type { Random } from "../../testing/random.js";
import { DiskGuest, GUEST_MEMORY } from "./guest.js";
import { HostDisk, SECTOR } from "./host-disk.js";

const SECTORS = 48;
const STEPS = 120;
/** Microtasks until all is done that can be. */
const SETTLE = 30;

export const IMAGE_SIZE = SECTORS * SECTOR;

/** A text when the device promised what the disk does not have. `file` is a file of IMAGE_SIZE bytes, which stays as it is. */
export async function cut(random: Random, file: string): Promise<string | undefined> {
  const disk = new HostDisk(SECTORS);
  const sometimes = (): (() => boolean) => {
    const often = random.pick([0, 0, 5, 30]);
    return () => random.below(100) < often;
  };
  disk.full = sometimes();
  const cache = random.pick(["writeback", "writeback", "writethrough"]);
  const werror = random.pick(["enospc", "report", "stop"]);
  const options = `if=virtio,file=disk,cache=${cache},werror=${werror}${random.below(2) ? ",format=raw" : ""}`;
  const synchronous = random.below(2) === 0;
  const what = `${options}, ${synchronous ? "file" : "asynchronous back end"}`;
  const { device, memory, backend } = await plug(options, disk, synchronous ? file : undefined);
  try {
    const broken = await run(random, disk, device, memory, synchronous ? sometimes() : undefined);
    return broken && `${what}, ${broken}`;
  } finally {
    await backend.close();
  }
}

/** `broken`: whether a sync fails. Only a file says then that the later ones are worthless. */
async function run(
  random: Random,
  disk: HostDisk,
  device: VirtioBlk,
  memory: FakeMemory,
  broken?: () => boolean,
): Promise<string | undefined> {
  const driver = new TestPciDriver(memory, new VirtioPci(device, { memory, log: new FakeLog() }));
  const guest = new DiskGuest(random, driver, memory, SECTORS);
  if (broken) disk.broken = broken;
  const steps = random.below(STEPS);
  for (let step = 0; step < steps; step++) {
    const action = random.below(20);
    if (action < 9) {
      if (guest.request() && random.below(3) > 0) guest.kick();
    } else if (action < 17) {
      if (disk.waiting > 0) disk.end(random.below(disk.waiting));
    } else if (action < 19) device.resumed();
    else if (random.below(4) === 0) guest.start(random.below(4) > 0);
    await settle();
    const failure = guest.check(disk.durable);
    if (failure) return `step ${step}: ${failure}`;
  }
  return undefined;
}

async function settle(): Promise<void> {
  for (let k = 0; k < SETTLE; k++) await undefined;
}

/** The disk as a machine has it, over the host's, by way of `file` where there is one. */
async function plug(options: string, disk: HostDisk, file: string | undefined) {
  const parsed = parseArguments(["-display", "none", "-drive", options], { name: "test", version: "0" });
  if (parsed.kind !== "machine") throw new Error("no machine");
  const openImage = async () => (file === undefined ? disk.later() : BlockFile.open(file, { calls: disk.calls() }));
  const opening = openDrives(parsed.config.drives, Object.assign(new TestHost(), { openImage }), new HostWork());
  for (let k = 0; k < 3; k++) {
    await settle();
    if (disk.waiting > 0) disk.end(0);
  }
  const [{ config, backend }] = [...(await opening).values()] as [Drive];
  const device = new VirtioBlk({
    backend,
    writeCache: config.writeCache,
    onError: diskErrors(config.id, config.werror, config.rerror, { warn() {}, stopForError() {} }),
  });
  return { device, backend, memory: new FakeMemory(GUEST_MEMORY) };
}
