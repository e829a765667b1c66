import { describe, expect, test } from "vitest";
import { canonicalEndpoint, parseUpstreams, targetOf } from "../../src/upstream/map.ts";

describe("parseUpstreams(): which transport an address has", () => {
  test.each<{ why: string; text: string | undefined; address: string; id: string | undefined }>([
    {
      why: "without the variable all is the small internet",
      text: undefined,
      address: "10.0.0.2",
      id: "zone:internet",
    },
    { why: "so it is with an empty one", text: " ", address: "fd00::53", id: "zone:internet" },
    {
      why: "a named address has its own",
      text: '{"10.0.0.2":"https://dns.example.org/dns-query","*":"zone:internet"}',
      address: "10.0.0.2",
      id: "https://dns.example.org/dns-query",
    },
    {
      why: "the others have that of *",
      text: '{"10.0.0.2":"https://dns.example.org/dns-query","*":"zone:internet"}',
      address: "10.0.0.3",
      id: "zone:internet",
    },
    {
      why: "without * an address that is not named has none",
      text: '{"10.0.0.2":"zone:internet"}',
      address: "10.0.0.3",
      id: undefined,
    },
    { why: "an empty object maps nothing", text: "{}", address: "10.0.0.2", id: undefined },
    {
      why: "spellings of IPv6 do not matter",
      text: '{"FD00:0::53":"tcp://192.0.2.1:5353"}',
      address: "fd00::53",
      id: "tcp://192.0.2.1:5353",
    },
    {
      why: "port 53 need not be said",
      text: '{"10.0.0.2:53":"tcp://[2001:db8::1]"}',
      address: "10.0.0.2",
      id: "tcp://[2001:db8::1]:53",
    },
    {
      why: "another port is another resolver",
      text: '{"10.0.0.2":"zone:internet"}',
      address: "10.0.0.2:5353",
      id: undefined,
    },
    {
      why: "what is no address has none, not even that of *",
      text: '{"*":"zone:internet"}',
      address: "dns.example.org",
      id: undefined,
    },
  ])("$why", ({ text, address, id }) => {
    const map = parseUpstreams(text);
    if (!map.ok) throw new Error(map.error);
    expect(targetOf(map.value, address)?.id).toBe(id);
  });
});

test("parseUpstreams(): a tcp transport's host has no brackets", () => {
  const map = parseUpstreams('{"*":"tcp://[2001:db8::1]:5300"}');
  expect(map.ok && map.value.get("*")).toEqual({
    kind: "tcp",
    id: "tcp://[2001:db8::1]:5300",
    to: { hostname: "2001:db8::1", port: 5300 },
  });
});

describe("parseUpstreams(): what is wrong is named", () => {
  test.each<{ why: string; text: string; says: string }>([
    {
      why: "no JSON",
      text: "10.0.0.2=zone",
      says: 'takes a JSON object, resolver address to transport: received "10.0.0.2=zone"',
    },
    {
      why: "a list",
      text: "[]",
      says: 'takes a JSON object, resolver address to transport: received "[]"',
    },
    {
      why: "a key that is no address",
      text: '{"dns":"zone:internet"}',
      says: '["dns"]: the key is an IP address, with or without a port, or *',
    },
    {
      why: "one address in two spellings",
      text: '{"fd00::1":"zone:internet","fd00:0::1":"zone:internet"}',
      says: '["fd00:0::1"]: fd00::1 stands there twice',
    },
    ...[
      "http://dns.example.org/",
      "udp://192.0.2.1:53",
      "192.0.2.1",
      "zone:moon",
      "https://user:pw@dns.example.org/",
      "tcp://host:99999",
      "tcp://host:0",
      "tcp://host/path",
      "tcp://",
    ].map((received) => ({
      why: `no transport: ${received}`,
      text: JSON.stringify({ "*": received }),
      says: `["*"] takes https://…, tcp://host:port or zone:internet: received "${received}"`,
    })),
    {
      why: "a number",
      text: '{"*":53}',
      says: '["*"] takes https://…, tcp://host:port or zone:internet: received 53',
    },
  ])("$why", ({ text, says }) => {
    expect(parseUpstreams(text)).toEqual({ ok: false, error: says });
  });
});

test.each<{ text: string; endpoint: string | undefined }>([
  { text: "192.0.2.53", endpoint: "192.0.2.53" },
  { text: "192.0.2.53:53", endpoint: "192.0.2.53" },
  { text: "192.0.2.53:853", endpoint: "192.0.2.53:853" },
  { text: "[2001:DB8::53]", endpoint: "2001:db8::53" },
  { text: "[2001:db8::53]:5353", endpoint: "[2001:db8::53]:5353" },
  { text: "2001:db8::53", endpoint: "2001:db8::53" },
  { text: "192.0.2.53:0", endpoint: undefined },
  { text: "192.0.2.53:65536", endpoint: undefined },
  { text: "[192.0.2.53]:53", endpoint: undefined },
  { text: "192.0.2.053", endpoint: undefined },
  { text: "", endpoint: undefined },
])("canonicalEndpoint($text) is $endpoint", ({ text, endpoint }) => {
  expect(canonicalEndpoint(text)).toBe(endpoint);
});
