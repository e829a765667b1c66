import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseResolvConf, printResolvConf } from "../../src/stub/resolvconf.ts";
import type { ResolvConf } from "../../src/stub/resolver.ts";

const POD =
  "search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.100.0.10\noptions ndots:5\n";

describe("parseResolvConf()", () => {
  test.each<{ why: string; text: string; conf: Partial<ResolvConf> }>([
    {
      why: "reads the file that a pod has",
      text: POD,
      conf: {
        search: ["default.svc.cluster.local", "svc.cluster.local", "cluster.local"],
        nameservers: ["10.100.0.10"],
        options: ["ndots:5"],
      },
    },
    { why: "finds nothing in an empty file", text: "", conf: {} },
    {
      why: "takes the last of several search lines",
      text: "search a.test\nsearch b.test c.test\n",
      conf: { search: ["b.test", "c.test"] },
    },
    {
      why: "takes domain for a search list of one, and only its first word",
      text: "search a.test\ndomain b.test c.test\n",
      conf: { search: ["b.test"] },
    },
    {
      why: "lets an empty search line change nothing, as glibc does",
      text: "search a.test\nsearch\nsearch   \n",
      conf: { search: ["a.test"] },
    },
    {
      why: "adds nameserver lines up and takes one address from each",
      text: "nameserver 192.0.2.1 192.0.2.2\nnameserver\t2001:db8::1\n",
      conf: { nameservers: ["192.0.2.1", "2001:db8::1"] },
    },
    {
      why: "adds options up over lines",
      text: "options ndots:5 rotate\noptions timeout:1\n",
      conf: { options: ["ndots:5", "rotate", "timeout:1"] },
    },
    {
      why: "passes over comments, unknown keywords and indented lines",
      text: "# nameserver 192.0.2.1\n; search a.test\nsortlist 192.0.2.0\n search b.test\n#search c.test\n",
      conf: {},
    },
    {
      why: "wants a blank behind the keyword",
      text: "nameserver192.0.2.1\nsearching a.test\n",
      conf: {},
    },
    {
      why: "reads the last line without its newline, and lines that end in CR LF",
      text: "search a.test\r\nnameserver 192.0.2.1",
      conf: { search: ["a.test"], nameservers: ["192.0.2.1"] },
    },
  ])("$why", ({ text, conf }) => {
    expect(parseResolvConf(text)).toEqual({ nameservers: [], search: [], options: [], ...conf });
  });
});

describe("printResolvConf()", () => {
  test("writes search, nameservers and options in containerd's order", () => {
    expect(printResolvConf(parseResolvConf(POD))).toBe(POD);
  });

  test("leaves out what is empty", () => {
    expect(printResolvConf({ search: [], nameservers: ["192.0.2.1"], options: [] })).toBe(
      "nameserver 192.0.2.1\n",
    );
  });

  test("is read back as it was", () => {
    const words = fc.array(fc.stringMatching(/^[a-z0-9:.-]{1,12}$/), { maxLength: 8 });
    const confs = fc.record({ search: words, nameservers: words, options: words });
    fc.assert(
      fc.property(confs, (conf) => {
        expect(parseResolvConf(printResolvConf(conf))).toEqual(conf);
      }),
    );
  });

  test("reading never throws", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void parseResolvConf(text)));
  });
});
