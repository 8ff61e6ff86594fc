// Made by tools/registries.mjs out of the folders: every one with a type.ts is here. Not to be changed by hand.

import { device as storageNvme } from "./storage/nvme/type.js";
import { device as testDebugcon } from "./test/debugcon/type.js";
import { device as testDebugexit } from "./test/debugexit/type.js";
import { device as testPctestdev } from "./test/pctestdev/type.js";
import { device as uartSerial16550 } from "./uart/serial16550/type.js";
import { device as virtio9p } from "./virtio/9p/type.js";
import { device as virtioBlk } from "./virtio/blk/type.js";
import { device as virtioFs } from "./virtio/fs/type.js";
import { device as virtioNet } from "./virtio/net/type.js";
import { device as virtioRng } from "./virtio/rng/type.js";
import { device as virtioSerial } from "./virtio/serial/type.js";
import { device as virtioSerialVirtconsole } from "./virtio/serial/virtconsole/type.js";
import { device as virtioSerialVirtserialport } from "./virtio/serial/virtserialport/type.js";
import { transport as virtioTransportMmio } from "./virtio/transport/mmio/type.js";
import { transport as virtioTransportPci } from "./virtio/transport/pci/type.js";

// biome-ignore format: made
export const DEVICE_TYPES = [
  storageNvme,
  testDebugcon,
  testDebugexit,
  testPctestdev,
  uartSerial16550,
  virtio9p,
  virtioBlk,
  virtioFs,
  virtioNet,
  virtioRng,
  virtioSerial,
  virtioSerialVirtconsole,
  virtioSerialVirtserialport,
] as const;

// biome-ignore format: made
export const TRANSPORT_TYPES = [
  virtioTransportMmio,
  virtioTransportPci,
] as const;
