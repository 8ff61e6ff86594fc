// Chromium is killed while a guest writes records with fsync to a disk that the page keeps.

import { serveSite } from "../../testing/browser/site.js";
import { Random } from "../../testing/random.js";
import setupGuest from "../../testing/setup-guest.js";
import setupPage from "../../testing/setup-page.js";
import { killBrowser } from "../durability/browser-kill.js";
import { caseSeed, type Proof } from "./runner/proof.js";

export const proof: Proof = {
  name: "browser-kills",
  proves:
    "when Chromium is killed in the middle of writes, the disk that the page keeps has every record that its guest had flushed, and e2fsck -fn finds the exported file system whole",
  total: 20,
  batch: 1,
  sample: 0,
  async prepare() {
    await setupGuest();
    setupPage();
  },
  async run(seed, first) {
    const site = await serveSite(true);
    try {
      const failure = await killBrowser(new Random(caseSeed(seed, first)), site);
      return failure === undefined ? [] : [`kill ${first}: ${failure}`];
    } finally {
      site.close();
    }
  },
};
