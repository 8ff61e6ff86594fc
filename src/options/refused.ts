// What others of this family have and this emulator does not: each is refused by name, with what to write instead.

/** Options, `:` behind those that take an argument, and the sentence that follows their name. */
const OPTION_GROUPS: readonly (readonly [names: string, why: string])[] = [
  ["enable-kvm enable-hax", "there is no KVM here: leave the option out (the emulator is its own accelerator, tcg)"],
  [
    "vnc: spice: curses sdl full-screen g: portrait rotate: alt-grab ctrl-grab no-quit win2k-hack",
    "there is no display yet: leave the option out (the console is the terminal; Linux: -append console=ttyS0)",
  ],
  ["tftp: redir: smb: bt:", "leave the option out: it is a parameter of -netdev user (tftp=, hostfwd=)"],
  ["audio: soundhw:", "there is no sound yet: leave the option out"],
  ["usb usbdevice:", "there is no USB yet: leave the option out"],
  ["fda: fdb:", "there is no floppy drive yet: a disk is -drive if=virtio,format=raw,file=FILE"],
  ["sd: mtdblock:", "there is no such drive: a disk is -drive if=virtio,format=raw,file=FILE"],
  ["gdb: s", "there is no gdb server yet: leave the option out (the monitor's x, print and info show the guest)"],
  ["qmp: qmp-pretty:", "there is no QMP yet: the monitor's own commands are at -monitor stdio"],
  ["daemonize pidfile:", "leave the option out: the shell runs a program in the background (nohup PROGRAM &)"],
  [
    "numa: add-fd: set: global: k: iscsi: no-fd-bootchk tpmdev: compat: shim: preconfig overcommit: " +
      "dfilter: xen-domid: xen-attach xen-domid-restrict option-rom: loadvm: readconfig: writeconfig: watchdog: " +
      "watchdog-action: incoming: only-migratable tb-size: chroot: runas: sandbox: prom-env: " +
      "old-param trace: plugin: enable-fips dump-vmstate: enable-sync-profile acpitable: smbios: " +
      "mem-path: mem-prealloc balloon: nouserconfig run-with: virtioconsole: tdf nodefconfig",
    "not supported yet",
  ],
];

const OPTIONS = new Map(
  OPTION_GROUPS.flatMap(([names, why]) =>
    names.split(" ").map((name): [string, string] => [name.replace(":", ""), why]),
  ),
);

/** Why an option is refused; undefined for one that nobody has. */
export function refusedOption(name: string): string | undefined {
  return OPTIONS.get(name);
}

/** All of them, by reason. */
export function refusedOptions(): { names: string[]; why: string }[] {
  return OPTION_GROUPS.map(([names, why]) => ({ names: names.replaceAll(":", "").split(" "), why }));
}

/** Devices by the beginning of their names. */
const DEVICE_GROUPS: readonly (readonly [pattern: RegExp, why: string])[] = [
  [
    /^(e1000|rtl8139|ne2k|pcnet|i82|vmxnet|igb|tulip|usb-net|vhost-(?!user-fs))/,
    "the network card here is virtio-net-pci (virtio-net-device on virtio's own bus)",
  ],
  [
    /^(VGA|.*-vga|qxl|bochs|cirrus|vmware-svga|virtio-gpu|ramfb|ati)/,
    "there is no display yet: leave it out (the console is the terminal)",
  ],
  [/(^usb-|uhci|ehci|ohci|xhci)/, "there is no USB yet: leave it out"],
  [
    /^(AC97|hda-|intel-hda|ich9-intel-hda|ES1370|sb16|adlib|gus|cs4231a|virtio-sound)/,
    "there is no sound yet: leave it out",
  ],
  [
    /^(ahci|ich9-ahci|ide-|scsi-|virtio-scsi|lsi|megasas|mptsas|pvscsi|am53c974|piix.-ide)/,
    "disks are virtio here: use virtio-blk-pci,drive=ID",
  ],
  [/^(isa-fdc|floppy)/, "there is no floppy drive yet"],
  [/^vhost-user-fs/, "no other process serves folders here: use -fsdev and virtio-fs-pci,fsdev=ID,tag=TAG"],
];

/** Why a device that others have is refused. */
export function refusedDevice(name: string): string {
  const group = DEVICE_GROUPS.find(([pattern]) => pattern.test(name));
  return group ? `${group[1]}` : "this machine has no such device";
}
