import { definePort } from "../port-type.js";

export const device = definePort("virtserialport", "port of a virtio-serial device", "name by which a guest finds it");
