// Folders.

import { applyFsdev, applyVirtfs } from "../folder.js";
import type { OptionSection } from "../row.js";

const LOCAL = "path=path,security_model=mapped-file|passthrough|none[,readonly=on|off]";

export const FOLDERS: OptionSection = {
  title: "Options of shared folders",
  rows: [
    {
      names: ["fsdev"],
      argument: `local,id=id,${LOCAL} or memory,id=id[,size=size][,archive=file]`,
      help: "folder of the host, or one in memory (empty, or with the files of a tar or zip archive), for a -device virtio-9p-pci,fsdev=id,mount_tag=tag",
      apply: applyFsdev,
    },
    {
      names: ["virtfs"],
      argument: `local,mount_tag=tag,${LOCAL}[,id=id] or memory,mount_tag=tag[,size=size][,archive=file]`,
      help: "the same and its device (Linux: mount -t 9p -o trans=virtio,version=9p2000.L tag /mnt)",
      apply: applyVirtfs,
    },
  ],
};
