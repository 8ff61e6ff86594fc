// Opens the disks of a configuration: raw format on the host's image, writes in memory under -snapshot, in layers under overlay=.

import type { FormatImage } from "../block/formats/format.js";
import { openFormat } from "../block/formats/open.js";
import { type BlockBackend, BlockError } from "../block/interfaces.js";
import { MemoryOverlay } from "../block/overlay.js";
import type { DriveConfig } from "../options/config.js";
import type { HostWork } from "./clock/scheduler.js";
import { DriveBackend } from "./drive-backend.js";
import { MachineError, type MachineHost } from "./host.js";
import { OverlayState } from "./overlay-state.js";
import { Throttles } from "./throttles.js";

export interface Drive {
  config: DriveConfig;
  backend: DriveBackend;
  /** The image in its format, without what is kept in memory over it. */
  disk: FormatImage;
  /** Its requests wait no more for their turn. */
  lift: () => void;
  /** What was written, where that is kept in memory. */
  written?: OverlayState;
}

/** Rejects with MachineError naming the drive when an image cannot be used; images opened before it are closed. */
export async function openDrives(
  drives: readonly DriveConfig[],
  host: MachineHost,
  work: HostWork,
): Promise<Map<string, Drive>> {
  const opened = new Map<string, Drive>();
  const throttles = new Throttles(host);
  try {
    for (const config of drives) {
      refuseShared(config, drives);
      // With -snapshot the image is only read, so it may be one that cannot be written.
      const image = await host.openImage(keepsElsewhere(config) ? { ...config, readOnly: true } : config);
      if (image.size === 0) {
        host.warn(
          `drive ${config.id}: '${config.file}' is empty, and so is the disk ("truncate -s 1G FILE" gives it a size)`,
        );
      }
      try {
        const disk = await openDisk(image, config, host);
        const lasting = config.overlay === undefined ? disk : await openLayers(disk, config, config.overlay, host);
        const overlay = config.snapshot ? new MemoryOverlay(lasting) : undefined;
        const throttled = throttles.over(overlay ?? lasting, config.throttle);
        const backend = new DriveBackend(throttled.disk, config, work);
        const { lift } = throttled;
        opened.set(config.id, {
          config,
          disk,
          backend,
          lift,
          ...(overlay ? { written: new OverlayState(overlay) } : {}),
        });
      } catch (error) {
        await image.close();
        throw error;
      }
    }
  } catch (error) {
    for (const { backend } of opened.values()) await backend.close();
    if (error instanceof BlockError) throw new MachineError(error.message, { code: "ERR_FILE", cause: error });
    throw error;
  }
  return opened;
}

/** What the guest writes is not written to the image. */
function keepsElsewhere({ snapshot, overlay }: DriveConfig): boolean {
  return snapshot || overlay !== undefined;
}

async function openLayers(
  image: BlockBackend,
  { id, readOnly }: DriveConfig,
  name: string,
  host: MachineHost,
): Promise<BlockBackend> {
  if (!host.openOverlay) {
    throw new MachineError(
      `drive ${id}: overlay=opfs:${name} is a page's own file system: elsewhere a qcow2 image with a backing file keeps writes apart`,
    );
  }
  if (readOnly) throw new MachineError(`drive ${id}: overlay=opfs:${name} keeps writes, and readonly=on allows none`);
  return host.openOverlay(name, image);
}

/** Two drives have one image only where both read it; other names of one file are the host's to find out. */
function refuseShared(config: DriveConfig, drives: readonly DriveConfig[]): void {
  const reads = (drive: DriveConfig): boolean => drive.readOnly || keepsElsewhere(drive) || drive.locking === false;
  const other = drives.find(({ file }) => file === config.file)!;
  if (other === config || (reads(config) && reads(other))) return;
  throw new MachineError(
    `drive ${config.id}: '${config.file}' is the image of drive ${other.id} already: use a copy of it, or let both only read it (readonly=on, snapshot=on)`,
  );
}

/** Brings every disk's writes to the host's disk and closes all of them; rejects with MachineError naming those that failed. */
export async function closeDrives(drives: Iterable<Drive>): Promise<void> {
  const failed: string[] = [];
  for (const { config, backend } of drives) {
    const note = (error: Error): void => void failed.push(`drive ${config.id}: ${error.message}`);
    await backend.flush().catch(note);
    await backend.close().catch(note);
  }
  if (failed.length > 0) throw new MachineError(failed.join("; "));
}

/** The disk in an image. Throws MachineError when it is not what the drive is to be; only images whose format is not said are probed. */
async function openDisk(image: BlockBackend, config: DriveConfig, host: MachineHost): Promise<FormatImage> {
  const { id, file, format } = config;
  if (!config.readOnly && !keepsElsewhere(config) && image.readOnly) {
    throw new MachineError(`drive ${id}: '${file}' is read-only (readonly=on or snapshot=on uses it as it is)`);
  }
  try {
    return await openFormat(image, {
      file,
      format,
      readOnly: image.readOnly || config.readOnly || keepsElsewhere(config),
      guarded: true,
      open: (name) => host.openImage({ ...config, file: name, readOnly: true }),
      warn: (message) => host.warn(`drive ${id}: ${message}`),
    });
  } catch (error) {
    if (!(error instanceof BlockError)) throw error;
    throw new MachineError(`drive ${id}: ${error.message}`, { cause: error });
  }
}
