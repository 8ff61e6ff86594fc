import { DEVICE_TYPES, TRANSPORT_TYPES } from "./list.js";
import { type DeviceOptions, DeviceRegistry } from "./registry/registry.js";

/** Every device of this house. */
export const DEVICES = new DeviceRegistry(DEVICE_TYPES, TRANSPORT_TYPES);

/** A device as an object, typed by the rows of its folder; virtio devices without their transport's properties. */
export type AnyDeviceOptions = DeviceOptions<(typeof DEVICE_TYPES)[number]>;
