// What a file is that was named as a disk without saying its format. Raw is what nothing else is: a file with the
// signature of another format, taken as raw, would be shown to the guest as it is and be overwritten.

/** Bytes at the start of an image that `probe` looks at. */
export const PROBE_HEAD = 512;
/** Bytes at its end: some formats have their signature there. */
export const PROBE_TAIL = 512;

export interface FoundFormat {
  /** As a sentence calls it, with its article. */
  readonly what: string;
  /** What to do about FILE, with the command. */
  readonly wayOut: string;
  /** As -drive format= has it, where it is one that can be opened. */
  readonly format?: string;
  /** A format of disks, as against a packed file: to QEMU, too, the image would be another disk than before. */
  readonly disk: boolean;
}

interface Signature {
  readonly what: string;
  readonly at: number;
  readonly bytes: readonly number[];
  /** Looked for in the last PROBE_TAIL bytes, `at` from their start. */
  readonly tail?: boolean;
  readonly wayOut?: string;
  readonly disk?: boolean;
  readonly format?: string;
}

/** Stands for any byte in a signature. */
const ANY = -1;

const ascii = (text: string): number[] => [...text].map((char) => char.charCodeAt(0));

const CONVERT = "convert it (qemu-img convert -O raw FILE RAW)";
const unpack = (what: string, bytes: readonly number[], command: string): Signature => ({
  what: `packed (${what})`,
  at: 0,
  bytes,
  wayOut: `unpack it (${command})`,
  disk: false,
});

/** The first that matches counts: longer signatures before those that they begin with. */
const SIGNATURES: readonly Signature[] = [
  { what: "a qcow image", at: 0, bytes: [...ascii("QFI"), 0xfb, 0, 0, 0, 1] },
  { what: "a qcow2 image", at: 0, bytes: [...ascii("QFI"), 0xfb], format: "qcow2" },
  { what: "a QED image", at: 0, bytes: [...ascii("QED"), 0] },
  { what: "a VHDX image", at: 0, bytes: ascii("vhdxfile"), format: "vhdx" },
  { what: "a VHD image", at: 0, bytes: ascii("conectix"), format: "vpc" },
  { what: "a VHD image", at: 0, bytes: ascii("conectix"), tail: true, format: "vpc" },
  { what: "a VMDK image", at: 0, bytes: ascii("KDMV"), format: "vmdk" },
  { what: "a VMDK image", at: 0, bytes: ascii("COWD"), format: "vmdk" },
  { what: "a VMDK image", at: 0, bytes: ascii("# Disk DescriptorFile"), format: "vmdk" },
  { what: "a VDI image", at: 0x40, bytes: [0x7f, 0x10, 0xda, 0xbe], format: "vdi" },
  { what: "a Parallels image", at: 0, bytes: ascii("WithoutFreeSpace") },
  { what: "a Parallels image", at: 0, bytes: ascii("WithouFreSpacExt") },
  { what: "a Bochs image", at: 0, bytes: ascii("Bochs Virtual HD Image") },
  { what: "a cloop image", at: 0, bytes: ascii("#!/bin/sh\n#V2.0 Format\nmodprobe cloop") },
  { what: "an Apple disk image", at: 0, bytes: ascii("koly"), tail: true },
  {
    what: "an Android sparse image",
    at: 0,
    bytes: [0x3a, 0xff, 0x26, 0xed],
    wayOut: "convert it (simg2img FILE RAW)",
  },
  {
    what: "encrypted (LUKS)",
    at: 0,
    bytes: [...ascii("LUKS"), 0xba, 0xbe],
    wayOut: "decrypt it (cryptsetup open FILE NAME)",
  },
  unpack("gzip", [0x1f, 0x8b, 8], "gunzip -k FILE"),
  unpack("xz", [0xfd, ...ascii("7zXZ"), 0], "unxz -k FILE"),
  unpack("zstd", [0x28, 0xb5, 0x2f, 0xfd], "unzstd FILE"),
  unpack("bzip2", [...ascii("BZh"), ANY, ...ascii("1AY&SY")], "bunzip2 -k FILE"),
  unpack("lz4", [0x04, 0x22, 0x4d, 0x18], "unlz4 FILE"),
  unpack("lzip", [...ascii("LZIP"), 1], "lzip -dk FILE"),
  unpack("zip", [...ascii("PK"), 3, 4], "unzip FILE"),
  unpack("7z", [...ascii("7z"), 0xbc, 0xaf, 0x27, 0x1c], "7z x FILE"),
];

/** The format of an image with these bytes at its start and end (as far as they are known); undefined for raw. */
export function probe(head: Uint8Array, tail?: Uint8Array): FoundFormat | undefined {
  const found = SIGNATURES.find(({ at, bytes, tail: atEnd }) => {
    const place = atEnd ? tail : head;
    return place !== undefined && bytes.every((byte, k) => byte === ANY || place[at + k] === byte);
  });
  if (!found) return undefined;
  const { what, wayOut = CONVERT, disk = true, format } = found;
  return { what, wayOut, disk, ...(format === undefined ? {} : { format }) };
}

/** Why the file of that name is not taken, and the ways out. */
export function refusal(name: string, { what, wayOut }: FoundFormat): string {
  const raw = `${name.replace(/\.(qcow2?|vmdk|vdi|vhdx?|vpc|qed|hds|hdd|dmg|img|simg)$/i, "")}.raw`;
  const todo = wayOut.replace("FILE", () => shellWord(name)).replace("RAW", () => shellWord(raw));
  return `'${name}' is ${what}, which is not supported: ${todo}, or say format=raw to give the guest the file as it is`;
}

function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
