// Folders in a page: the files of an archive, and what the page writes.

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { startChromium } from "../../testing/browser/chromium.js";
import { serveSite } from "../../testing/browser/site.js";
import { temporaryFolder } from "../../testing/guest.js";

const script = (archive: string): string => `
  const { createMachine } = await import(new URL("wasmachine.js", location.href).href);
  const machine = createMachine({
    arguments: '-m 256M -kernel bzImage -initrd initrd -append "console=ttyS0 loglevel=4"',
    filesUrl: new URL("pack/", location.href).href,
    folders: {
      lib: { archive: Uint8Array.from(atob("${archive}"), (c) => c.charCodeAt(0)), readOnly: true },
      work: {},
    },
  });
  const text = async (bytes) => new TextDecoder().decode(await bytes);
  const [lib, work] = [machine.folders.get("lib"), machine.folders.get("work")];
  await work.writeFile("in", "from the page");
  await machine.start();
  const mount = "mount -t 9p -o trans=virtio,version=9p2000.L,cache=none";
  const { stdout } = await machine.exec(
    "modprobe -a 9pnet_virtio 9p; mkdir /l /w; " + mount + " lib /l; " + mount + " work /w; cat /l/d/f /w/in; echo guest >/w/out",
  );
  const back = await text(work.readFile("out"));
  const refused = await lib.writeFile("x", "").catch(({ message }) => message);
  const names = [await lib.list("d"), await work.list()];
  machine.dispose();
  return { stdout, back, refused, names };
`;

it("shares folders of a page with the guest", { timeout: 480_000 }, async () => {
  const folder = temporaryFolder();
  mkdirSync(folder.file("d"));
  writeFileSync(folder.file("d/f"), "in the archive\n");
  const archive = execFileSync("tar", ["-C", folder.path, "-cz", "d"]).toString("base64");
  folder.remove();
  const site = await serveSite(true);
  const browser = await startChromium();
  try {
    await browser.open(`${site.address}terminal.css`);
    expect(await browser.evaluate(`(async () => { ${script(archive)} })()`)).toEqual({
      ...{ stdout: "in the archive\nfrom the page", back: "guest\n", names: [["f"], ["in", "out"]] },
      refused: "folder lib: could not write 'x': the folder is read-only (EROFS)",
    });
  } finally {
    await browser.close();
    site.close();
  }
});
