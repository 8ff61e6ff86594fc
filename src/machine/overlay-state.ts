// What was written to a disk whose image is only read (-snapshot), in a saved state.

import type { MemoryClusters } from "../block/clusters.js";
import type { Overlay } from "../block/overlay.js";
import type { DeviceState, Stateful } from "../devices/interfaces.js";
import type { StateReader } from "../devices/state.js";

const MOST_CLUSTERS = 2 ** 24;

export class OverlayState implements Stateful {
  readonly stateVersion = 1;

  constructor(private readonly overlay: Overlay<MemoryClusters>) {}

  save(): DeviceState {
    return { clusters: this.overlay.clusters.saved().map((cluster) => ({ ...cluster })) };
  }

  load(state: StateReader): void {
    const clusters = state.list("clusters").map((part) => ({
      index: part.uint("index", MOST_CLUSTERS),
      data: part.bytes("data"),
      present: part.bytes("present"),
    }));
    try {
      this.overlay.clusters.replace(clusters, this.overlay.size);
    } catch (error) {
      state.fail("clusters", `what this disk has (${(error as Error).message})`);
    }
  }
}
