/**
 * The page's shell beside the real dig, host, nslookup and getent: the same words, asked of the same server.
 *
 * The real tools ask over UDP, as in a Pod: a bridge takes their queries to the server's DNS over HTTPS, and in a mount
 * namespace of their own the Pod's resolv.conf and hosts file stand in the place of the machine's.
 */
import { spawnSync } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run as type } from "../../src/web/shell/run.ts";
import { newSession } from "../../src/web/shell/session.ts";
import { type Server, startServer } from "./server.ts";
import { isRoot, missingTools, run } from "./tools.ts";

/** Of the loopback block, so that it stands in nobody's way. */
const BRIDGE = "127.53.5.3";

/** Without a cache and with the same seed both get the same replies. */
const OPTIONS = { cache: "off", seed: "7" };
const SEARCH_OFF = "/dns-query/search=off/cache=off/seed=7";

const DIG = [
  "dig web-service",
  "dig web-service.default.svc.cluster.local",
  "dig _http._tcp.web-service.default.svc.cluster.local srv",
  "dig web-headless.default.svc.cluster.local",
  "dig www.example.com aaaa",
  "dig shop.example.com",
  "dig example.com mx",
  "dig example.com txt",
  "dig example.com soa",
  "dig -x 10.100.0.10",
  "dig -x ::1",
  "dig loop.example.com",
  "dig +dnssec +cd +norec +noad example.com",
  "dig +noedns +nocookie example.com",
  "dig",
];

const IN_POD = [
  "dig +search web-service",
  "dig +search +showsearch api.example.com",
  "dig +search nope",
  "dig +search +ndots=2 web-service.prod",
  "dig +nosearch +domain=prod.svc.cluster.local web-service",
  "dig www.example.com example.org +short",
  "dig www.example.com +nostats example.org mx",
  "dig example.com +noall example.org +answer",
  "dig +noall +answer +nottlid +noclass www.example.com",
  "dig +nocomments example.com",
  "dig +noquestion +nostats example.com",
  "dig foo..bar",
  "dig -t foo example.com",
  "dig +ndots=x x",
  "nslookup web-service",
  "nslookup api.example.com",
  "nslookup nope",
  "nslookup nope.",
  "nslookup www.example.com",
  "nslookup shop.example.com",
  "nslookup gone.example.com",
  "nslookup loop.example.com",
  "nslookup 10.100.0.10",
  "nslookup -type=mx example.com",
  "nslookup -type=soa example.com.",
  "nslookup -type=srv _http._tcp.web-service",
  "nslookup -type=aaaa web-service",
  "nslookup -type=cname api.example.com",
  "nslookup -type=https www.example.com",
  "nslookup -type=foo x",
  "nslookup -nosearch web-service",
  "nslookup -ndots=1 web-service.prod",
  "nslookup -domain=prod.svc.cluster.local web-service",
  "nslookup dual",
  "nslookup web-alias",
  "nslookup a..b",
  "host web-service",
  "host api.example.com",
  "host www.example.com",
  "host nope.",
  "host loop.example.com",
  "host 10.100.0.10",
  "host -t mx example.com",
  "host -t aaaa web-service",
  "host -t srv _http._tcp.web-service",
  "host -N 1 web-service.prod",
  "host web-service nosuchserver",
  "host -t foo x",
];

const GETENT = [
  "getent hosts web-service",
  "getent hosts api.example.com",
  "getent hosts shop.example.com",
  "getent hosts localhost",
  "getent hosts nope web-service",
  "getent hosts 10.100.0.10",
  "getent hosts fe00::1",
  "getent hosts",
  "getent ahosts web-service",
  "getent ahosts client",
  "getent ahosts 10.1",
  "getent ahosts nope",
  "getent ahostsv4 api.example.com",
  "getent ahostsv6 web-service",
];

const noDig = missingTools().includes("dig");

/** Why the tools cannot be put into a Pod's place here. */
function leftOut(): string | undefined {
  if (noDig) return "dig is missing";
  if (!isRoot()) return "only root mounts files and listens on port 53";
  const probe = spawnSync("unshare", ["-m", "true"]);
  return probe.status === 0 ? undefined : "unshare makes no mount namespace";
}

const why = leftOut();
const why2 = why ?? (usesFilesAndDns() ? undefined : "nsswitch.conf says more than files dns");
if (why !== undefined)
  console.log(`left out: the shell beside tools that ask over UDP, since ${why}`);
else if (why2 !== undefined) console.log(`left out: the shell beside getent, since ${why2}`);

function usesFilesAndDns(): boolean {
  return /^hosts:\s+files dns$/m.test(readFileSync("/etc/nsswitch.conf", "utf8"));
}

let server: Server;
let bridge: Socket | undefined;
let files: string;

beforeAll(async () => {
  server = await startServer("Deno");
  files = mkdtempSync(join(tmpdir(), "ndots-shell-"));
  const read = async (path: string) => (await fetch(server.origin + path)).text();
  const conf = (await read("/resolv.conf")).replace(/^nameserver .*$/m, `nameserver ${BRIDGE}`);
  writeFileSync(join(files, "resolv.conf"), conf);
  writeFileSync(join(files, "hosts"), await read("/hosts"));
  if (why === undefined) bridge = await bridged(server.origin + SEARCH_OFF);
}, 90_000);

afterAll(async () => {
  bridge?.close();
  await server?.stop();
  if (files !== undefined) rmSync(files, { recursive: true, force: true });
});

/** Takes what comes over UDP to the DoH server. */
async function bridged(doh: string): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", async (body, from) => {
    const headers = { "content-type": "application/dns-message" };
    const reply = await fetch(doh, { method: "POST", headers, body: new Uint8Array(body) });
    socket.send(new Uint8Array(await reply.arrayBuffer()), from.port, from.address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(53, BRIDGE, resolve);
  });
  return socket;
}

/** What the page's shell prints, and its status. */
async function ours(line: string): Promise<{ text: string; status: number }> {
  const seat = {
    cluster: "demo",
    namespace: "default",
    pod: "client",
    node: "node-1",
    libc: "glibc",
  };
  const io = {
    fetch: (path: string, init?: RequestInit) => fetch(server.origin + path, init),
    now: () => Date.now(),
    random: Math.random,
  };
  const { lines, status } = await type(line, newSession("", seat, OPTIONS), io);
  return { text: comparable(lines.map(({ text }) => `${text}\n`).join("")), status };
}

const MOUNT =
  'mount --bind "$1/resolv.conf" /etc/resolv.conf && mount --bind "$1/hosts" /etc/hosts && shift && exec sh -c "$1 2>&1"';

/** What the real tool prints in the Pod's place; both its outputs, as on a terminal. */
async function theirs(line: string): Promise<{ text: string; status: number }> {
  const ran = await run("unshare", ["-m", "sh", "-c", MOUNT, "sh", files, line]);
  return { text: comparable(ran.stdout), status: ran.status };
}

/** Without what differs from run to run and from release to release. */
function comparable(text: string): string {
  return text
    .replaceAll(BRIDGE, "10.100.0.10")
    .replace(/id: \d+/g, "id: N")
    .replace(/Query time: \d+ msec/g, "Query time: N msec")
    .replace(/WHEN: \w{3} \w{3} \d\d \d\d:\d\d:\d\d \w+ \d{4}/g, "WHEN")
    .replace(/DiG \S+ <<>>/g, "DiG <<>>")
    .replace(/EDE: 29 \(Synthesized\)/g, "EDE: 29");
}

describe.skipIf(noDig)("dig over HTTPS", () => {
  test.each(DIG)("%s", async (line) => {
    const at = ["@127.0.0.1", "-p", String(server.tlsPort), `+https=${SEARCH_OFF}`];
    const real = await run("dig", [...at, ...line.split(" ").slice(1)]);
    const sections = (text: string) =>
      text.slice(text.indexOf(";; Got answer"), text.indexOf(";; Query time"));
    expect(sections(comparable(real.stdout))).toContain("->>HEADER<<-");
    expect(sections((await ours(line)).text)).toBe(sections(comparable(real.stdout)));
  });
});

describe.skipIf(why !== undefined)("in the Pod's place", () => {
  test.each(IN_POD)("%s", async (line) => {
    expect(await ours(line)).toEqual(await theirs(line));
  });
});

describe.skipIf(why2 !== undefined)("glibc", () => {
  test.each(GETENT)("%s", async (line) => {
    expect(await ours(line)).toEqual(await theirs(line));
  });
});
