/**
 * What a newcomer types, on the running Worker and on the running Deno server alike.
 */
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseList } from "structured-headers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { query } from "../http/service.ts";
import { RUNTIMES, type Server, startServer } from "./server.ts";
import { isRoot, missingTools, run } from "./tools.ts";

const missing = missingTools();
const has = (tool: "dig" | "kdig" | "curl"): boolean => !missing.includes(tool);

const FIVE = [
  "1/5 api.example.com.default.svc.cluster.local. NXDOMAIN kubernetes",
  "2/5 api.example.com.svc.cluster.local. NXDOMAIN kubernetes",
  "3/5 api.example.com.cluster.local. NXDOMAIN kubernetes",
  "4/5 api.example.com.us-west-2.compute.internal. NXDOMAIN forward",
  "5/5 api.example.com. NOERROR forward",
];

describe.each(RUNTIMES)("%s", (runtime) => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer(runtime);
  }, 90_000);
  afterAll(() => server?.stop());

  const dig = async (...args: string[]): Promise<string> => {
    const ran = await run("dig", ["@127.0.0.1", "-p", String(server.tlsPort), "+nostats", ...args]);
    expect(ran).toMatchObject({ status: 0 });
    return ran.stdout;
  };
  const kdig = async (...args: string[]): Promise<string> => {
    const ran = await run("kdig", ["@127.0.0.1", "-p", String(server.tlsPort), ...args]);
    expect(ran).toMatchObject({ status: 0 });
    return ran.stdout;
  };
  const trace = (text: string): string[] =>
    [...text.matchAll(/(\d+\/\d+ \S+ [A-Z]+ [a-z]+)/g)].map((match) => match[1] as string);

  describe.runIf(has("dig"))("dig", () => {
    test.each(["+https", "+https-get"])("%s web-service: CNAME, A and EDE", async (form) => {
      const text = await dig(form, "web-service");
      expect(text).toMatch(/status: NOERROR/);
      expect(text).toMatch(
        /^web-service\.\s+\d+\s+IN\s+CNAME\s+web-service\.default\.svc\.cluster\.local\.$/m,
      );
      expect(text).toMatch(
        /^web-service\.default\.svc\.cluster\.local\.\s+\d+\s+IN\s+A\s+10\.100\.[\d.]+$/m,
      );
      expect(trace(text)).toEqual([
        "1/1 web-service.default.svc.cluster.local. NOERROR kubernetes",
      ]);
    });

    test.each(["+https", "+https-get"])(
      "%s api.example.com: four NXDOMAIN, then the answer",
      async (form) => {
        const text = await dig(form, "api.example.com");
        expect(trace(text)).toEqual(FIVE);
        expect(text).toMatch(/^api\.example\.com\.\s+\d+\s+IN\s+A\s+/m);
        expect(text).not.toMatch(/CNAME/);
      },
    );

    test("+https=/dns-query/search=off api.example.com: one query", async () => {
      const text = await dig("+https=/dns-query/search=off", "api.example.com");
      expect(trace(text)).toEqual(["1/1 api.example.com. NOERROR forward"]);
    });

    test("echoes the question's case", async () => {
      expect(await dig("+https", "Web-SERVICE")).toMatch(/^;Web-SERVICE\.\s+IN\s+A$/m);
    });

    test("asks as the pod that the path names", async () => {
      const text = await dig("+https=/clusters/demo/namespaces/prod/dns-query", "web-service");
      expect(trace(text)).toEqual(["1/1 web-service.prod.svc.cluster.local. NOERROR kubernetes"]);
    });
  });

  test.each([0, 0, 4711])("Content-Length is there, the id being %i", async (id) => {
    const reply = await fetch(`${server.origin}/dns-query`, {
      method: "POST",
      body: query("web-service", "A", { id }),
      headers: { "content-type": "application/dns-message" },
    });
    const octets = await reply.arrayBuffer();
    expect(reply.headers.get("content-length")).toBe(String(octets.byteLength));
    expect(new DataView(octets).getUint16(0)).toBe(id);
  });

  describe.runIf(has("kdig"))("kdig", () => {
    test.each(["+https", "+https-get"])("%s api.example.com: five queries", async (form) => {
      const forms = form === "+https" ? [form] : ["+https", form];
      const text = await kdig(...forms, "api.example.com");
      expect(text).toMatch(/status: NOERROR/);
      expect(text).toMatch(/^api\.example\.com\.\s+\d+\s+IN\s+A\s+/m);
    });
    test("a path with options", async () => {
      const text = await kdig("+https=/dns-query/search=off", "web-service");
      expect(text).toMatch(/status: NXDOMAIN/);
    });
  });

  describe.runIf(has("curl"))("curl", () => {
    test("-D- shows a DNS-Trace that a Structured Fields parser reads", async () => {
      const url = `${server.origin}/dns-query?name=web-service`;
      const { stdout } = await run("curl", ["-sS", "-D-", "-o", "/dev/null", url]);
      const header = /^dns-trace: (.*)\r$/im.exec(stdout)?.[1] ?? "";
      const [member] = parseList(header);
      expect(member?.[0]).toBe("web-service.default.svc.cluster.local.");
      expect(String(member?.[1].get("rcode"))).toBe("NOERROR");
      expect(member?.[1].get("answers")).toBe(1);
    });

    test("speaks HTTP/2 and HTTP/1.1 on the TLS port", async () => {
      const url = `https://127.0.0.1:${server.tlsPort}/healthz`;
      const versions = await Promise.all(
        ["--http2", "--http1.1"].map((version) =>
          run("curl", ["-sSk", version, "-o", "/dev/null", "-w", "%{http_version}", url]),
        ),
      );
      expect(versions.map(({ stdout }) => stdout)).toEqual(["2", "1.1"]);
    });

    test.each(["--http2", "--http1.1"])(
      "%s: a body that is too long, or of another type, is told so",
      async (version) => {
        const body = join(mkdtempSync(join(tmpdir(), "ndots-body-")), "body");
        writeFileSync(body, new Uint8Array(300_000));
        const url = `https://127.0.0.1:${server.tlsPort}/dns-query`;
        const post = async (type: string): Promise<string> => {
          const form = ["-sSk", version, "-o", "/dev/null", "-w", "%{http_code}"];
          const ran = await run("curl", [
            ...form,
            "-H",
            `content-type: ${type}`,
            "--data-binary",
            `@${body}`,
            url,
          ]);
          return ran.stdout;
        };
        expect(await post("application/dns-message")).toBe("413");
        expect(await post("text/plain")).toBe("415");
      },
    );

    test("the leaf for localhost is signed by the authority that the greeting names", async () => {
      const url = `https://localhost:${server.tlsPort}/healthz`;
      const { stdout } = await run("curl", ["-sS", "--cacert", ".cache/tls/authority.pem", url]);
      expect(stdout).toBe("ok\n");
    });

    test.runIf(isRoot())("--doh-url fetches a page by a cluster name", async () => {
      const resolved = await fetch(`${server.origin}/resolve?name=web-service`);
      const { Answer } = (await resolved.json()) as { Answer: { type: number; data: string }[] };
      const address = Answer.find(({ type }) => type === 1)?.data as string;
      await run("ip", ["address", "add", `${address}/32`, "dev", "lo"]);
      const page = createServer((_, reply) => reply.end("served by name\n"));
      await new Promise<void>((resolve) => page.listen(0, address, resolve));
      const port = (page.address() as { port: number }).port;
      try {
        const doh = `https://127.0.0.1:${server.tlsPort}/dns-query`;
        const ran = await run("curl", [
          "-sS",
          "--doh-insecure",
          "--doh-url",
          doh,
          `http://web-service:${port}/`,
        ]);
        expect(ran).toMatchObject({ status: 0, stdout: "served by name\n" });
      } finally {
        page.close();
        await run("ip", ["address", "del", `${address}/32`, "dev", "lo"]);
      }
    });
  });

  test.each(["a b", '"><script>', "x;y'z", "a/b?c", ""])(
    "Host: %s is no fault of ours",
    async (host) => {
      const ask = (path: string) =>
        new Promise<{ status: number; text: string }>((resolve, reject) => {
          const { tlsPort: port } = server;
          const asked = request(
            {
              host: "127.0.0.1",
              rejectUnauthorized: false,
              servername: "localhost",
              port,
              path,
              headers: { host, accept: "text/html" },
            },
            (reply) => {
              let text = "";
              reply.on("data", (chunk) => {
                text += chunk;
              });
              reply.on("end", () => resolve({ status: reply.statusCode ?? 0, text }));
            },
          );
          asked.on("error", reject);
          asked.end();
        });
      for (const path of ["/", "/resolve?name=web-service", "/nowhere"]) {
        const { status, text } = await ask(path);
        expect(status).toBeLessThan(500);
        expect(text).not.toContain("<script>");
      }
    },
  );

  test("a second ask within the TTL says cache=memory with a lower TTL", async () => {
    const ask = async () => {
      const reply = await fetch(`${server.origin}/resolve?name=web-service.prod`);
      const { Trace } = (await reply.json()) as { Trace: { cache: string; ttl: number }[] };
      return Trace.at(-1) as { cache: string; ttl: number };
    };
    await ask();
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const second = await ask();
    expect(second.cache).toBe("memory");
    expect(second.ttl).toBeLessThan(30);
  });
});
