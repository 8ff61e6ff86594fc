// The bytes of rom.asm, which says what they do.

import { checksum } from "../acpi/tables.js";

/** Its name as a file of fw_cfg. */
export const ROM_FILE = "genroms/kernel.bin";
/** The item of fw_cfg with the script. */
export const SCRIPT_ITEM = 0x80f0;

const ROM_SIZE = 0x200;
const PNP_HEADER = 0x1c;
const PNP_SIZE = 0x20;
const PNP_CHECKSUM = 9;
const CODE =
  "55aa01cb000000000000000000000000000000000000000000001c0024506e500102000000000000000000003c00020000e4000000004e00000000" +
  "006b65726e656c206f66202d6b65726e656c00fafcb800908ed0bc00f0ba1005b8f080efe897006689c66685f67413e88c006689c7e886006689c1" +
  "e89000664eebe8e879006689c6e873006689c7e86d006689c1e867006689c3e861006689c56685f675108edb8ec38ee38eeb8ed36689ec5157cb66" +
  "515389e336660f0117e83c006650e837006689c3665e6631c08cc866c1e0046605e5000000666a1066500f20c00c010f22c066cb66b818008ed88e" +
  "c08ee08ee88ed089ec89f0ffe751ba1105b90400ec66c1c808e2f959c3660fcf6657666a00660fc966516668000000026631c089e089e366050000" +
  "0900660fc8ba180566ef36668b07660fc8a80175096685c075f083c410c3cd18";

/** What nasm makes of rom.asm, then the checksums. */
export function romBytes(): Uint8Array {
  const rom = assembled();
  checksum(rom.subarray(PNP_HEADER, PNP_HEADER + PNP_SIZE), PNP_CHECKSUM);
  checksum(rom, ROM_SIZE - 2);
  return rom;
}

export function assembled(): Uint8Array {
  const rom = new Uint8Array(ROM_SIZE);
  for (let at = 0; 2 * at < CODE.length; at++) rom[at] = Number.parseInt(CODE.slice(2 * at, 2 * at + 2), 16);
  return rom;
}
