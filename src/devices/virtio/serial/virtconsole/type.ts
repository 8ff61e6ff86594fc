import { definePort } from "../port-type.js";

export const device = definePort("virtconsole", "console of a virtio-serial device", "name, which guests show");
