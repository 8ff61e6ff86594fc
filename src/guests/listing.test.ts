import { expect, it } from "vitest";
import { readListing } from "./listing.js";

const URL_OF_LIST = "https://site.example/pack/guests.json";
const A = { name: "x86_64", title: "Debian", arguments: "-m 512M -kernel bzImage" };
const B = { name: "riscv64", title: "Debian", arguments: "wasmachine-system-riscv64 -kernel riscv64/Image" };
const read = (list: unknown) => readListing(JSON.stringify(list), URL_OF_LIST);

it("reads a list, and of each guest what it knows", () => {
  expect(read([{ ...A, more: 1 }, B])).toEqual([A, B]);
  expect(read([])).toEqual([]);
});

it.each([
  ["{", /^https:\/\/site\.example\/pack\/guests\.json: .*JSON/],
  ["{}", /guests\.json: must be a list of guests$/],
  ["[null]", /guests\.json: guest 1 has no "name", which must be a text$/],
  [JSON.stringify([A, { ...B, arguments: 5 }]), /guest 2 has no "arguments", which must be a text$/],
  [JSON.stringify([A, A]), /there are two guests of the name "x86_64"$/],
])("says what is wrong with %s", (text, said) => {
  expect(() => readListing(text, URL_OF_LIST)).toThrow(said);
});
