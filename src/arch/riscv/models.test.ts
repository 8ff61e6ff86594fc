import { describe, expect, it } from "vitest";
import { defaultConfig } from "../../options/config.js";
import { applyCpu } from "../../options/cpu.js";
import { EXTENSIONS, misa } from "./extensions.js";
import { CPUS, extensionsOf, schemeOf } from "./models.js";

function chosen(text: string): string[] {
  const config = defaultConfig();
  applyCpu(config, CPUS, "-cpu", text);
  return extensionsOf(config.cpu);
}

function scheme(text: string): string | undefined {
  const config = defaultConfig();
  applyCpu(config, CPUS, "-cpu", text);
  return schemeOf(config.cpu);
}

/** What `text` has that `than` has not, and the other way round. */
function beside(text: string, than: string): { more: string[]; less: string[] } {
  const [a, b] = [chosen(text), chosen(than)];
  return { more: a.filter((name) => !b.includes(name)), less: b.filter((name) => !a.includes(name)) };
}

describe("-cpu", () => {
  it("has the mandatory extensions of RVA22S64 in its model", () => {
    const profile =
      "i m a f d c zicsr zicntr zihpm ziccif ziccrse ziccamoa zicclsm za64rs zihintpause zba zbb zbs zic64b zicbom " +
      "zicbop zicboz zfhmin zkt zifencei svade ssccptr sstvecd sstvala sscounterenw svpbmt svinval";
    expect(profile.split(" ").filter((name) => !chosen("rva22s64").includes(name))).toEqual([]);
    expect(chosen("rva22s64")).not.toContain("svadu");
  });

  it("turns on what an extension needs and consists of", () => {
    expect(beside("rv64,zfh=on,zacas=on", "rv64").more).toEqual(["zacas", "zfh", "zfhmin"]);
  });

  it("takes what it lacks for off", () => {
    expect(beside("rv64,h=off", "rv64")).toEqual({ more: [], less: [] });
    expect(() => chosen("rv64,h=on")).toThrow("the emulator lacks h");
  });

  it("turns off what needs an extension, and what it consists of", () => {
    expect(beside("rv64,f=off", "rv64").less).toEqual(["f", "d", "zfa", "zcd"]);
    expect(beside("rv64,a=off", "rv64").less).toEqual("a ziccamoa ziccrse za64rs zaamo zalrsc zawrs".split(" "));
    expect(beside("rv64,m=off", "rv64").less).toEqual(["m", "zmmul"]);
    expect(beside("rv64,a=off,zaamo=on", "rv64").less).not.toContain("zaamo");
    // What was said last counts.
    expect(beside("rv64,d=off,d=on", "rv64")).toEqual({ more: [], less: [] });
  });

  it.each([
    ["rv64,d=on,f=off", "d needs f, which is off"],
    ["max,zfh=on,zfhmin=off", "zfh needs zfhmin, which is off"],
    ["rv64,zicsr=off", "zicsr cannot be off: no CPU of this emulator is without it"],
    ["rv64,zvfoo=on", "CPU property 'zvfoo' not found"],
    ["rv65", "unable to find CPU model 'rv65'"],
  ])("refuses %s in a sentence", (text, sentence) => {
    expect(() => chosen(text)).toThrow(sentence);
  });

  it("refuses rva23s64 by name, and says what is missing of it", () => {
    expect(() => chosen("rva23s64")).toThrow(
      /there is no rva23s64: the emulator lacks .*\bh\b.* and \w+ of that profile/,
    );
    const missing = CPUS.refused!.rva23s64!.replace(/.*lacks | of that.*/g, "").split(/, | and /);
    expect(missing.filter((name) => EXTENSIONS.includes(name))).toEqual([]);
  });

  it.each([
    ["rv64", "sv57"],
    ["max", "sv57"],
    ["rva22s64", "sv39"],
    ["rv64,sv57=off", "sv48"],
    ["rv64,sv48=off", "sv39"],
    ["rv64,sv39=off", undefined],
    ["rv64,sv39=on", "sv39"],
    ["rv64,sv39=on,sv48=on", "sv48"],
    ["rva22s64,sv48=on", "sv48"],
    ["rva22s64,sv57=off", "sv39"],
    ["rva22s64,sv39=off", undefined],
  ])("%s has page tables up to %s, as in QEMU 10.0", (text, widest) => {
    expect(scheme(text)).toBe(widest);
  });

  it("refuses page tables without those below", () => {
    expect(() => scheme("rv64,sv39=off,sv48=on")).toThrow("sv48 needs sv39, which is off");
    expect(() => scheme("rv64,sv48=off,sv57=on")).toThrow("sv57 needs sv48, which is off");
  });

  it("shows letters in misa", () => {
    // 64 bits; A C D F I M S U.
    expect(misa(chosen("rv64"))).toBe((2n << 62n) | 0x14112dn);
    expect(misa(chosen("rv64,d=off,c=off"))).toBe((2n << 62n) | 0x141121n);
  });
});
