// Debian on a user network: an address by DHCP, files by HTTP both ways with equal checksums, ports that nobody serves, a capture.

import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, expect, it } from "vitest";
import { Emulator } from "../../testing/emulator.js";
import { INITRD, KERNEL, PROMPT, temporaryFolder } from "../../testing/guest.js";

const BOOT = 240_000;
const SIZE = 4 << 20;

let emulator: Emulator | undefined;
let server: Server | undefined;
afterEach(() => {
  emulator?.close();
  server?.close();
});

const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

/** Serves `data`, and answers with the checksum of what is put. */
async function serve(data: Uint8Array): Promise<number> {
  server = createServer((request, response) => {
    if (request.method === "GET") {
      response.end(data);
      return;
    }
    const hash = createHash("md5");
    request.on("data", (bytes: Buffer) => hash.update(bytes));
    request.on("end", () => response.end(hash.digest("hex")));
  });
  await new Promise<void>((done) => server!.listen(0, "127.0.0.1", done));
  return (server!.address() as AddressInfo).port;
}

/** The first free port of the loopback address. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, "127.0.0.1", done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}

/** What udhcpc runs when it has an address. */
const SCRIPT = [
  "#!/bin/sh",
  '[ "$1" = bound ] || exit 0',
  "ip addr add $ip/$mask dev $interface",
  "ip route add default via $router",
  'echo "lease $ip/$mask $router $dns $domain"',
].join("\\n");

it("Debian gets an address, and files go both ways", { timeout: 2 * BOOT }, async () => {
  const data = randomBytes(SIZE);
  const port = await serve(data);
  const forwarded = await freePort();
  const folder = temporaryFolder();
  try {
    emulator = Emulator.run([
      ...["-m", "256", "-kernel", KERNEL, "-initrd", INITRD, "-append", "console=ttyS0 quiet TERM=dumb"],
      ...["-netdev", `user,id=n,domainname=example.test,hostfwd=tcp:127.0.0.1:${forwarded}-:8080`],
      ...["-device", "virtio-net-pci,netdev=n", "-object", `filter-dump,id=f,netdev=n,file=${folder.file("n.pcap")}`],
    ]);
    await emulator.waitFor(PROMPT, BOOT);
    await emulator.shell(`printf '${SCRIPT}' > /tmp/lease; chmod +x /tmp/lease; ip link set eth0 up`);
    const lease = await emulator.shell("udhcpc -i eth0 -n -q -s /tmp/lease 2>/dev/null");
    expect(lease).toContain("lease 10.0.2.15/24 10.0.2.2 10.0.2.3 example.test");
    expect(await emulator.shell("ping -c 1 -q 10.0.2.2")).toContain(" 0% packet loss");
    // Its own address the guest makes of an advertisement, and asks for a second whether somebody has it.
    const ping6 = "for n in 1 2 3 4 5 6 7 8 9; do ping -c 1 -q fec0::2 2>&1 && break; sleep 1; done";
    expect(await emulator.shell(ping6)).toContain(" 0% packet loss");

    expect(await emulator.shell(`wget -q -O - http://10.0.2.2:${port}/ | md5sum`)).toContain(md5(data));
    await emulator.shell(`wget -q -O /tmp/data http://10.0.2.2:${port}/`);
    const put = `(printf 'PUT / HTTP/1.0\\r\\nContent-Length: ${SIZE}\\r\\n\\r\\n'; cat /tmp/data) | nc 10.0.2.2 ${port}`;
    expect(await emulator.shell(put)).toContain(md5(data));
    // Nobody serves it: refused at once.
    expect(await emulator.shell("wget -O - http://10.0.2.2:1/ 2>&1")).toContain("refused");

    // The host's side of a port that leads to the guest.
    emulator.type("nc -l -p 8080 < /tmp/data\n");
    const got = await received(forwarded);
    expect([got.length, md5(got)]).toEqual([SIZE, md5(data)]);
    await emulator.shell("true");
    emulator.type("poweroff -f\n");
    expect((await emulator.end(60_000)).status).toBe(0);
    const capture = readFileSync(folder.file("n.pcap"));
    expect(capture.readUInt32LE(0)).toBe(0xa1b2c3d4);
    expect(capture.length).toBeGreaterThan(3 * SIZE);
  } finally {
    folder.remove();
  }
});

/** All that comes from a port, which may refuse until somebody listens behind it. */
async function received(port: number): Promise<Uint8Array> {
  for (let tries = 0; ; tries++) {
    const chunks: Buffer[] = [];
    const bytes = await new Promise<Uint8Array>((done) => {
      const socket = connect(port, "127.0.0.1");
      socket.on("data", (chunk) => chunks.push(chunk));
      socket.on("error", () => {});
      socket.on("close", () => done(Buffer.concat(chunks)));
    });
    if (bytes.length > 0 || tries === 50) return bytes;
    await new Promise((done) => setTimeout(done, 200));
  }
}
