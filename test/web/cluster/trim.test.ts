/**
 * What leaves the browser of a pasted cluster: all that a resolver reads, and nothing else.
 */
import { describe, expect, test } from "vitest";
import { compactList } from "../../../src/cluster/compact.ts";
import { describeListError, readList } from "../../../src/cluster/list.ts";
import { sourcePath, trimmed } from "../../../src/web/cluster/trim.ts";
import demo from "../../../zones/demo.json" with { type: "json" };
import lab from "../../../zones/lab.json" with { type: "json" };
import { largeList } from "../../cluster/large.ts";

describe("trimmed()", () => {
  test.each<[string, unknown]>([
    ["the demo cluster", demo],
    ["the lab cluster", lab],
    [
      "a dump with all that kubectl prints",
      largeList({ services: 40, pods: 90, nodes: 5 }, "full"),
    ],
  ])("keeps all that is read of %s", (_, list) => {
    const whole = readList("a", list);
    const left = readList("a", trimmed(list).list);
    if (!whole.ok || !left.ok) throw new Error("a List that is right does not read");
    expect(compactList(left.value)).toEqual(compactList(whole.value));
    expect(left.value.assumed).toEqual(whole.value.assumed);
  });

  test("makes a dump of ten megabytes fit to travel", () => {
    const dump = largeList({ services: 500, pods: 1000, nodes: 50 }, "full");
    const before = JSON.stringify(dump).length;
    expect(JSON.stringify(trimmed(dump).list).length).toBeLessThan(before / 3);
  });

  test("leaves secrets behind", () => {
    const secret = "hunter2-correct-horse";
    const env = [{ name: "PASSWORD", value: secret }];
    const metadata = {
      name: "a",
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": secret },
      managedFields: [secret],
    };
    const items = [
      { kind: "Secret", metadata, data: { key: secret } },
      { kind: "ConfigMap", metadata: { ...metadata, namespace: "shop" }, data: { key: secret } },
      {
        kind: "ConfigMap",
        metadata: { name: "kube-proxy", namespace: "kube-system" },
        data: { "kubeconfig.conf": secret },
      },
      {
        kind: "Pod",
        metadata,
        spec: { containers: [{ image: secret, env }] },
        status: { message: secret },
      },
      { kind: "Service", metadata, spec: { selector: { app: [secret] }, ports: { port: secret } } },
      { kind: "Deployment", metadata },
      [secret],
    ];
    const { list, places } = trimmed({ kind: "List", metadata, items });
    expect(JSON.stringify(list)).not.toContain(secret);
    expect(places).toEqual([2, 3, 4, 6]);
  });

  test.each<{ why: string; list: unknown }>([
    { why: "no List", list: { kind: "Pod" } },
    { why: "a List without items", list: { kind: "List" } },
    { why: "items that are none", list: { kind: "List", items: { a: 1 } } },
    { why: "items that are text", list: { kind: "List", items: "none" } },
    { why: "an array", list: [1] },
    { why: "nothing", list: null },
    { why: "an item that is none", list: { kind: "List", items: [{ kind: "Secret" }, 7] } },
    {
      why: "an address of a node that is none, behind one of another type",
      list: {
        kind: "List",
        items: [
          {
            kind: "Node",
            metadata: { name: "a" },
            status: {
              addresses: [
                { type: "Hostname", address: "a" },
                { type: "InternalIP", address: "10.0.0.300" },
              ],
            },
          },
        ],
      },
    },
    {
      why: "a condition that is none",
      list: {
        kind: "List",
        items: [{ kind: "Pod", metadata: { name: "a" }, status: { conditions: [{ type: 1 }] } }],
      },
    },
    {
      why: "a field that has another type",
      list: {
        kind: "List",
        items: [
          { kind: "Secret" },
          { kind: "Service", metadata: { name: "a" }, spec: { ports: [{ port: [80] }] } },
        ],
      },
    },
    {
      why: "labels that are none, in a typed List",
      list: {
        kind: "PodList",
        apiVersion: "v1",
        items: [{ metadata: { name: "a", labels: [1] } }],
      },
    },
    { why: "a kind that is none", list: { kind: "List", items: [{ kind: { a: 1 } }] } },
  ])("leaves what is wrong, so that the same is said of it: $why", ({ list }) => {
    const whole = readList("a", list);
    const { list: rest, places } = trimmed(list);
    const left = readList("a", rest);
    expect(whole.ok).toBe(false);
    if (whole.ok || left.ok) throw new Error("what is wrong is read");
    expect(sourcePath(describeListError(left.error), places)).toBe(describeListError(whole.error));
  });

  test("goes no deeper than a List does", () => {
    let deep: unknown = "end";
    for (let level = 0; level < 100_000; level++) deep = { labels: deep };
    const { list } = trimmed({
      kind: "List",
      items: [{ kind: "Service", metadata: deep, spec: { selector: { a: deep }, ports: deep } }],
    });
    expect(JSON.stringify(list)).toBe(
      '{"kind":"List","items":[{"kind":"Service","spec":{"ports":{},"selector":{"a":{}}}}]}',
    );
  });

  test("no key reaches a prototype", () => {
    const selector = JSON.parse('{"__proto__": "a", "constructor": "b"}');
    const { list } = trimmed({ kind: "List", items: [{ kind: "Service", spec: { selector } }] });
    expect(JSON.stringify(list)).toContain('{"__proto__":"a","constructor":"b"}');
  });
});
