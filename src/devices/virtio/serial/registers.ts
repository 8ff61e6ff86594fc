// Constants of the console device. Virtio 1.2, section 5.3.

export const F_SIZE = 0;
export const F_MULTIPORT = 1;
export const F_EMERG_WRITE = 2;

/** Configuration space, section 5.3.4. */
export const CONFIG_COLUMNS = 0;
export const CONFIG_ROWS = 2;
export const CONFIG_MAX_PORTS = 4;
export const CONFIG_EMERGENCY = 8;
export const CONFIG_SIZE = 12;

/** Queues of the control messages; those of port 0 come before, those of the others behind. Section 5.3.2. */
export const CONTROL_IN = 2;
export const CONTROL_OUT = 3;

/** A control message: port, event, value. Section 5.3.6.2. */
export const MESSAGE_SIZE = 8;
export const DEVICE_READY = 0;
export const PORT_ADD = 1;
export const PORT_READY = 3;
export const CONSOLE_PORT = 4;
export const RESIZE = 5;
export const PORT_OPEN = 6;
export const PORT_NAME = 7;

/** The queue that a port's input is put into; its output comes by the next one. */
export function inputQueue(port: number): number {
  return port === 0 ? 0 : 2 * port + 2;
}

/** The port whose queue this is, of those that are no control queues. */
export function portOf(queue: number): number {
  return queue < 2 ? 0 : (queue >> 1) - 1;
}
