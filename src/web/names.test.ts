import { describe, expect, it } from "vitest";
import { folderOf, httpUrl, locateName, type NamedFiles } from "./names.js";

const FILES: NamedFiles = {
  filesUrl: "https://site.example/pages/pack/",
  origins: ["https://cdn.example"],
  pageOrigin: "https://site.example",
};
const place = (name: string): string | undefined => locateName(name, FILES)?.url;

describe("a name of the command line", () => {
  it.each([
    ["bzImage", "bzImage"],
    ["deep/er/disk.img", "deep/er/disk.img"],
    ["./bzImage", "./bzImage"],
    ["a//b/./c", "a/b/c"],
    ["...", "..."],
    ["..a", "..a"],
    ["a b?c#d", "a%20b%3Fc%23d"],
    ["100%", "100%25"],
    ["disk:1.img", "disk%3A1.img"],
    ["ä", "%C3%A4"],
  ])("%s lies in the folder", (name, path) => {
    expect(place(name)).toBe(new URL(path, FILES.filesUrl).href);
  });

  it.each([
    "",
    "..",
    "../private",
    "a/../../private",
    "a/..",
    "/api/private",
    "//evil.example/bzImage",
    "\\\\evil.example\\bzImage",
    "/\\evil.example/bzImage",
    "..\\private",
    "a\\..\\..\\private",
    "%2e%2e/private",
    "%2E./private",
    ".%2e/private",
    "%252e%252e/private",
    "..%2fprivate",
    "..%5cprivate",
    "..%252fprivate",
    "%2f%2fevil.example",
    "a\0b",
    "https://evil.example/bzImage",
    "HTTPS://evil.example/bzImage",
    "https://site.example/api/private",
    "https://cdn.example@evil.example/bzImage",
    "https://cdn.example.evil.example/bzImage",
    "http://cdn.example/bzImage",
    "data:text/plain,x",
    "blob:https://site.example/0d2f",
    "blob:https://cdn.example/0d2f",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "filesystem:https://site.example/temporary/x",
    "about:blank",
    "ftp://cdn.example/x",
  ])("%s is refused in one sentence with the name and the folder", (name) => {
    expect(() => place(name)).toThrow(/^could not load '[\s\S]*' *: [\s\S]*https:\/\/site\.example\/pages\/pack\//);
  });

  it("may be an address of an origin that the page's author names", () => {
    expect(place("https://cdn.example/x/bzImage?v=2")).toBe("https://cdn.example/x/bzImage?v=2");
  });

  it("may be answered by the page, the folder and what the author names", () => {
    const { origins } = locateName("bzImage", { ...FILES, filesUrl: "https://files.example/pack" })!;
    expect([...origins!].sort()).toEqual(["https://cdn.example", "https://files.example", "https://site.example"]);
  });

  it("leads nowhere where there is no folder", () => {
    expect(locateName("bzImage", { ...FILES, filesUrl: undefined })).toBeUndefined();
  });

  it("has no control characters that the address would lose", () => {
    expect(place(".\t./x")).toBe("https://site.example/pages/pack/.%09./x");
    expect(place(".\n./x")).toBe("https://site.example/pages/pack/.%0A./x");
  });
});

it("takes what it is given as a folder", () => {
  expect(folderOf("pack?x#y", "https://site.example/a/b.html").href).toBe("https://site.example/a/pack/");
  expect(folderOf("https://site.example").href).toBe("https://site.example/");
});

it("knows addresses of the web", () => {
  const base = "https://site.example/page/";
  expect(httpUrl("//evil.example", base)!.origin).toBe("https://evil.example");
  expect(httpUrl("\\\\evil.example", base)!.origin).toBe("https://evil.example");
  expect(httpUrl("pack/", base)!.href).toBe("https://site.example/page/pack/");
  for (const text of ["data:,x", "blob:https://site.example/1", "https://site.example@evil.example/", "https://"]) {
    expect(httpUrl(text, base)).toBeUndefined();
  }
});
