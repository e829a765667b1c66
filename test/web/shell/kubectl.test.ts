/**
 * `kubectl get`: YAML, JSON, names and errors are the real kubectl's for the same objects; tables are the API server's.
 */
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/web/shell/objects.ts";
import { jsonText, yamlLines } from "../../../src/web/shell/yaml.ts";
import { textOf, typing } from "./typing.ts";

describe("kubectl get", () => {
  test.each<{ why: string; line: string; prints: string; status?: number }>([
    {
      why: "the talk's Corefile is a block of text",
      line: "kubectl get cm coredns -n kube-system -o yaml",
      prints: `apiVersion: v1
data:
  Corefile: |
    .:53 {
        errors
        health {
            lameduck 5s
        }
        ready
        kubernetes cluster.local in-addr.arpa ip6.arpa {
            pods insecure
            fallthrough in-addr.arpa ip6.arpa
            ttl 30
        }
        prometheus :9153
        forward . /etc/resolv.conf
        cache 30
        loop
        reload
        loadbalance
    }
kind: ConfigMap
metadata:
  name: coredns
  namespace: kube-system
`,
    },
    {
      why: "more than one object is a List",
      line: "kubectl -nprod get svc -oyaml",
      prints: `apiVersion: v1
items:
- apiVersion: v1
  kind: Service
  metadata:
    name: web-service
    namespace: prod
  spec:
    clusterIP: 10.100.42.42
    clusterIPs:
    - 10.100.42.42
    externalTrafficPolicy: Cluster
    internalTrafficPolicy: Cluster
    ipFamilies:
    - IPv4
    ports:
    - name: http
      port: 80
      protocol: TCP
      targetPort: http
    publishNotReadyAddresses: false
    selector:
      app: web-service
    sessionAffinity: None
    type: ClusterIP
kind: List
metadata:
  resourceVersion: ""
`,
    },
    {
      why: "Services are as the API server lists them",
      line: "kubectl get svc external-api gateway web-headless six",
      prints: `NAME           TYPE           CLUSTER-IP       EXTERNAL-IP       PORT(S)        AGE
external-api   ExternalName   <none>           api.example.com   <none>         <unknown>
gateway        LoadBalancer   10.100.80.80     203.0.113.200     80:30080/TCP   <unknown>
web-headless   ClusterIP      None             <none>            80/TCP         <unknown>
six            ClusterIP      fd00:10:100::6   <none>            80/TCP         <unknown>
`,
    },
    {
      why: "of two kinds each name says which",
      line: "kubectl get svc,pods -n prod -o wide",
      prints: `NAME                  TYPE        CLUSTER-IP     EXTERNAL-IP   PORT(S)   AGE         SELECTOR
service/web-service   ClusterIP   10.100.42.42   <none>        80/TCP    <unknown>   app=web-service

NAME                              READY   STATUS    RESTARTS    AGE         IP            NODE     NOMINATED NODE   READINESS GATES
pod/web-service-58d4c7b9f-k5ppx   True    Running   <unknown>   <unknown>   10.244.1.14   node-3   <none>           <none>
pod/web-service-58d4c7b9f-vm4ds   True    Running   <unknown>   <unknown>   10.244.0.14   node-2   <none>           <none>
`,
    },
    {
      why: "a Pod that ends, one that has ended, and one that is not ready",
      line: "kubectl get po draining-0 migrate-1-hq7fd db-2",
      prints: `NAME              READY   STATUS        RESTARTS    AGE
draining-0        True    Terminating   <unknown>   <unknown>
migrate-1-hq7fd   False   Completed     <unknown>   <unknown>
db-2              False   Running       <unknown>   <unknown>
`,
    },
    {
      why: "slices have three endpoints and ports at most",
      line: "kubectl get endpointslices db-604b2 voip-44242 nobody-5dad7",
      prints: `NAME           ADDRESSTYPE   PORTS                        ENDPOINTS                             AGE
db-604b2       IPv4          5432                         10.244.2.30,10.244.0.30,10.244.1.30   <unknown>
voip-44242     IPv4          5060,5060,8443 + 1 more...   10.244.1.50                           <unknown>
nobody-5dad7   IPv4          <unset>                      <unset>                               <unknown>
`,
    },
    {
      why: "Endpoints have the ready addresses, and a warning of the API server's",
      line: "kubectl get endpoints db nobody starting",
      prints: `Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice
NAME       ENDPOINTS                           AGE
db         10.244.2.30:5432,10.244.0.30:5432   <unknown>
nobody     <none>                              <unknown>
starting                                       <unknown>
`,
    },
    {
      why: "nodes are in no namespace",
      line: "kubectl get nodes -n prod",
      prints: `NAME     STATUS   ROLES    AGE         VERSION
node-1   Ready    <none>   <unknown>   <unknown>
node-2   Ready    <none>   <unknown>   <unknown>
node-3   Ready    <none>   <unknown>   <unknown>
`,
    },
    {
      why: "-A puts the namespace first",
      line: "kubectl get cm -A",
      prints: `NAMESPACE     NAME             DATA   AGE
kube-system   coredns          1      <unknown>
kube-system   kube-proxy       1      <unknown>
kube-system   kubelet-config   1      <unknown>
`,
    },
    {
      why: "-o name is what one hands to other tools",
      line: "kubectl get svc/web-service ns/prod -o name",
      prints: "service/web-service\nnamespace/prod\n",
    },
    {
      why: "what is there is shown, and what is not is told of",
      line: "kubectl get svc nosuch web-service -o name",
      prints: 'service/web-service\nError from server (NotFound): services "nosuch" not found\n',
      status: 1,
    },
    {
      why: "an empty namespace",
      line: "kubectl -n nowhere get svc",
      prints: "No resources found in nowhere namespace.\n",
    },
    {
      why: "a resource that nobody serves",
      line: "kubectl get foo",
      prints: 'error: the server doesn\'t have a resource type "foo"\n',
      status: 1,
    },
    {
      why: "names and -A",
      line: "kubectl get svc web-service -A",
      prints: "error: a resource cannot be retrieved by name across all namespaces\n",
      status: 1,
    },
    {
      why: "a format that is not here",
      line: "kubectl get svc -o foo",
      prints:
        'error: unable to match a printer suitable for the output format "foo", allowed formats are: json,name,wide,yaml\n',
      status: 1,
    },
    {
      why: "a verb that is not here",
      line: "kubectl delete svc web-service",
      prints: 'error: unknown command "delete" for "kubectl": this shell\'s kubectl knows get\n',
      status: 1,
    },
  ])("$why", async ({ line, prints, status = 0 }) => {
    const output = await typing().type(line);
    expect(textOf(output)).toBe(prints);
    expect(output.status).toBe(status);
  });

  test("JSON has four blanks, sorted keys and Go's escapes", () => {
    const value = { b: [1, { z: null, a: "<&>\u2028" }], a: {}, c: [] };
    expect(jsonText(value)).toBe(`{
    "a": {},
    "b": [
        1,
        {
            "a": "\\u003c\\u0026\\u003e\\u2028",
            "z": null
        }
    ],
    "c": []
}`);
  });

  test("a List that is none, or is not to be had, is an error", async () => {
    const { type } = typing("client", {}, { cluster: "nosuch" });
    const output = await type("kubectl get svc");
    expect(textOf(output)).toMatch(/^error: HTTP 404: no cluster "nosuch": there are demo, lab\n$/);
    expect(output.status).toBe(1);
  });
});

test.each<{ why: string; value: JsonObject; lines: readonly string[] }>([
  { why: "words are plain", value: { a: "web-service" }, lines: ["a: web-service"] },
  {
    why: "so are addresses",
    value: { a: "fd00::1", b: "10.0.0.1" },
    lines: ["a: fd00::1", "b: 10.0.0.1"],
  },
  {
    why: "what YAML takes for a number is quoted",
    value: { a: "1", b: "1:20" },
    lines: ['a: "1"', 'b: "1:20"'],
  },
  { why: "so is a boolean of YAML 1.1", value: { y: "No" }, lines: ['"y": "No"'] },
  { why: "and a date", value: { a: "2026-01-01" }, lines: ['a: "2026-01-01"'] },
  {
    why: "marks are in single quotes",
    value: { a: "b: c", d: "'" },
    lines: ["a: 'b: c'", "d: ''''"],
  },
  { why: "lines are a block", value: { a: "b\nc\n" }, lines: ["a: |", "  b", "  c"] },
  { why: "without a newline at the end", value: { a: "b\nc" }, lines: ["a: |-", "  b", "  c"] },
  {
    why: "blanks at the end of a line are not to be lost",
    value: { a: "b \nc" },
    lines: ['a: "b \\nc"'],
  },
  {
    why: "lists in lists",
    value: { a: [[1, 2], { b: true }] },
    lines: ["a:", "- - 1", "  - 2", "- b: true"],
  },
  {
    why: "the empty",
    value: { a: [], b: {}, c: "", d: null },
    lines: ["a: []", "b: {}", 'c: ""', "d: null"],
  },
])("yamlLines(): $why", ({ value, lines }) => {
  expect(yamlLines(value)).toEqual(lines);
});
