/**
 * The line itself: words, pipes, files, filters, and what is said to what the shell does not know.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePattern } from "../../../src/web/shell/pattern.ts";
import { MOST_LINES, run } from "../../../src/web/shell/run.ts";
import { newSession } from "../../../src/web/shell/session.ts";
import { LONGEST_LINE, readLine } from "../../../src/web/shell/words.ts";
import { textOf, typing } from "./typing.ts";

describe("readLine()", () => {
  test.each<{ why: string; line: string; commands: readonly (readonly string[])[] }>([
    { why: "blanks part words", line: "  dig \t web  ", commands: [["dig", "web"]] },
    { why: "an empty line is no command", line: "   ", commands: [] },
    { why: "nor is a comment", line: "# dig web", commands: [] },
    { why: "which may stand behind one", line: "dig web # all", commands: [["dig", "web"]] },
    { why: "but not inside a word", line: "dig a#b", commands: [["dig", "a#b"]] },
    { why: "quotes keep blanks", line: `echo 'a  b' "c d"`, commands: [["echo", "a  b", "c d"]] },
    { why: "and join what they touch", line: `echo a'b'"c"`, commands: [["echo", "abc"]] },
    { why: "an empty pair is a word", line: "echo ''", commands: [["echo", ""]] },
    {
      why: "a backslash keeps the next character",
      line: "echo a\\ b \\|",
      commands: [["echo", "a b", "|"]],
    },
    {
      why: "in double quotes only those that mean something",
      line: `echo "\\a \\" \\$"`,
      commands: [["echo", '\\a " $']],
    },
    { why: "in single quotes none", line: `echo '\\a $?'`, commands: [["echo", "\\a $?"]] },
    {
      why: "$? is the last status",
      line: `echo $? "$?" a$?b`,
      commands: [["echo", "3", "3", "a3b"]],
    },
    { why: "a pipe parts commands", line: "a | b|c", commands: [["a"], ["b"], ["c"]] },
  ])("$why", ({ line, commands }) => {
    const read = readLine(line, 3);
    expect(read).toEqual({ ok: true, value: commands });
  });

  test.each<{ line: string; says: string }>([
    { line: "echo 'a", says: "syntax error: unterminated quoted string" },
    { line: "| grep a", says: 'syntax error: unexpected "|"' },
    { line: "dig a |", says: "syntax error: unexpected end of line after |" },
    { line: "a; b", says: "; is not known here" },
    { line: "a && b", says: "& is not known here" },
    { line: "a || b", says: "|| is not known here" },
    { line: "a > b", says: "> is not known here" },
    { line: "echo $HOME", says: "$ is not known here" },
    { line: 'echo "$(a)"', says: "$ is not known here" },
    { line: "echo `a`", says: "` is not known here" },
    {
      line: "x".repeat(LONGEST_LINE + 1),
      says: "a line has at most 4096 characters: received 4097",
    },
  ])("$line: $says", ({ line, says }) => {
    const read = readLine(line, 0);
    expect(read.ok ? "" : read.error).toContain(says);
  });
});

describe("run()", () => {
  test.each<{ why: string; line: string; prints: string; status?: number }>([
    { why: "an unknown command", line: "foo", prints: "sh: foo: not found\n", status: 127 },
    {
      why: "a name that every object has",
      line: "toString",
      prints: "sh: toString: not found\n",
      status: 127,
    },
    {
      why: "a file of the Pod",
      line: "cat /etc/resolv.conf | tail -n 2",
      prints: "nameserver 10.100.0.10\noptions ndots:5\n",
    },
    {
      why: "a file that is not there",
      line: "cat /etc/passwd",
      prints: "cat: /etc/passwd: No such file or directory\n",
      status: 1,
    },
    {
      why: "a directory",
      line: "cat /etc/../etc/.",
      prints: "cat: /etc/../etc/.: Is a directory\n",
      status: 1,
    },
    { why: "what is listed", line: "ls /etc", prints: "hostname\nhosts\nresolv.conf\n" },
    {
      why: "what cannot be",
      line: "ls /tmp",
      prints: "ls: cannot access '/tmp': No such file or directory\n",
      status: 2,
    },
    { why: "the Pod's name", line: "hostname", prints: "client\n" },
    { why: "which is a file, too", line: "cat /etc/hostname", prints: "client\n" },
    {
      why: "grep in a file",
      line: "grep ^name /etc/resolv.conf",
      prints: "nameserver 10.100.0.10\n",
    },
    { why: "grep that finds nothing", line: "grep nope /etc/hosts", prints: "", status: 1 },
    {
      why: "grep's flags",
      line: "grep -niv IP6 /etc/hosts",
      prints:
        "1:# Kubernetes-managed hosts file.\n2:127.0.0.1\tlocalhost\n8:10.244.2.5\tclient\n9:fd00:10:244:2::5\tclient\n",
    },
    { why: "grep that counts", line: "cat /etc/hosts | grep -c localhost", prints: "2\n" },
    { why: "lines that are counted", line: "wc -l /etc/hosts", prints: "9\n" },
    {
      why: "the first lines",
      line: "head -2 /etc/hosts",
      prints: "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n",
    },
    {
      why: "the last line",
      line: "cat /etc/hosts | tail -n1",
      prints: "fd00:10:244:2::5\tclient\n",
    },
    {
      why: "lines in order",
      line: "grep f /etc/hosts | sort -r | head -1",
      prints: "fe00::2\tip6-allrouters\n",
    },
    { why: "lines once", line: "cat /etc/hostname /etc/hostname | sort -u", prints: "client\n" },
    {
      why: "no file and no pipe",
      line: "grep a",
      prints: "grep: nothing comes through a pipe: name a file, such as /etc/resolv.conf\n",
      status: 2,
    },
    {
      why: "a flag that grep has not here",
      line: "grep -E a /etc/hosts",
      prints: "grep: takes -cFinv PATTERN [FILE]...: received -E a /etc/hosts\n",
      status: 2,
    },
    { why: "words", line: "echo -n a  b", prints: "a b\n" },
    {
      why: "help of one command",
      line: "help hostname",
      prints: "hostname \n    the Pod's name\n",
    },
    {
      why: "rules of the node, one table",
      line: "iptables-save -t nat | grep -c ^\\*",
      prints: "1\n",
    },
    {
      why: "which say where they are",
      line: "iptables-save | head -2",
      prints:
        "# on node-1, which takes a shell there: kubectl debug node/node-1 …\n# Generated by iptables-save v1.8.9 (nf_tables) on Tue Sep 01 00:00:00 2026\n",
    },
    {
      why: "a table that is not there",
      line: "iptables-save -t raw",
      prints: "iptables-save: node-1 has no table raw\n",
      status: 1,
    },
    {
      why: "connections before a lookup",
      line: "conntrack -L",
      prints: "conntrack: nothing was looked up yet: try nslookup web-service first\n",
      status: 1,
    },
  ])("$why: $line", async ({ line, prints, status = 0 }) => {
    const output = await typing().type(line);
    expect(textOf(output)).toBe(prints);
    expect(output.status).toBe(status);
  });

  test("the session goes on: status, directory, history, and the lookup that conntrack tells of", async () => {
    const { type, session } = typing();
    await type("foo");
    expect(textOf(await type("echo $?"))).toBe("127\n");
    await type("cd /etc");
    expect(textOf(await type("pwd"))).toBe("/etc\n");
    expect(textOf(await type("head -1 hosts"))).toBe("# Kubernetes-managed hosts file.\n");
    expect((await type("cd hosts")).status).toBe(1);
    await type("nslookup web-service | grep Name");
    const connections = textOf(await type("conntrack -L -p udp"));
    expect(connections).toMatch(
      /^udp +17 \d+ src=10\.244\.2\.5 dst=10\.100\.0\.10 sport=\d+ dport=53 /m,
    );
    expect(connections).toMatch(/\d+ flow entries have been shown\.\n$/);
    expect(session().history).toEqual([
      "foo",
      "echo $?",
      "cd /etc",
      "pwd",
      "head -1 hosts",
      "cd hosts",
      "nslookup web-service | grep Name",
      "conntrack -L -p udp",
    ]);
  });

  test("clear and exit are told to the page", async () => {
    const { type } = typing();
    expect((await type("clear")).effect).toBe("clear");
    expect((await type("exit")).effect).toBe("exit");
  });

  test("help names every command", async () => {
    const lines = textOf(await typing().type("help"));
    for (const name of ["cat", "dig", "getent", "host", "kubectl", "nslookup", "iptables-save"]) {
      expect(lines).toMatch(new RegExp(`^  ${name} +[a-zA-Z]`, "m"));
    }
  });
});

describe("what is hostile", () => {
  const session = newSession("", {
    cluster: "demo",
    namespace: "default",
    pod: "client",
    libc: "glibc",
  });
  const answering = (body: BodyInit, init?: ResponseInit) => ({
    fetch: async () => new Response(body, init),
    now: () => 0,
    random: () => 0,
  });

  test("controls and marks that turn text round are replaced, and long lines cut", async () => {
    const hosts = `\u001b[2J\u202eevil\r\n\ta\u0000b\n${"x".repeat(10_000)}\n`;
    const { lines } = await run("cat /etc/hosts", session, answering(hosts));
    expect(lines.map(({ text }) => text)).toEqual([
      "\ufffd[2J\ufffdevil\ufffd",
      "\ta\ufffdb",
      `${"x".repeat(4096)}…`,
    ]);
  });

  test("what is too much is counted", async () => {
    const { lines } = await run("cat /etc/hosts", session, answering("line\n".repeat(100_000)));
    expect(lines).toHaveLength(MOST_LINES + 1);
    expect(lines.at(-1)?.text).toBe("… and 99500 more; use | grep, head or tail");
  });

  test.each<{
    why: string;
    line: string;
    io: Parameters<typeof run>[2];
    says: RegExp;
    status: number;
  }>([
    {
      why: "a server that is not there",
      line: "dig web",
      io: { ...answering(""), fetch: () => Promise.reject(new TypeError("failed")) },
      says: /^dig: \/etc\/resolv\.conf: the page's own server cannot be reached$/,
      status: 10,
    },
    {
      why: "a reply that is no DNS message",
      line: "nslookup web",
      io: answering("nameserver 10.0.0.1\n"),
      says: /^nslookup: the reply is no DNS message\n$/,
      status: 1,
    },
    {
      why: "a problem's detail",
      line: "cat /etc/hosts",
      io: answering('{"detail":"too many requests"}', { status: 429 }),
      says: /^cat: \/etc\/hosts: HTTP 429: too many requests$/,
      status: 1,
    },
    {
      why: "a List that is none",
      line: "kubectl get svc",
      io: answering("[1,2]"),
      says: /^error: cluster demo is no List$/,
      status: 1,
    },
    {
      why: "JSON that is none",
      line: "kubectl get svc",
      io: answering("<html>"),
      says: /^error: \/clusters\/demo is no JSON$/,
      status: 1,
    },
    {
      why: "an account of another form",
      line: "getent hosts web",
      io: answering('{"version":2}'),
      says: /^getent: this lookup's account has an unknown form$/,
      status: 1,
    },
    {
      why: "Ctrl-C",
      line: "dig web",
      io: {
        ...answering(""),
        signal: AbortSignal.abort(),
        fetch: () => Promise.reject(new DOMException("aborted", "AbortError")),
      },
      says: /^\^C$/,
      status: 130,
    },
  ])("$why", async ({ line, io, says, status }) => {
    const output = await run(line, session, io);
    expect(output.lines.map(({ text }) => text).join("\n")).toMatch(says);
    expect(output.status).toBe(status);
  });

  test("objects of any form are shown or passed over", async () => {
    const items = [
      null,
      7,
      { kind: "Service" },
      { kind: "Service", metadata: { name: "<b>x</b>", namespace: "default" }, spec: 7 },
      {
        kind: "Service",
        metadata: { name: "y", namespace: "default" },
        spec: { ports: [null, { port: {} }], selector: [] },
      },
      {
        kind: "EndpointSlice",
        metadata: {
          name: "z",
          namespace: "default",
          labels: { "kubernetes.io/service-name": "y" },
        },
        addressType: "IPv4",
        endpoints: "none",
        ports: 3,
      },
    ];
    const io = answering(JSON.stringify({ items }));
    const { lines, status } = await run("kubectl get svc,endpointslices,ep -o wide", session, io);
    expect(lines.some(({ text }) => text.startsWith("service/<b>x</b> "))).toBe(true);
    expect(lines.some(({ text }) => text.startsWith("endpoints/y "))).toBe(true);
    expect(status).toBe(0);
  });

  test("no line makes it throw", async () => {
    const words = fc.constantFrom(
      ..."dig host nslookup getent kubectl cat ls cd grep head tail sort wc echo help history hostname iptables-save conntrack get svc -A -n -o yaml hosts ahosts -x -t MX + +search +short @ @10.0.0.1 -type=mx | ' \" \\ $? $ -L . .. a\\.b \u0000 😀 ::1 10.0.0.1".split(
        " ",
      ),
    );
    const { app } = await import("../../http/service.ts").then(({ testService }) => testService());
    const io = {
      fetch: async (path: string, init?: RequestInit) => app.request(path, init),
      now: () => 0,
      random: () => 0,
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 4, arbitrary: words }, { weight: 1, arbitrary: fc.string() }), {
          maxLength: 6,
        }),
        async (parts) => {
          const output = await run(parts.join(" "), session, io);
          expect(output.lines.length).toBeLessThanOrEqual(MOST_LINES + 1);
          expect(output.lines.every(({ text }) => !text.includes("broke off"))).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  }, 30_000);
});

describe("compilePattern()", () => {
  test.each<{ why: string; pattern: string; yes: readonly string[]; no: readonly string[] }>([
    { why: "characters anywhere", pattern: "web", yes: ["web", "a web b"], no: ["we b", ""] },
    { why: "at the start", pattern: "^a", yes: ["ab"], no: ["ba"] },
    { why: "at the end", pattern: "a$", yes: ["ba", "aa"], no: ["ab"] },
    { why: "the whole line", pattern: "^ab$", yes: ["ab"], no: ["aab", "abb", "abab"] },
    { why: "any one character", pattern: "a.c", yes: ["abc", "a.c"], no: ["ac", "abbc"] },
    { why: "a dot that is one", pattern: "a\\.c", yes: ["a.c"], no: ["abc"] },
    { why: "any characters between", pattern: "a.*c", yes: ["ac", "abbc"], no: ["ca"] },
    { why: "between the ends", pattern: "^a.*c$", yes: ["ac", "abc"], no: ["xac", "acx", "a"] },
    { why: "one or the other", pattern: "^a\\|b$", yes: ["ax", "xb"], no: ["xa", "bx"] },
    { why: "an empty pattern", pattern: "", yes: ["", "a"], no: [] },
  ])("$why: $pattern", ({ pattern, yes, no }) => {
    const matches = compilePattern(pattern, { ignoreCase: false, fixed: false });
    expect(yes.filter((text) => !matches(text))).toEqual([]);
    expect(no.filter((text) => matches(text))).toEqual([]);
  });

  test("it agrees with the browser's own where both know the pattern", () => {
    const pieces = fc.constantFrom("a", "b", ".", ".*", "c");
    const pattern = fc
      .tuple(fc.constantFrom("", "^"), fc.array(pieces, { maxLength: 5 }), fc.constantFrom("", "$"))
      .map(([start, inner, end]) => start + inner.join("") + end);
    const text = fc
      .array(fc.constantFrom("a", "b", "c"), { maxLength: 8 })
      .map((chars) => chars.join(""));
    fc.assert(
      fc.property(pattern, text, (source, line) => {
        const ours = compilePattern(source, { ignoreCase: false, fixed: false })(line);
        expect(ours).toBe(new RegExp(source).test(line));
      }),
      { numRuns: 1000 },
    );
  });
});
