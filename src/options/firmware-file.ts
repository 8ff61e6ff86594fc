// -fw_cfg: a file of the firmware configuration device, by the name under which a guest finds it.

import type { FirmwareFile, MachineConfig } from "./config.js";
import { optionError } from "./error.js";
import { applyList } from "./keyval.js";

/** Bytes of a name, as the device has room for them. */
const NAME_BYTES = 55;
/** Names that QEMU's documents leave to users. */
const USERS = "opt/";

/** [name=]NAME,file=FILE or [name=]NAME,string=TEXT */
export function applyFirmwareFile(config: MachineConfig, option: string, value: string): void {
  const file: FirmwareFile = { name: "" };
  applyList<FirmwareFile>(option, value, "name", file, {
    name: (target, text, fail) => {
      if (!/^[\x21-\x7e]*$/.test(text)) fail(`name=${text}: a name has ASCII characters and no blanks`);
      if (text.length > NAME_BYTES) fail(`name=${text} is too long (at most ${NAME_BYTES} characters)`);
      target.name = text;
    },
    file: (target, text) => {
      target.file = text;
    },
    string: (target, text) => {
      target.text = text;
    },
    gen_id: (_target, text, fail) => fail(`gen_id=${text} is not supported: give file= or string=`),
  });
  const fail = (message: string): never => {
    throw optionError(option, value, message);
  };
  if (file.name === "") fail("Parameter 'name' is missing");
  if ((file.file === undefined) === (file.text === undefined)) fail("either file= or string= is needed, not both");
  if (config.firmwareFiles.some(({ name }) => name === file.name)) fail(`there are two files '${file.name}'`);
  if (!file.name.startsWith(USERS))
    config.notes.push(`${option} ${value}: names of a user's own begin with "${USERS}"; others may be the machine's`);
  config.firmwareFiles.push(file);
}
