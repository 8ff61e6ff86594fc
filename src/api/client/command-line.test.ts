import { describe, expect, it } from "vitest";
import { readCommandLine, splitCommandLine } from "./command-line.js";

describe("reading options", () => {
  it("takes the guest from the program's name, from the architecture, or as usual", () => {
    expect(readCommandLine({ arguments: "qemu-system-riscv64 -m 1G" })).toEqual({
      guest: "riscv64",
      args: ["-m", "1G"],
    });
    expect(readCommandLine({ arguments: ["C:\\bin\\wasmachine-system-riscv64", "-S"] })).toEqual({
      guest: "riscv64",
      args: ["-S"],
    });
    expect(readCommandLine({ arguments: "-S", architecture: "riscv64" })).toEqual({ guest: "riscv64", args: ["-S"] });
    expect(readCommandLine({ arguments: "qemu-system-i386 -S" })).toEqual({ guest: "x86_64", args: ["-S"] });
    expect(readCommandLine({ arguments: [] })).toEqual({ guest: "x86_64", args: [] });
    expect(readCommandLine({ arguments: "qemu-system-toString -S" }).guest).toBe("toString");
  });

  it("refuses a program of another architecture", () => {
    expect(readCommandLine({ arguments: "qemu-system-riscv64 -S", architecture: "riscv64" }).args).toEqual(["-S"]);
    expect(() => readCommandLine({ arguments: "qemu-system-riscv64 -S", architecture: "x86_64" })).toThrow(
      "qemu-system-riscv64 is not a program of architecture 'x86_64': leave one of them out",
    );
  });
});

describe("splitting a command line", () => {
  it("keeps quoted words together", () => {
    expect(splitCommandLine(`-m 512M -append "console=ttyS0 root=/dev/vda" -name 'a "b" c'`)).toEqual([
      "-m",
      "512M",
      "-append",
      "console=ttyS0 root=/dev/vda",
      "-name",
      'a "b" c',
    ]);
  });

  it("knows backslashes, continued lines, comments and empty words", () => {
    expect(splitCommandLine('-name a\\ b \\\n-append "x \\"y\\" \\z" "" # the rest\n -S')).toEqual([
      "-name",
      "a b",
      "-append",
      'x "y" \\z',
      "",
      "-S",
    ]);
  });

  it("drops the program's name", () => {
    expect(splitCommandLine("/usr/bin/qemu-system-x86_64 -nographic")).toEqual(["-nographic"]);
    expect(splitCommandLine("wasmachine-system-x86_64")).toEqual([]);
    expect(splitCommandLine("disk.img")).toEqual(["disk.img"]);
  });

  it("refuses a quote that does not end", () => {
    expect(() => splitCommandLine('-append "console=ttyS0')).toThrow(
      'the quote that begins at "console=ttyS0 does not end',
    );
  });
});
