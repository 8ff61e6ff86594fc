// npm run boot [-- further options]: builds what is missing, then boots Debian on the terminal. What goes to standard
// output is the guest's console alone; progress goes to standard error.

import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

function step(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(`${root}/dist/core.wasm`) || !existsSync(`${root}/dist/node/cli.js`))
  step("npm", ["run", "-s", "build"]);
step(process.execPath, ["dist/guests/cli.js"]);

const machine = [
  ["-nographic", "-m", "512M"],
  ["-kernel", `${root}/pack/bzImage`, "-initrd", `${root}/pack/initrd`],
  ["-drive", `if=virtio,format=raw,file=${root}/pack/rootfs.bin`],
  ["-append", "console=ttyS0 root=/dev/vda"],
].flat();
const child = spawn(process.execPath, [`${root}/dist/node/cli.js`, ...machine, ...process.argv.slice(2)], {
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (status) => process.exit(status ?? 1));
