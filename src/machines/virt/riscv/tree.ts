// The device tree of RISC-V's `virt`, with QEMU's nodes. Bindings: Devicetree Specification 0.4, chapter 3, and Linux,
// Documentation/devicetree/bindings.

import { type Cell, TreeNode } from "../../../boot/fdt/tree.js";
import { MTIMER_HZ } from "../../../devices/irqchip/aclint/mtimer.js";
import { MTIME, MTIMER_SIZE, SWI_SIZE } from "../../../devices/irqchip/aclint/registers.js";
import { bridgeLine } from "../../../devices/pci/bus.js";
import { FINISHER_PASS, FINISHER_RESET } from "../../../devices/test/sifivetest/sifivetest.js";
import { MEI, MSI, MTI, SEI, SSI } from "./hart.js";
import * as map from "./map.js";

export interface TreeOptions {
  readonly ramSize: number;
  readonly harts: number;
  /** Extensions in the order of the ISA string: "i", "m", then those with longer names. */
  readonly extensions: readonly string[];
  /** The widest page tables: "riscv,sv57". */
  readonly mmu: string;
  readonly chosen?: {
    readonly commandLine?: string | undefined;
    readonly initrd?: { readonly start: number; readonly end: number } | undefined;
    readonly seed?: Uint8Array | undefined;
  };
  /** The interruptor is told of in parts, with one for the supervisor (-machine aclint=on). */
  readonly aclint?: boolean;
  /** Memory of the firmware, which nobody else may use. */
  readonly firmware?: { readonly address: number; readonly size: number } | undefined;
}

/** What a PCI unit address has of a slot, and of a pin. */
const SLOT_SHIFT = 11;
const LINES = 4;

export function virtTree(options: TreeOptions): TreeNode {
  const root = new TreeNode("");
  root.set("#address-cells", [2]).set("#size-cells", [2]);
  root.set("compatible", "riscv-virtio").set("model", "riscv-virtio,qemu");
  addFlashes(root);
  addCounters(root);
  addChosen(root, options.chosen);
  root.have("chosen").set("stdout-path", `/soc/${map.UART.node}@${map.UART.address.toString(16)}`);
  addNode(root, map.FW_CFG);
  const memory = root.add(`memory@${map.RAM_BASE.toString(16)}`);
  memory.set("device_type", "memory").set("reg", [BigInt(map.RAM_BASE), BigInt(options.ramSize)]);
  if (options.firmware) addReserved(root, options.firmware);
  const controllers = addCpus(root, options);

  const soc = root.add("soc").set("#address-cells", [2]).set("#size-cells", [2]);
  soc.set("compatible", "simple-bus").set("ranges", true);
  const nodes = new Map(map.CHIPS.map((place) => [place, addNode(soc, place)]));
  const plic = nodes.get(map.PLIC)!;
  for (const [{ irq }, node] of nodes) {
    if (irq !== undefined) node.set("interrupts", [irq]).set("interrupt-parent", [plic]);
  }
  plic.set("interrupts-extended", toHarts(controllers, MEI, SEI));
  if (options.aclint) addAclint(soc, controllers);
  else addNode(soc, map.CLINT).set("interrupts-extended", toHarts(controllers, MSI, MTI));
  addPci(nodes.get(map.ECAM)!, plic, options.ramSize);

  const test = nodes.get(map.TEST)!;
  for (const [name, value] of [
    ["poweroff", FINISHER_PASS],
    ["reboot", FINISHER_RESET],
  ] as const) {
    root.add(name).set("compatible", `syscon-${name}`).set("regmap", [test]).set("offset", [0]).set("value", [value]);
  }
  return root;
}

/** Interrupts of every hart, as a list of controllers and numbers. */
export function toHarts(controllers: readonly TreeNode[], ...numbers: number[]): Cell[] {
  return controllers.flatMap((controller) => numbers.flatMap((number): Cell[] => [controller, number]));
}

export function addNode(parent: TreeNode, { node, address, size, compatible, properties = {} }: map.Place): TreeNode {
  const made = parent.add(`${node}@${address.toString(16)}`);
  made.set("compatible", compatible).set("reg", [BigInt(address), BigInt(size)]);
  for (const [name, value] of Object.entries(properties)) made.set(name, value);
  return made;
}

/** What a boot says of itself, in a tree of any origin. */
export function addChosen(
  root: TreeNode,
  { commandLine, initrd, seed }: NonNullable<TreeOptions["chosen"]> = {},
): void {
  const node = root.have("chosen");
  if (commandLine !== undefined) node.set("bootargs", commandLine);
  if (initrd) node.set("linux,initrd-start", [BigInt(initrd.start)]).set("linux,initrd-end", [BigInt(initrd.end)]);
  if (seed) node.set("rng-seed", seed);
}

function addFlashes(root: TreeNode): void {
  const { address } = map.FLASH;
  const size = BigInt(map.FLASH_SIZE);
  root
    .add(`flash@${address.toString(16)}`)
    .set("compatible", "cfi-flash")
    .set("reg", [BigInt(address), size, BigInt(address) + size, size])
    .set("bank-width", [4]);
}

/**
 * Which counters count an event, for firmware (OpenSBI's "riscv,pmu"): from and to which event of the SBI specification, and bits of the
 * counters. There are no others than those of cycles and of instructions.
 */
function addCounters(root: TreeNode): void {
  root
    .add("pmu")
    .set("compatible", "riscv,pmu")
    .set("riscv,event-to-mhpmcounters", [...[1, 1, 1], ...[2, 2, 4]]);
}

/** RISC-V ACLINT specification; the counter lies behind the comparators. */
function addAclint(soc: TreeNode, controllers: readonly TreeNode[]): void {
  const mtimer = map.CLINT.address + SWI_SIZE;
  const part = (name: string, reg: Cell[], number: number): TreeNode =>
    soc
      .add(`${name}@${reg[0]!.toString(16)}`)
      .set("compatible", `riscv,aclint-${name}`)
      .set("reg", reg)
      .set("interrupts-extended", toHarts(controllers, number));
  const software = (name: string, address: number, number: number): void => {
    part(name, [BigInt(address), BigInt(SWI_SIZE)], number)
      .set("interrupt-controller", true)
      .set("#address-cells", [0])
      .set("#interrupt-cells", [0]);
  };
  software("mswi", map.CLINT.address, MSI);
  const counter = [BigInt(mtimer + MTIME), BigInt(MTIMER_SIZE - MTIME)];
  part("mtimer", [...counter, BigInt(mtimer), BigInt(MTIME)], MTI);
  software("sswi", map.SSWI, SSI);
}

function addReserved(root: TreeNode, { address, size }: { address: number; size: number }): void {
  const reserved = root.add("reserved-memory").set("#address-cells", [2]).set("#size-cells", [2]).set("ranges", true);
  reserved
    .add(`mmode_resv0@${address.toString(16)}`)
    .set("reg", [BigInt(address), BigInt(size)])
    .set("no-map", true);
}

/** The harts; answers their interrupt controllers. */
export function addCpus(
  root: TreeNode,
  { harts, extensions, mmu }: Pick<TreeOptions, "harts" | "extensions" | "mmu">,
): TreeNode[] {
  const cpus = root.add("cpus").set("#address-cells", [1]).set("#size-cells", [0]);
  cpus.set("timebase-frequency", [MTIMER_HZ]);
  const nodes = Array.from({ length: harts }, (_, hart) => cpus.add(`cpu@${hart.toString(16)}`));
  nodes.forEach((node, hart) => {
    node.set("device_type", "cpu").set("reg", [hart]).set("status", "okay").set("compatible", "riscv");
    node.set("riscv,isa", isaString(extensions)).set("riscv,isa-base", "rv64i");
    node.set("riscv,isa-extensions", extensions).set("mmu-type", mmu);
    if (extensions.includes("zicbom")) node.set("riscv,cbom-block-size", [64]);
    if (extensions.includes("zicboz")) node.set("riscv,cboz-block-size", [64]);
  });
  const cluster = cpus.add("cpu-map").add("cluster0");
  nodes.forEach((node, hart) => {
    cluster.add(`core${hart}`).set("cpu", [node]);
  });
  return nodes.map((node) =>
    node
      .add("interrupt-controller")
      .set("#interrupt-cells", [1])
      .set("#address-cells", [0])
      .set("interrupt-controller", true)
      .set("compatible", "riscv,cpu-intc"),
  );
}

/** "rv64imac_zicsr". */
function isaString(extensions: readonly string[]): string {
  const letters = extensions.filter((name) => name.length === 1).join("");
  return [`rv64${letters}`, ...extensions.filter((name) => name.length > 1)].join("_");
}

/** Windows and interrupt lines (IEEE 1275's binding for PCI). */
function addPci(node: TreeNode, plic: TreeNode, ramSize: number): void {
  const { PCI_PORTS, PCI_MEMORY, PCI_HIGH_SIZE } = map;
  const high = BigInt(map.pciHigh(ramSize));
  node.set("ranges", [
    ...[0x0100_0000, 0n, BigInt(PCI_PORTS.address), BigInt(PCI_PORTS.size)],
    ...[0x0200_0000, BigInt(PCI_MEMORY.address), BigInt(PCI_MEMORY.address), BigInt(PCI_MEMORY.size)],
    ...[0x0300_0000, high, high, BigInt(PCI_HIGH_SIZE)],
  ]);
  node.set("interrupt-map-mask", [(LINES - 1) << SLOT_SHIFT, 0, 0, 7]);
  const wires: Cell[] = [];
  for (let slot = 0; slot < LINES; slot++) {
    for (let pin = 1; pin <= LINES; pin++) {
      wires.push(slot << SLOT_SHIFT, 0, 0, pin, plic, map.PCI_IRQ + bridgeLine(slot, pin));
    }
  }
  node.set("interrupt-map", wires);
}
