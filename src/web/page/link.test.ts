import { expect, it } from "vitest";
import { readLink } from "./link.js";

const PAGE = "https://site.example/vm/";
const link = (query: string) => readLink(`${PAGE}${query}`, PAGE, ["https://cdn.example"]);

it("is the page's own without parameters", () => {
  expect(link("")).toEqual({
    filesUrl: new URL("https://site.example/vm/pack/"),
    foreignHost: undefined,
  });
});

it("names another folder of the page's origin, or of one that its author trusts", () => {
  expect(link("?files=/other")).toMatchObject({
    filesUrl: new URL("https://site.example/other/"),
    foreignHost: undefined,
  });
  expect(link("?files=https://cdn.example/x/")).toMatchObject({ foreignHost: undefined });
});

it.each([
  ["https://evil.example/x/", "evil.example"],
  ["//evil.example:8080/", "evil.example:8080"],
  ["\\\\evil.example/", "evil.example"],
  ["/\\evil.example/", "evil.example"],
  ["http://site.example/pack/", "site.example"],
  ["https://site.example.evil.example/", "site.example.evil.example"],
  ["https://site.example:444/", "site.example:444"],
  ["https://cdn.example.:443/", "cdn.example."],
  ["https://ev\u0456l.example/", "xn--evl-khd.example"],
])("?files=%s is foreign: %s", (files, host) => {
  expect(link(`?files=${encodeURIComponent(files)}`).foreignHost).toBe(host);
});

it.each([
  "data:application/octet-stream,x",
  "blob:https://site.example/0d2f",
  "javascript:alert(1)",
  "file:///etc/",
  "https://site.example@evil.example/",
  "https://user:secret@site.example/",
  "https://",
])("?files=%s is refused", (files) => {
  expect(() => link(`?files=${encodeURIComponent(files)}`)).toThrow(/^\?files=.*: must be a folder's address/);
});
