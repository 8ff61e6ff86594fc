// The device tree of `spike`, with QEMU's nodes.

import { TreeNode } from "../../boot/fdt/tree.js";
import { MSI, MTI } from "../virt/riscv/hart.js";
import { addChosen, addCpus, addNode, type TreeOptions, toHarts } from "../virt/riscv/tree.js";
import * as map from "./map.js";

export interface SpikeTreeOptions extends Pick<TreeOptions, "ramSize" | "harts" | "extensions" | "mmu" | "chosen"> {
  /** The program does not say where HTIF is: the tree does. */
  readonly fixed: boolean;
}

const HTIF_SIZE = 0x1000;

export function spikeTree(options: SpikeTreeOptions): TreeNode {
  const root = new TreeNode("");
  root.set("#address-cells", [2]).set("#size-cells", [2]);
  root.set("compatible", "ucbbar,spike-bare-dev").set("model", "ucbbar,spike-bare,qemu");
  addChosen(root, options.chosen);
  root.have("chosen").set("stdout-path", "/htif");
  const htif = root.add("htif").set("compatible", "ucb,htif0");
  if (options.fixed) htif.set("reg", [BigInt(map.HTIF), BigInt(HTIF_SIZE)]);
  const memory = root.add(`memory@${map.RAM_BASE.toString(16)}`);
  memory.set("device_type", "memory").set("reg", [BigInt(map.RAM_BASE), BigInt(options.ramSize)]);
  const controllers = addCpus(root, options);
  const soc = root.add("soc").set("#address-cells", [2]).set("#size-cells", [2]);
  soc.set("compatible", "simple-bus").set("ranges", true);
  addNode(soc, map.CLINT).set("interrupts-extended", toHarts(controllers, MSI, MTI));
  return root;
}
