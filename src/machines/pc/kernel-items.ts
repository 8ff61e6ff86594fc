// The items of fw_cfg about the kernel of -kernel: address, size and bytes of each part.

import * as F from "../../devices/firmware/fwcfg/fwcfg.js";
import type { BootContext, PlacedPart } from "./boot/interfaces.js";

const ITEMS: Record<PlacedPart, { address: number; size: number; data: number }> = {
  kernel: { address: F.FW_CFG_KERNEL_ADDR, size: F.FW_CFG_KERNEL_SIZE, data: F.FW_CFG_KERNEL_DATA },
  setup: { address: F.FW_CFG_SETUP_ADDR, size: F.FW_CFG_SETUP_SIZE, data: F.FW_CFG_SETUP_DATA },
  initrd: { address: F.FW_CFG_INITRD_ADDR, size: F.FW_CFG_INITRD_SIZE, data: F.FW_CFG_INITRD_DATA },
  "command line": { address: F.FW_CFG_CMDLINE_ADDR, size: F.FW_CFG_CMDLINE_SIZE, data: F.FW_CFG_CMDLINE_DATA },
};

/** Tells fw_cfg what the loaders report. */
export function kernelItems(fwCfg: F.FwCfg): NonNullable<BootContext["placed"]> {
  return (part, address, bytes, entry) => {
    const item = ITEMS[part];
    fwCfg.addU32(item.address, address);
    fwCfg.addU32(item.size, bytes.length);
    fwCfg.add(item.data, bytes);
    if (entry !== undefined) fwCfg.addU32(F.FW_CFG_KERNEL_ENTRY, entry);
  };
}
