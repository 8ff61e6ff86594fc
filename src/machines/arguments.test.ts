import { describe, expect, it } from "vitest";
import type { MachineConfig } from "../options/config.js";
import { refusedOption } from "../options/refused.js";
import { optionSections } from "../options/table.js";
import { catalogue, parseArguments } from "./arguments.js";
import { MACHINES } from "./machines.js";

const program = { name: "wasmachine-system-x86_64", version: "1.2.3" };

function parse(...args: string[]): MachineConfig {
  const parsed = parseArguments(args, program);
  if (parsed.kind !== "machine") throw new Error("no machine");
  return parsed.config;
}

function error(...args: string[]): string {
  try {
    parseArguments(args, program);
  } catch (caught) {
    return (caught as Error).message;
  }
  return "accepted";
}

function text(...args: string[]): string {
  const parsed = parseArguments(args, program);
  if (parsed.kind !== "text") throw new Error("no text");
  return parsed.text;
}

describe("folders", () => {
  it("makes a folder and its device of -virtfs, and folders of -fsdev", () => {
    const config = parse(
      ...["-virtfs", "local,path=a,,b,mount_tag=t,security_model=mapped-file,readonly"],
      ...["-fsdev", "memory,id=m,size=1M"],
    );
    expect(config.folders).toEqual([
      { id: "t", driver: "local", path: "a,b", securityModel: "mapped-file", readOnly: true },
      { id: "m", driver: "memory", readOnly: false, size: 1 << 20 },
    ]);
    expect(config.devices).toEqual([{ driver: "virtio-9p-pci", properties: { fsdev: "t", mount_tag: "t" } }]);
  });
});

describe("defaults", () => {
  it("describes pc with 128 MiB, qemu64 and the console on the terminal", () => {
    const config = parse();
    expect(config.machine).toEqual({ type: "pc", properties: {} });
    expect(config.cpu).toEqual({ model: "qemu64", features: [], properties: {} });
    expect(config.ramSize).toBe(128 << 20);
    expect(config.serial).toEqual(["serial0"]);
    expect(config.monitors).toEqual(["serial0"]);
    expect(config.chardevs).toEqual([{ id: "serial0", kind: "stdio", mux: true, signal: false }]);
  });

  it("reads the command line of the series", () => {
    const config = parse(
      ..."-nographic -m 512M -accel tcg,tb-size=500 -L pack/ -drive if=virtio,format=raw,file=pack/rootfs.bin".split(
        " ",
      ),
      ..."-kernel pack/bzImage -append".split(" "),
      "earlyprintk=ttyS0 console=ttyS0 root=/dev/vda loglevel=7",
    );
    expect(config.ramSize).toBe(512 << 20);
    expect(config.accel.tbSizeMiB).toBe(500);
    expect(config.libraryPath).toEqual(["pack/"]);
    expect(config.drives).toHaveLength(1);
    expect(config.drives[0]).toMatchObject({ id: "virtio0", file: "pack/rootfs.bin", interface: "virtio" });
    expect(config.kernel).toBe("pack/bzImage");
    expect(config.append).toBe("earlyprintk=ttyS0 console=ttyS0 root=/dev/vda loglevel=7");
  });

  it("takes options with two dashes", () => {
    expect(parse("--m", "1G", "--nographic").ramSize).toBe(2 ** 30);
  });
});

describe("-m", () => {
  const cases: [string, number][] = [
    ["512", 512 * 2 ** 20],
    ["512M", 512 * 2 ** 20],
    ["2g", 2 * 2 ** 30],
    ["1.5G", 1.5 * 2 ** 30],
    ["262144k", 2 ** 28],
    ["0x40", 64 * 2 ** 20],
    ["size=1G", 2 ** 30],
    ["size=256M,slots=0", 2 ** 28],
    ["134217728B", 2 ** 27],
    ["1000000b", 1007616],
    ["0", 128 * 2 ** 20],
  ];
  it.each(cases)("%s", (value, bytes) => {
    expect(parse("-m", value).ramSize).toBe(bytes);
  });
  it.each(["12x", "-5", "", "1e9", "G"])("refuses '%s' naming it", (value) => {
    expect(error("-m", value)).toContain(`-m ${value}: `);
  });
  it("refuses hotplug", () => {
    expect(error("-m", "1G,slots=2,maxmem=4G")).toContain("memory hotplug");
    expect(error("-m", "1G,foo=1")).toBe("-m 1G,foo=1: Invalid parameter 'foo'");
  });
});

describe("refusals", () => {
  const cases: [string[], string][] = [
    [["-foo"], "-foo: invalid option; -help lists those there are"],
    [["--foo"], "--foo: invalid option; -help lists those there are"],
    [["-m"], "-m: requires an argument"],
    [["-M", "q35"], "-M q35: machine type 'q35' is not supported yet (only pc is)"],
    [["-M", "foo"], "-M foo: unsupported machine type 'foo' (use -machine help to list supported machines)"],
    [["-M", "pc,foo=1"], "-M pc,foo=1: Invalid parameter 'foo'"],
    [["-M", "pc,hpet=maybe"], "-M pc,hpet=maybe: Parameter 'hpet' expects 'on' or 'off', not 'maybe'"],
    [["-M", "pc,smm=on"], "-M pc,smm=on: smm=on is not supported"],
    [["-cpu", "foo"], "-cpu foo: unable to find CPU model 'foo' (there are qemu64 and max; -cpu help says more)"],
    [["-cpu", "max,+foo"], "-cpu max,+foo: CPU feature 'foo' not found"],
    [["-cpu", "max,foo=on"], "-cpu max,foo=on: CPU property 'foo' not found"],
    [["-cpu", "max,nx=7"], "-cpu max,nx=7: Parameter 'nx' expects 'on' or 'off', not '7'"],
    [
      ["-cpu", "max,vendor=Intel"],
      "-cpu max,vendor=Intel: vendor=Intel: a vendor has 12 characters, such as AuthenticAMD and GenuineIntel",
    ],
    [["-accel", "foo"], "-accel foo: invalid accelerator foo"],
    [["-accel", "tcg,foo=1"], "-accel tcg,foo=1: Invalid parameter 'foo'"],
    [["-accel", "tcg,tb-size=x"], "-accel tcg,tb-size=x: Parameter 'tb-size' expects a number, not 'x'"],
    [["-drive", "file=a,if=ide"], "-drive file=a,if=ide: if=ide is not supported yet: use if=virtio"],
    [
      ["-virtfs", "local,path=a,mount_tag=t"],
      "-virtfs local,path=a,mount_tag=t: security_model is missing: it is one of mapped-file, passthrough, none",
    ],
    [
      ["-virtfs", "local,path=a,security_model=none"],
      "-virtfs local,path=a,security_model=none: mount_tag is missing: the name the guest mounts",
    ],
    [
      ["-fsdev", "local,path=a,id=f,security_model=mapped"],
      "-fsdev local,path=a,id=f,security_model=mapped: security_model=mapped: there are no extended attributes of the host's to be had here; use mapped-file",
    ],
    [
      ["-fsdev", "local,id=f,security_model=none"],
      "-fsdev local,id=f,security_model=none: fsdriver local needs a path=",
    ],
    [["-fsdev", "memory"], "-fsdev memory: Parameter 'id' is missing"],
    [
      ["-fsdev", "synth,id=f"],
      "-fsdev synth,id=f: there is no fsdriver synth here: local is a folder, memory is one in memory",
    ],
    [
      ["-device", "virtio-9p-pci,fsdev=f,mount_tag=t"],
      "-device virtio-9p-pci,fsdev=f,mount_tag=t: Property 'virtio-9p-pci.fsdev' can't find value 'f'",
    ],
    [
      ["-device", "vhost-user-fs-pci,tag=t"],
      "-device vhost-user-fs-pci,tag=t: no device 'vhost-user-fs-pci' (-device help lists them): no other process serves folders here: use -fsdev and virtio-fs-pci,fsdev=ID,tag=TAG",
    ],
    [["-drive", "if=foo"], "-drive if=foo: unsupported bus type 'foo'"],
    [["-drive", "if=virtio"], "-drive if=virtio: Must specify a file (file=)"],
    [
      ["-drive", "file=a,format=qed"],
      '-drive file=a,format=qed: format=qed is not supported ("qemu-img convert -O qcow2" makes an image of one that is)',
    ],
    [["-drive", "file=a,if=none"], "-drive file=a,if=none: if=none needs an id= for the -device that uses it"],
    [
      ["-drive", "file=a,bps=1,throttling.bps-read=2"],
      "-drive file=a,bps=1,throttling.bps-read=2: throttling.bps-total and throttling.bps-read or -write cannot be used at the same time",
    ],
    [
      ["-drive", "file=a,iops_max=5"],
      "-drive file=a,iops_max=5: throttling.iops-total-max needs throttling.iops-total",
    ],
    [
      ["-drive", "file=fat:rw:a"],
      "-drive file=fat:rw:a: fat:rw: is not supported: fat:DIR is read, and -virtfs shares a folder that is written",
    ],
    [
      ["-drive", "file=fat:floppy:a"],
      "-drive file=fat:floppy:a: fat:floppy: is not supported: fat:DIR is a FAT32 disk",
    ],
    [["-drive", "file=a,bogus=1"], "-drive file=a,bogus=1: Invalid parameter 'bogus'"],
    [["-device", "virtio-blk-pci"], "-device virtio-blk-pci: drive property not set"],
    [
      ["-device", "virtio-blk-pci,drive=x"],
      "-device virtio-blk-pci,drive=x: Property 'virtio-blk-pci.drive' can't find value 'x'",
    ],
    [["-device", "virtio-rng-pci,packed=on"], "-device virtio-rng-pci,packed=on: packed=on is not supported"],
    [
      ["-device", "virtio-blk-pci,drive=d,share-rw=on"],
      "-device virtio-blk-pci,drive=d,share-rw=on: share-rw=on is not supported (-drive file.locking=off uses an image without asking who else does)",
    ],
    [
      ["-device", "virtio-blk-pci,drive=d,num-queues=0"],
      "-device virtio-blk-pci,drive=d,num-queues=0: Parameter 'num-queues' must be from 1 to 64, not 0",
    ],
    [["-device", "pc-testdev,a=b"], "-device pc-testdev,a=b: Property 'pc-testdev.a' not found"],
    [["-serial", "foo"], "-serial foo: 'foo' is not a valid char driver"],
    [["-serial", "pty"], "-serial pty: character device 'pty' is not supported yet"],
    [["-serial", "tcp::4444"], "-serial tcp::4444: character device 'tcp::4444' is not supported yet"],
    [["-nographic", "-serial", "stdio"], "-monitor stdio: cannot use stdio by multiple character devices"],
    [["-serial", "chardev:x"], "chardev 'x' not found"],
    [
      ["-rtc", "base=foo"],
      "-rtc base=foo: invalid datetime format 'foo' (valid formats: '2006-06-17T16:01:21' or '2006-06-17')",
    ],
    [
      ["-rtc", "base=2023-02-30"],
      "-rtc base=2023-02-30: invalid datetime format '2023-02-30' (valid formats: '2006-06-17T16:01:21' or '2006-06-17')",
    ],
    [["-icount", "foo"], "-icount foo: Parameter 'shift' expects a number, not 'foo'"],
    [["-icount", "shift=20"], "-icount shift=20: Parameter 'shift' must be from 0 to 10, not 20"],
    [["-icount", "sleep=off"], "-icount sleep=off: shift=N or shift=auto is missing"],
    [["-icount", "auto,sleep=off"], "-icount auto,sleep=off: shift=auto and sleep=off are incompatible"],
    [["-d", "int,foo"], "-d int,foo: unknown log item 'foo' (-d help lists them)"],
    [["-boot", "order=x"], "-boot order=x: Invalid boot device 'x'"],
    [["-append", "x"], "-append only allowed with -kernel option"],
    [["-initrd", "x"], "-initrd only allowed with -kernel option"],
    [["-uuid", "x"], "-uuid x: failed to parse UUID string: wrong format 'x'"],
  ];
  it.each(cases)("%j", (args, message) => {
    expect(error(...args)).toBe(message);
  });
  it("accepts what says there is none", () => {
    parse("-vga", "none", "-net", "none", "-nic", "none", "-parallel", "none", "-smp", "1", "-smp", "cpus=1,cores=1");
  });
});

describe("usual command lines that cannot be had say what to write instead", () => {
  const out = "leave the option out";
  const cases: [string[], string][] = [
    [["-enable-kvm"], `-enable-kvm: there is no KVM here: ${out} (the emulator is its own accelerator, tcg)`],
    [["-accel", "kvm"], "-accel kvm: there is no KVM here: leave it out (the emulator is its own accelerator, tcg)"],
    [
      ["-M", "pc,accel=kvm"],
      "-M pc,accel=kvm: there is no KVM here: leave it out (the emulator is its own accelerator, tcg)",
    ],
    [
      ["-accel", "xen"],
      "-accel xen: accelerator 'xen' is not available: leave it out (the emulator is its own accelerator, tcg)",
    ],
    [
      ["-cpu", "host"],
      "-cpu host: without KVM the guest does not see the host's CPU (there are qemu64 and max; -cpu help says more)",
    ],
    [["-smp", "4"], "-smp 4: cpus=4 is not supported yet: the machine has one CPU (write -smp 1, or leave -smp out)"],
    [
      ["-smp", "1,cores=4"],
      "-smp 1,cores=4: cores=4 is not supported yet: the machine has one CPU (write -smp 1, or leave -smp out)",
    ],
    [
      ["-vga", "std"],
      "-vga std: there is no VGA yet: leave -vga out (the console is the terminal; Linux: -append console=ttyS0), or write -vga none",
    ],
    [
      ["-display", "gtk"],
      "-display gtk: there is no display yet: leave -display out and the console is the terminal (Linux: -append console=ttyS0), or write -display none",
    ],
    [
      ["-vnc", ":1"],
      `-vnc: there is no display yet: ${out} (the console is the terminal; Linux: -append console=ttyS0)`,
    ],
    [["-nic", "tap"], "-nic tap: netdev 'tap' is not supported (there are user, hubport)"],
    [["-netdev", "user"], "-netdev user: Parameter 'id' is missing"],
    [
      ["-audiodev", "pa,id=a"],
      "-audiodev pa,id=a: there is no sound yet: leave -audiodev out, or write -audiodev none",
    ],
    [["-usb"], `-usb: there is no USB yet: ${out}`],
    [["-fda", "x"], "-fda: there is no floppy drive yet: a disk is -drive if=virtio,format=raw,file=FILE"],
    [["-pflash", "x"], "-pflash x: machine type 'pc' has no flash: firmware is -bios FILE"],
    [["-s"], `-s: there is no gdb server yet: ${out} (the monitor's x, print and info show the guest)`],
    [["-daemonize"], `-daemonize: ${out}: the shell runs a program in the background (nohup PROGRAM &)`],
    [
      ["-device", "e1000,netdev=n"],
      "-device e1000,netdev=n: no device 'e1000' (-device help lists them): the network card here is virtio-net-pci (virtio-net-device on virtio's own bus)",
    ],
    [
      ["-device", "ahci,drive=d"],
      "-device ahci,drive=d: no device 'ahci' (-device help lists them): disks are virtio here: use virtio-blk-pci,drive=ID",
    ],
    [["-device", "foo"], "-device foo: no device 'foo' (-device help lists them): this machine has no such device"],
  ];
  it.each(cases)("%j", (args, message) => {
    expect(error(...args)).toBe(message);
  });
  it("has a row or a sentence for each option it refuses, not both", () => {
    for (const { rows } of optionSections(MACHINES)) {
      for (const name of rows.flatMap((row) => row.names)) expect(refusedOption(name), name).toBeUndefined();
    }
  });
  it("lists what there is for each help", () => {
    for (const option of [
      "-netdev",
      "-nic",
      "-net",
      "-audiodev",
      "-vga",
      "-display",
      "-device",
      "-cpu",
      "-accel",
      "-M",
    ]) {
      expect(text(option, "help"), option).not.toBe("");
    }
    expect(text("-device", "virtio-blk-pci,help")).toMatch(
      /^virtio-blk-pci properties:\n {2}id=<str> .*\n(?: {2}.*\n)* {2}bootindex=<number> /,
    );
    expect(text("-L", "a", "-L", "help")).toBe("a\n");
  });
});

describe("-machine, -cpu, -accel", () => {
  it("sets machine properties", () => {
    const { machine } = parse("-machine", "type=pc,accel=kvm:tcg,acpi=off,hpet=off,i8042=off", "-M", "pc,pit=auto");
    expect(machine).toEqual({ type: "pc", properties: { acpi: false, hpet: false, i8042: false } });
    expect(parse("-no-acpi", "-no-hpet").machine.properties).toEqual({ acpi: false, hpet: false });
    expect(parse("-M", "hpet=off,type=pc-i440fx-8.2").machine).toEqual({ type: "pc", properties: { hpet: false } });
    expect(text("-M", "pc,help")).toMatch(/^pc properties:\n {2}acpi=<on\|off\|auto> /);
  });
  it("lists feature changes by their canonical names", () => {
    expect(parse("-cpu", "max,-sse4_2,+rdrand,pcid=off,smap=on,sse4.1=off").cpu).toEqual({
      model: "max",
      features: [
        { name: "sse4.2", on: false },
        { name: "rdrand", on: true },
        { name: "pcid", on: false },
        { name: "smap", on: true },
        { name: "sse4.1", on: false },
      ],
      properties: {},
    });
  });
  it("takes a vendor", () => {
    expect(parse("-cpu", "qemu64,vendor=GenuineIntel,-nx").cpu).toEqual({
      model: "qemu64",
      properties: { vendor: "GenuineIntel" },
      features: [{ name: "nx", on: false }],
    });
  });
  it("takes the first accelerator that works", () => {
    expect(parse("-accel", "kvm", "-accel", "tcg,tb-size=64,thread=multi,one-insn-per-tb=on").accel).toEqual({
      tbSizeMiB: 64,
      oneInsnPerTb: true,
    });
  });
});

describe("-fw_cfg", () => {
  it("gives files and texts names, and says which names are the user's", () => {
    const config = parse("-fw_cfg", "opt/org.example/a,string=x,,y", "-fw_cfg", "name=etc/sercon-port,file=port");
    expect(config.firmwareFiles).toEqual([
      { name: "opt/org.example/a", text: "x,y" },
      { name: "etc/sercon-port", file: "port" },
    ]);
    expect(config.notes).toEqual([expect.stringContaining("-fw_cfg name=etc/sercon-port,file=port: names of a user")]);
  });

  it.each([
    ["opt/a", "either file= or string= is needed"],
    ["opt/a,file=b,string=c", "either file= or string= is needed"],
    ["string=c", "Parameter 'name' is missing"],
    [`opt/${"a".repeat(52)},string=`, "is too long (at most 55 characters)"],
    ["opt/a b,string=", "a name has ASCII characters and no blanks"],
    ["opt/a,gen_id=x", "gen_id=x is not supported"],
    ["opt/a,size=4", "Invalid parameter 'size'"],
  ])("refuses %s", (value, message) => {
    expect(error("-fw_cfg", value)).toContain(message);
  });

  it("refuses a name twice", () => {
    expect(error("-fw_cfg", "opt/a,string=", "-fw_cfg", "opt/a,string=b")).toContain("there are two files 'opt/a'");
  });
});

it("refuses a disk where there is no bus", () => {
  expect(() => parseArguments(["-M", "spike", "-hda", "disk"], program, catalogue("riscv64"))).toThrow(
    "drive disk: machine type 'spike' has no bus for a disk",
  );
});

describe("-semihosting", () => {
  const riscv = (...args: string[]) => {
    const parsed = parseArguments(args, program, catalogue("riscv64"));
    return parsed.kind === "machine" ? parsed.config.semihosting : undefined;
  };

  it("says what a program may ask for", () => {
    expect(riscv("-semihosting")).toEqual({ enabled: true, target: "auto", user: false, args: [] });
    const words = "enable=on,target=native,chardev=c,userspace=on,arg=a,arg=b c";
    expect(
      riscv("-chardev", "stdio,id=c", "-semihosting-config", words, "-serial", "none", "-monitor", "none"),
    ).toEqual({
      ...{ enabled: true, target: "native", chardev: "c", user: true, args: ["a", "b c"] },
    });
    expect(riscv("-semihosting", "-semihosting-config", "enable=off")?.enabled).toBe(false);
    expect(riscv()).toBeUndefined();
  });

  it("is refused where there is none", () => {
    expect(error("-semihosting")).toContain("programs of x86_64 make no such calls");
    expect(() => riscv("-semihosting-config", "target=gdb")).toThrow("target=gdb is not supported");
    expect(() => riscv("-semihosting-config", "chardev=no")).toThrow("chardev 'no' not found");
    expect(() => riscv("-semihosting-config", "file=x")).toThrow("Invalid parameter 'file'");
  });
});

describe("-blockdev", () => {
  const drivesOf = (...args: string[]) => parse(...args, "-device", "virtio-blk-pci,drive=q").drives;

  it("is a drive of its node's name: in one node, in two, in JSON", () => {
    const expected = { id: "q", interface: "none", format: "qcow2", file: "a,b.qcow2", discard: true, readOnly: true };
    const options = "node-name=q,read-only=on,discard=unmap";
    expect(
      drivesOf("-blockdev", `driver=qcow2,${options},file.driver=file,file.filename=a,,b.qcow2,file.aio=native`),
    ).toMatchObject([expected]);
    expect(
      drivesOf(
        "-blockdev",
        "driver=file,node-name=f,filename=a,,b.qcow2",
        "-blockdev",
        `driver=qcow2,file=f,${options}`,
      ),
    ).toMatchObject([expected]);
    const node = { driver: "qcow2", "node-name": "q", "read-only": true, discard: "unmap" };
    const json = JSON.stringify({ ...node, file: { driver: "file", filename: "a,b.qcow2" } });
    expect(drivesOf("-blockdev", json)).toMatchObject([expected]);
  });

  it.each([
    ["driver=qcow2,file=x,node-name=q", "node-name='x'"],
    ["driver=qcow2,file.filename=x", "Parameter 'node-name' is missing"],
    ["driver=qcow2,node-name=q,file.driver=nbd,file.filename=x", "file.driver=nbd is not supported"],
    ["driver=qcow2,node-name=q,file.filename=x,backing=y", "Invalid parameter 'backing'"],
    ["{", "JSON parse error"],
  ])("%s", (text, sentence) => {
    expect(() => drivesOf("-blockdev", text)).toThrow(sentence);
  });
});

describe("drives", () => {
  it("un-doubles commas and reads flags", () => {
    const [drive] = parse("-drive", "file=a,,b=c.img,if=virtio,readonly,serial=S 1,cache=writethrough").drives;
    expect(drive).toEqual({
      id: "virtio0",
      file: "a,b=c.img",
      interface: "virtio",
      readOnly: true,
      snapshot: false,
      serial: "S 1",
      writeCache: false,
      ignoreFlush: false,
      werror: "enospc",
      rerror: "report",
    });
  });
  it("reads under which name writes are kept", () => {
    expect(parse("-drive", "file=a,overlay=opfs:work.1").drives[0]).toMatchObject({ overlay: "work.1" });
    for (const text of ["work", "opfs:", "opfs:../a", "opfs:.a", `opfs:${"a".repeat(65)}`]) {
      expect(() => parse("-drive", `file=a,overlay=${text}`)).toThrow(`overlay=${text} is not opfs:NAME`);
    }
  });
  it("reads what becomes of failures", () => {
    expect(parse("-drive", "file=a,werror=stop,rerror=ignore").drives[0]).toMatchObject({
      werror: "stop",
      rerror: "ignore",
    });
    expect(() => parse("-drive", "file=a,rerror=enospc")).toThrow("rerror");
  });

  it("orders -hda before if=virtio and by index", () => {
    const args = ["-drive", "if=virtio,file=v,index=1", "-drive", "if=virtio,file=u", "-hdb", "b", "-hda", "a"];
    expect(parse(...args).drives.map(({ id, file }) => [id, file])).toEqual([
      ["hd0", "a"],
      ["hd1", "b"],
      ["virtio0", "u"],
      ["virtio1", "v"],
    ]);
  });
  it("says what the disks of -hda and -cdrom are, and what CD-ROMs are", () => {
    const { drives, notes } = parse("-cdrom", "c.iso", "-hda", "a", "-drive", "if=virtio,file=v", "-boot", "d");
    expect(drives.map(({ id, readOnly, cdrom }) => [id, readOnly, cdrom])).toEqual([
      ["hd0", false, undefined],
      ["virtio0", false, undefined],
      ["cd0", true, true],
    ]);
    expect(notes).toEqual([
      expect.stringMatching(/^a is a virtio disk .*there is no IDE yet/),
      expect.stringMatching(/^c\.iso is a read-only virtio disk: there is no CD-ROM drive yet/),
    ]);
    expect(parse("-drive", "media=cdrom,file=x").drives).toEqual(parse("-cdrom", "x").drives);
    expect(parse("-drive", "if=virtio,file=v").notes).toEqual([]);
  });
  it("takes a bare file name as -hda and refuses a second one", () => {
    expect(parse("disk.img").drives[0]).toMatchObject({ file: "disk.img", id: "hd0" });
    expect(error("disk.img", "-hda", "x")).toBe("-hda x: a drive with index=0 exists");
  });
  it("puts every disk in memory under -snapshot", () => {
    expect(parse("-snapshot", "-hda", "a", "-drive", "if=virtio,file=b").drives.every((drive) => drive.snapshot)).toBe(
      true,
    );
  });
  it("refuses a drive used twice and an id used twice", () => {
    const drive = ["-drive", "if=none,id=d,file=a"];
    const device = ["-device", "virtio-blk-pci,drive=d"];
    expect(parse(...drive, ...device).devices).toEqual([{ driver: "virtio-blk-pci", properties: { drive: "d" } }]);
    expect(error(...drive, ...device, ...device)).toContain("already in use");
    expect(error(...drive, ...drive)).toContain("Duplicate ID 'd' for drive");
  });
});

describe("consoles", () => {
  const wiring = (...args: string[]) => {
    const { serial, monitors, chardevs } = parse(...args);
    return { serial, monitors, kinds: chardevs.map(({ kind, mux }) => (mux ? `mux ${kind}` : kind)) };
  };
  const cases: [string[], ReturnType<typeof wiring>][] = [
    [["-nographic"], { serial: ["serial0"], monitors: ["serial0"], kinds: ["mux stdio"] }],
    [["-nographic", "-serial", "mon:stdio"], { serial: ["serial0"], monitors: ["serial0"], kinds: ["mux stdio"] }],
    [["-nographic", "-monitor", "none"], { serial: ["serial0"], monitors: [], kinds: ["stdio"] }],
    [
      ["-nographic", "-serial", "file:log"],
      { serial: ["serial0"], monitors: ["compat_monitor0"], kinds: ["file", "stdio"] },
    ],
    [["-display", "none"], { serial: ["serial0"], monitors: ["compat_monitor0"], kinds: ["vc", "vc"] }],
    [["-nodefaults"], { serial: [], monitors: [], kinds: [] }],
    [["-nographic", "-nodefaults"], { serial: [], monitors: [], kinds: [] }],
    [
      ["-serial", "none", "-serial", "stdio", "-monitor", "none"],
      { serial: [undefined, "serial1"], monitors: [], kinds: ["stdio"] },
    ],
    [["-serial", "stdio"], { serial: ["serial0"], monitors: ["compat_monitor0"], kinds: ["stdio", "vc"] }],
    [
      ["-chardev", "stdio,id=c,mux=on", "-serial", "chardev:c", "-mon", "chardev=c"],
      { serial: ["c"], monitors: ["c"], kinds: ["mux stdio"] },
    ],
  ];
  it.each(cases)("%j", (args, expected) => {
    expect(wiring(...args)).toEqual(expected);
  });
  it.each<[string[], ReturnType<typeof wiring>]>([
    [[], { serial: ["serial0"], monitors: [], kinds: ["stdio"] }],
    [["-nographic"], { serial: ["serial0"], monitors: [], kinds: ["stdio"] }],
    [["-nographic", "-monitor", "none"], { serial: ["serial0"], monitors: [], kinds: ["stdio"] }],
    [["-serial", "mon:stdio"], { serial: ["serial0"], monitors: ["serial0"], kinds: ["mux stdio"] }],
    [
      ["-chardev", "stdio,id=c,mux=on", "-serial", "chardev:c", "-mon", "chardev=c"],
      { serial: ["c"], monitors: ["c"], kinds: ["mux stdio"] },
    ],
  ])("%j where the monitor is to be had beside the console", (args, expected) => {
    const parsed = parseArguments(args, { ...program, separateMonitor: true });
    if (parsed.kind !== "machine") throw new Error(parsed.text);
    const { serial, monitors, chardevs } = parsed.config;
    expect({ serial, monitors, kinds: chardevs.map(({ kind, mux }) => (mux ? `mux ${kind}` : kind)) }).toEqual(
      expected,
    );
  });
  it("lets Ctrl-C through only where the monitor shares the terminal", () => {
    expect(parse("-serial", "stdio").chardevs[0]!.signal).toBe(true);
    expect(parse("-serial", "mon:stdio").chardevs[0]!.signal).toBe(false);
  });
  it("makes -debugcon a device", () => {
    const config = parse("-debugcon", "file:out", "-display", "none");
    expect(config.devices).toEqual([{ driver: "isa-debugcon", properties: { chardev: "debugcon0", iobase: 0xe9 } }]);
  });
  it("knows of each machine how many serial ports it has, and whether it has a debug console", () => {
    const virt = catalogue("riscv64");
    const five = ["-serial", "null", "-serial", "null", "-serial", "null", "-serial", "null", "-serial", "null"];
    expect(error(...five)).toBe("-serial null: machine type 'pc' has 4 serial ports");
    expect(() => parseArguments(five, program, virt)).toThrow("-serial null: machine type 'virt' has one serial port");
    expect(() => parseArguments(["-debugcon", "null"], program, virt)).toThrow(
      "-debugcon null: machine type 'virt' has no debug console: leave -debugcon out",
    );
    expect(() => parseArguments(["-no-acpi"], program, virt)).toThrow("-no-acpi: invalid option");
  });
  it("refuses sharing without mux", () => {
    expect(error("-chardev", "null,id=c", "-serial", "chardev:c", "-mon", "c")).toContain("already in use");
  });
});

describe("time, log and life", () => {
  it("reads -rtc, -icount, -d, -boot and the switches", () => {
    const config = parse(
      ..."-rtc base=2006-06-17T16:01:21,clock=vm -icount shift=4,sleep=off -d int,guest_errors,int -D log.txt".split(
        " ",
      ),
      ..."-boot order=dc,once=n,menu=on -no-reboot -no-shutdown -S -seed 42 -name guest=box,debug-threads=on -echr 2".split(
        " ",
      ),
    );
    expect(config.rtc).toEqual({ base: Date.UTC(2006, 5, 17, 16, 1, 21), clock: "vm" });
    expect(config.icount).toEqual({ shift: 4, auto: false, sleep: false });
    expect(config.log).toEqual({ items: ["int", "guest_errors"], file: "log.txt" });
    expect(config.boot).toEqual({ order: "dc", once: "n", menu: true });
    expect(config).toMatchObject({ noReboot: true, noShutdown: true, startPaused: true, seed: 42, name: "box" });
    expect(config.escapeChar).toBe(2);
    expect(parse("-icount", "auto").icount).toEqual({ shift: 3, auto: true, sleep: true });
  });
});

describe("texts", () => {
  it("lists every option of the table in -help", () => {
    const listed = text("-help");
    expect(listed).toMatch(/^usage: wasmachine-system-x86_64 \[options\]/);
    for (const name of ["-machine or -M", "-m [size=]megs", "-nographic", "-drive file=", "-icount", "Ctrl-A X"]) {
      expect(listed).toContain(name);
    }
  });
  it("answers the small helps", () => {
    expect(text("-version")).toBe("wasmachine emulator version 1.2.3\n");
    expect(text("-machine", "help")).toContain("pc ");
    expect(text("-cpu", "help")).toMatch(/ {2}qemu64 .*\(default\)\n {2}max .*[\s\S]*\bsse4\.2\b[\s\S]*vendor=<str>/);
    expect(text("-device", "help")).toContain("isa-debug-exit");
    expect(text("-d", "help")).toContain("guest_errors");
  });
});

it("reads the limits of a disk by both their names, and a folder as a disk that is only read", () => {
  const text = "-drive if=virtio,file=fat:32:a,bps=1M,bps_max=2M,throttling.iops-write=7,group=g,iops_size=4k";
  expect(parse(...text.split(" ")).drives[0]).toMatchObject({
    ...{ file: "fat:a", format: "raw", readOnly: true },
    throttle: {
      rates: {
        "bps-total": { average: 1 << 20, most: 2 << 20, seconds: 1 },
        "iops-write": { average: 7, most: 0, seconds: 1 },
      },
      ...{ group: "g", requestBytes: 4096 },
    },
  });
});
