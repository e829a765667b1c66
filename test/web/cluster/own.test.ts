/**
 * A cluster of the visitor's own: what was typed becomes a List, what is wrong is told with its line, and what travels fits.
 */
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readList } from "../../../src/cluster/list.ts";
import { lifeAddress, spelledAs } from "../../../src/web/address.ts";
import { isOwn, podsOf, requestOf } from "../../../src/web/cluster/asked.ts";
import { withCorefile } from "../../../src/web/cluster/corefile.ts";
import {
  type DraftKind,
  explained,
  kindOf,
  lifeOfOwnPage,
  ownName,
  ownPage,
  postOf,
  readDraft,
} from "../../../src/web/cluster/own.ts";
import demo from "../../../zones/demo.json" with { type: "json" };
import { largeList } from "../../cluster/large.ts";
import { testService } from "../../http/service.ts";

const SHOP = `{
  "kind": "List",
  "items": [
    {"kind": "Secret", "metadata": {"name": "token"}},
    {"kind": "Service", "metadata": {"name": "till"},
      "spec": {"clusterIP": "10.96.0.20", "ports": [
        {"port": "http"}]}},
    {"kind": "ConfigMap", "metadata": {"name": "coredns", "namespace": "kube-system"},
      "data": {"Corefile": ". {\\n  wrong\\n}\\n"}}
  ]
}`;

describe("withCorefile()", () => {
  const metadata = { name: "coredns", namespace: "kube-system" };
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata };
  test.each<{ why: string; list: unknown; items: readonly unknown[] }>([
    {
      why: "takes the place of the one that is there, beside its other keys",
      list: {
        kind: "List",
        items: [{ ...map, data: { Corefile: "old", zone: "z" } }, { kind: "Pod" }],
      },
      items: [{ kind: "Pod" }, { ...map, data: { Corefile: "new", zone: "z" } }],
    },
    {
      why: "is added where there is none",
      list: { kind: "List", items: [{ kind: "Pod" }] },
      items: [{ kind: "Pod" }, { ...map, data: { Corefile: "new" } }],
    },
    {
      why: "leaves another namespace's alone",
      list: {
        kind: "List",
        items: [{ ...map, metadata: { ...metadata, namespace: "dns" }, data: { Corefile: "old" } }],
      },
      items: [
        { ...map, metadata: { ...metadata, namespace: "dns" }, data: { Corefile: "old" } },
        { ...map, data: { Corefile: "new" } },
      ],
    },
    {
      why: "makes a List of nothing",
      list: undefined,
      items: [{ ...map, data: { Corefile: "new" } }],
    },
    {
      why: "takes items that are none",
      list: { kind: "List", items: 7 },
      items: [{ ...map, data: { Corefile: "new" } }],
    },
  ])("$why", ({ list, items }) => {
    expect(withCorefile(list, "new")).toMatchObject({ kind: "List", items });
  });

  test("is the Corefile of the cluster that the List is", () => {
    const read = readList("a", withCorefile(demo, ". {\n  whoami\n}\n"));
    expect(read.ok && read.value.corefile).toBe(". {\n  whoami\n}\n");
  });
});

test.each<[DraftKind, string]>([
  ["List", '\n {"kind": "List"}'],
  ["List", "[1]"],
  ["Corefile", ".:53 {\n}\n"],
  ["Corefile", "(snippet) {\n}\n"],
  ["Corefile", ""],
])("kindOf() takes for a %s: %j", (kind, typed) => {
  expect(kindOf(typed)).toBe(kind);
});

/** As the service says it, asked with the draft. */
async function refused(kind: DraftKind, typed: string, base: unknown = demo) {
  const draft = readDraft(kind, typed, base);
  if (!draft.ok) return draft.error;
  const post = await postOf(JSON.stringify(draft.value.list));
  if (!post.ok) throw new Error(post.error);
  const reply = await testService().app.request("/clusters/yours/life.json?name=a", post.value);
  expect(reply.status).toBe(422);
  return explained((await reply.json()).detail, draft.value);
}

test.each<{ why: string; kind: DraftKind; typed: string; line: number | undefined; says: RegExp }>([
  {
    why: "an empty field",
    kind: "Corefile",
    typed: " \n",
    line: undefined,
    says: /^there is no Corefile/,
  },
  {
    why: "JSON that is broken",
    kind: "List",
    typed: '{\n"kind": "List",\n}',
    line: 3,
    says: /^not JSON: broken at line 3, column 1$/,
  },
  {
    why: "a wrong value, by the index that was typed",
    kind: "List",
    typed: SHOP,
    line: 7,
    says: /^\$\.items\[1\]\.spec\.ports\[0\]\.port takes a number/,
  },
  {
    why: "a Corefile in a List",
    kind: "List",
    typed: SHOP.replace('"http"', "80"),
    line: 9,
    says: /^Corefile line 2: /,
  },
  {
    why: "a Corefile",
    kind: "Corefile",
    typed: ". {\n  kubernetes cluster.local\n  cache {\n    soon\n  }\n}\n",
    line: 4,
    says: /^Corefile line 4: cache /,
  },
  {
    why: "a List that is none",
    kind: "List",
    typed: '\n{"kind": "Pod"}',
    line: 2,
    says: /^\$\.kind takes List: received "Pod"$/,
  },
])("$why is told with its line", async ({ kind, typed, line, says }) => {
  const wrong = await refused(kind, typed);
  expect(wrong.message).toMatch(says);
  expect(wrong.line).toBe(line);
});

test("a Corefile that was changed answers, in the cluster at hand", async () => {
  const typed =
    '. {\n  template IN A shop.test {\n    answer "{{ .Name }} 60 IN A 192.0.2.9"\n  }\n}\n';
  const draft = readDraft("Corefile", typed, demo);
  if (!draft.ok) throw new Error(draft.error.message);
  const own = { name: "yours", list: draft.value.list, text: JSON.stringify(draft.value.list) };
  const address = lifeAddress(
    new Map([
      ["vantage", "yours/default/client"],
      ["name", "till.shop.test."],
    ]) as never,
  );
  const request = await requestOf(address ?? "", own);
  if (!request.ok) throw new Error(request.error);
  const reply = await testService().app.request(spelledAs(address ?? "", "json"), request.value);
  expect((await reply.json()).result).toMatchObject({ kind: "found", answers: ["192.0.2.9"] });
});

describe("postOf()", () => {
  test("sends a large cluster in gzip, and what it unpacks to is that cluster", async () => {
    const text = JSON.stringify(largeList({ services: 200, pods: 200, nodes: 5 }));
    const post = await postOf(text);
    if (!post.ok) throw new Error(post.error);
    expect(post.value.headers).toMatchObject({ "content-encoding": "gzip" });
    expect(gunzipSync(post.value.body as ArrayBuffer).toString()).toBe(text);
  });

  test.each([
    ["unpacked", "x".repeat(8 * 1024 * 1024 + 1), /takes 8.0 MiB, and 8 MiB may be sent/],
    ["packed", noise(2 * 1024 * 1024), /MiB, and 1 MiB may be sent/],
  ])("says of what is too long %s how long it is", async (_, text, says) => {
    const post = await postOf(text);
    expect(!post.ok && post.error).toMatch(says);
  });
});

/** Text that no gzip makes shorter than three quarters. */
function noise(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return String.fromCharCode(33 + ((state >>> 16) % 64));
  }).join("");
}

const own = { name: "yours", list: demo, text: JSON.stringify(demo) };

test.each<[boolean, string]>([
  [true, "/clusters/yours/life?name=a"],
  [true, "/clusters/yours/namespaces/default/pods/client/life?name=a"],
  [false, "/clusters/yours-2/life?name=a"],
  [false, "/clusters/demo/life?name=yours"],
  [false, "/life?name=a"],
  [false, ""],
])("isOwn() is %s of %j", (is, address) => {
  expect(isOwn(address, own)).toBe(is);
  expect(isOwn(address, undefined)).toBe(false);
});

test("a cluster of the deployment's is asked by GET, whatever is kept", async () => {
  expect(await requestOf("/clusters/demo/life?name=a", own)).toEqual({ ok: true, value: {} });
});

test("the Pods to ask from are those that run", () => {
  const pods = podsOf(own);
  expect(pods).toContainEqual({ namespace: "default", name: "alpine", about: "musl" });
  expect(pods.length).toBeLessThanOrEqual(demo.items.filter(({ kind }) => kind === "Pod").length);
});

test("ownName() is that of no cluster of the deployment's", () => {
  expect(ownName(["demo"])).toBe("yours");
  expect(ownName(["demo", "yours", "yours-2"])).toBe("yours-3");
});

test.each<{ why: string; search: string; life: string | undefined }>([
  {
    why: "the page of a life is found again",
    search: ownPage("/clusters/yours/namespaces/a/pods/b/life?name=x&seed=1").slice(1),
    life: "/clusters/yours/namespaces/a/pods/b/life?name=x&seed=1",
  },
  { why: "another query is none", search: "?name=a", life: undefined },
  {
    why: "no other host is asked",
    search: "?yours=https://example.org/clusters/a/life?name=b",
    life: undefined,
  },
  {
    why: "nor one without a scheme",
    search: "?yours=//example.org/clusters/a/life?name=b",
    life: undefined,
  },
  {
    why: "nothing but a life is asked for",
    search: "?yours=/clusters/yours/corefile",
    life: undefined,
  },
])("lifeOfOwnPage(): $why", ({ search, life }) => {
  expect(lifeOfOwnPage(search)).toBe(life);
});
