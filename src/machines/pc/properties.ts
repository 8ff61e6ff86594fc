// What -machine pc,NAME=VALUE can say.

const OFF = ["off", "false", "no"];
const ON = ["on", "true", "yes", "auto"];

export const PROPERTIES = {
  acpi: { type: "switch-auto", default: true, text: "ACPI tables" },
  hpet: { type: "switch", default: true, text: "high precision event timer" },
  i8042: { type: "switch", default: true, text: "keyboard controller" },
  pic: { type: "switch-auto", default: true, text: "interrupt controllers of the ISA bus" },
  pit: { type: "switch-auto", default: true, text: "interval timer" },
  "max-ram-below-4g": { type: "size", text: "most RAM below 4 GiB" },
  usb: { type: "fixed", words: OFF, text: "there is no USB" },
  smm: { type: "fixed", words: [...OFF, "auto"], text: "there is no system management mode" },
  sata: { type: "fixed", words: OFF, text: "there is no SATA" },
  smbus: { type: "fixed", words: ON, text: "there is an SMBus" },
  vmport: { type: "fixed", words: [...OFF, "auto"], text: "there is no VMware port" },
  nvdimm: { type: "fixed", words: OFF, text: "there are no NVDIMMs" },
} as const;
