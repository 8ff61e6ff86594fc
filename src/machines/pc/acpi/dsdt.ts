// The DSDT of the `pc` machine: PCI host bridge with interrupt routing through the PIIX3, and the devices that do not
// announce themselves.

import type { Aml } from "./aml.js";
import * as A from "./aml.js";
import type { AcpiOptions } from "./options.js";
import * as R from "./resources.js";

const SLOTS = 32;
const PINS = 4;
const PIRQ_REGISTERS = 0x60;
const LETTERS = ["A", "B", "C", "D"];
/** Bit of a PIIX3 route register: the PIRQ is routed nowhere. */
const UNROUTED = 0x80;
const STA_PRESENT_DISABLED = 0x9;
const STA_PRESENT_ENABLED = 0xb;
const APM_PORTS = 2;
const FW_CFG_PORTS = 12;
const HPET_BYTES = 0x400;

/** The definition block's content. */
export function dsdt(options: AcpiOptions): Aml {
  const { sleepS3, sleepS5, cpus, hpet } = options;
  const systemBus = [
    ...cpus.map((id, n) =>
      A.device(`CP${hex2(n)}`, A.name("_HID", A.string("ACPI0007")), A.name("_UID", A.integer(id))),
    ),
    pciHost(options),
    // the route registers lie in the configuration space of the PIIX3; links are children of the system bus
    ...LETTERS.map((letter, n) => link(letter, n, options)),
    ...(hpet === undefined ? [] : [hpetDevice(hpet)]),
    reserved(options),
  ];
  return A.concat(
    // The general purpose events (ACPI 6.5, 9.10): none of them has a method, nothing is plugged in while the machine runs.
    A.scope("\\_GPE", A.name("_HID", A.string("ACPI0006"))),
    A.scope("\\_SB", ...systemBus),
    sleepState("\\_S3", sleepS3),
    sleepState("\\_S5", sleepS5),
  );
}

/** What to write to SLP_TYP of both PM1 control registers (7.4.2). */
function sleepState(name: string, type: number): Aml {
  return A.name(name, A.pack(A.integer(type), A.integer(type), A.integer(0), A.integer(0)));
}

function pciHost(options: AcpiOptions): Aml {
  const { isaSlot, pciMemory, fwCfg } = options;
  const resources = R.template(
    R.busNumbers(0, 0xff),
    R.ports(0xcf8, 8),
    R.portWindow(0, 0xcf7),
    R.portWindow(0xd00, 0xffff),
    R.memoryWindow(0xa0000, 0xbffff, true),
    ...pciMemory.map(({ first, end }) => R.memoryWindow(first, end)),
  );
  const isa = A.device(
    "ISA",
    A.name("_ADR", A.integer(isaSlot * 0x10000)),
    A.operationRegion("PIRR", A.PCI_CONFIG, PIRQ_REGISTERS, LETTERS.length),
    A.byteFields(
      "PIRR",
      LETTERS.map((letter) => `PRQ${letter}`),
    ),
    ...isaDevices(options),
  );
  return A.device(
    "PCI0",
    A.name("_HID", A.eisaId("PNP0A03")),
    A.name("_UID", A.integer(0)),
    A.name("_CRS", resources),
    A.name("_PRT", routing(options)),
    ...(fwCfg === undefined ? [] : [fwCfgDevice(fwCfg)]),
    isa,
  );
}

/** QEMU's firmware configuration device, by which drivers find it (QEMU documentation, "fw_cfg", ACPI interface). */
function fwCfgDevice(port: number): Aml {
  return A.device(
    "FWCF",
    A.name("_HID", A.string("QEMU0002")),
    A.name("_STA", A.integer(STA_PRESENT_ENABLED)),
    A.name("_CRS", R.template(R.ports(port, FW_CFG_PORTS))),
  );
}

/** Every pin of every slot goes to one of the links. */
function routing({ pirqOf }: AcpiOptions): Aml {
  const entries: Aml[] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    for (let pin = 1; pin <= PINS; pin++) {
      const source = A.path(`\\_SB.LNK${LETTERS[pirqOf(slot, pin)]}`);
      entries.push(A.pack(A.integer(slot * 0x10000 + 0xffff), A.integer(pin - 1), source, A.integer(0)));
    }
  }
  return A.pack(...entries);
}

/** An interrupt link device (ACPI 6.5, 6.2.13): PIRQ `n`, routed by a byte of the PIIX3. */
function link(letter: string, n: number, { pirqIrqs }: AcpiOptions): Aml {
  const route = A.path(`\\_SB.PCI0.ISA.PRQ${letter}`);
  const unrouted = A.and(route, A.integer(UNROUTED));
  return A.device(
    `LNK${letter}`,
    A.name("_HID", A.eisaId("PNP0C0F")),
    A.name("_UID", A.integer(n)),
    A.name("_PRS", R.template(R.interrupts(...pirqIrqs))),
    A.name("BUFF", R.template(R.interrupts(0))),
    A.createDWordField(A.path("BUFF"), R.INTERRUPT_NUMBER, "IRQV"),
    A.method(
      "_STA",
      0,
      false,
      A.ifTrue(unrouted, A.giveBack(A.integer(STA_PRESENT_DISABLED))),
      A.giveBack(A.integer(STA_PRESENT_ENABLED)),
    ),
    A.method("_DIS", 0, false, A.store(A.or(route, A.integer(UNROUTED)), route)),
    A.method(
      "_CRS",
      0,
      true,
      A.ifTrue(unrouted, A.store(A.integer(0), A.path("IRQV"))),
      A.otherwise(A.store(A.and(route, A.integer(15)), A.path("IRQV"))),
      A.giveBack(A.path("BUFF")),
    ),
    A.method("_SRS", 1, true, A.createDWordField(A.ARG0, R.INTERRUPT_NUMBER, "IRQW"), A.store(A.path("IRQW"), route)),
  );
}

function isaDevices({ serial, i8042, rtc }: AcpiOptions): Aml[] {
  const simple = (name: string, id: string, ...resources: Aml[]) =>
    A.device(name, A.name("_HID", A.eisaId(id)), A.name("_CRS", R.template(...resources)));
  const devices = serial.map(({ port, irq }, n) =>
    A.device(
      `COM${n + 1}`,
      A.name("_HID", A.eisaId("PNP0501")),
      A.name("_UID", A.integer(n + 1)),
      A.name("_CRS", R.template(R.ports(port, 8), R.irq(irq))),
    ),
  );
  devices.push(simple("RTC", "PNP0B00", R.ports(rtc.port, rtc.length), R.irq(rtc.irq)));
  if (i8042) {
    devices.push(simple("KBD", "PNP0303", R.ports(0x60, 1), R.ports(0x64, 1), R.irq(1)));
    devices.push(simple("MOU", "PNP0F13", R.irq(12)));
  }
  return devices;
}

function hpetDevice(address: number): Aml {
  return A.device(
    "HPET",
    A.name("_HID", A.eisaId("PNP0103")),
    A.name("_UID", A.integer(0)),
    A.name("_CRS", R.template(R.fixedMemory(address, HPET_BYTES, false))),
  );
}

/** Ports inside the windows of PCI that no BAR may be placed on. */
function reserved({ gpe, smi }: AcpiOptions): Aml {
  const used = [R.ports(gpe.port, gpe.length), R.ports(smi.port, APM_PORTS)];
  return A.device(
    "RES",
    A.name("_HID", A.eisaId("PNP0C02")),
    A.name("_UID", A.integer(1)),
    A.name("_CRS", R.template(...used)),
  );
}

function hex2(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, "0");
}
