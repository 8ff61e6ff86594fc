import { describe, expect, it } from "vitest";
import { splitCommandLine } from "./command-line.js";

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
