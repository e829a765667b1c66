import { describe, expect, test } from "vitest";
import { parseRR, printRR } from "../../src/dns/records.ts";
import { parseType, rcodeName, rcodeNumber, typeName, typeNumber } from "../../src/dns/types.ts";

/** `printed` is what dig 9.18 prints for the same octets, on one line. */
describe("parseRR() and printRR()", () => {
  test.each<{ why: string; line: string; printed?: string }>([
    { why: "an address", line: "a.test. 30 IN A 192.0.2.1" },
    {
      why: "TTL and class may be left out",
      line: "a.test A 192.0.2.1",
      printed: "a.test. 3600 IN A 192.0.2.1",
    },
    {
      why: "or stand in the other order",
      line: "a.test. in 5 a 192.0.2.1",
      printed: "a.test. 5 IN A 192.0.2.1",
    },
    {
      why: "a TTL with units",
      line: "a.test. 1h30m A 192.0.2.1",
      printed: "a.test. 5400 IN A 192.0.2.1",
    },
    {
      why: "a comment ends the line",
      line: "a.test. 1 IN A 192.0.2.1 ; web",
      printed: "a.test. 1 IN A 192.0.2.1",
    },
    {
      why: "blanks of any kind",
      line: "a.test.\t1  IN\tA 192.0.2.1",
      printed: "a.test. 1 IN A 192.0.2.1",
    },
    {
      why: "IPv6 is canonical",
      line: "b.test. 1 IN AAAA 2001:DB8:0::1",
      printed: "b.test. 1 IN AAAA 2001:db8::1",
    },
    { why: "names keep case and escapes", line: "c\\.d.test. 1 IN CNAME We\\.b.Test." },
    { why: "@ is the root", line: "@ 1 IN NS @", printed: ". 1 IN NS ." },
    { why: "a wildcard", line: "*.test. 1 IN PTR a.test." },
    { why: "a DNAME", line: "dn.test. 1 IN DNAME other.test." },
    { why: "SRV", line: "_dns._udp.test. 1 IN SRV 0 100 53 a.test." },
    { why: "MX of a domain without mail", line: "mx.test. 1 IN MX 0 ." },
    {
      why: "SOA with units and parentheses",
      line: "s.test. 1 IN SOA ns.s.test. host\\.master.s.test. ( 1 1h 15m 1w 30 )",
      printed: "s.test. 1 IN SOA ns.s.test. host\\.master.s.test. 1 3600 900 604800 30",
    },
    {
      why: "TXT with quotes, backslashes, any octet",
      line: 't.test. 1 IN TXT "a \\"q\\" \\\\ \\007 \\255" "b" ""',
    },
    {
      why: "a word needs no quotes",
      line: "t.test. 1 IN TXT v=1 b\\;c",
      printed: 't.test. 1 IN TXT "v=1" "b;c"',
    },
    {
      why: "text beyond ASCII is UTF-8",
      line: "t.test. 1 IN TXT größe",
      printed: 't.test. 1 IN TXT "gr\\195\\182\\195\\159e"',
    },
    {
      why: "CAA keeps octets that are no UTF-8",
      line: 'caa.test. 1 IN CAA 128 issue "ca.test; policy=ev \\200"',
    },
    {
      why: "HINFO",
      line: 'h.test. 1 IN HINFO "PC Intel" Linux',
      printed: 'h.test. 1 IN HINFO "PC Intel" "Linux"',
    },
    {
      why: "DS in several words",
      line: "ds.test. 1 IN DS 60485 5 1 ( 2bb183af5f22588179a53b0a 98631FAD1A292118 )",
      printed: "ds.test. 1 IN DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
    },
    { why: "CDS that asks for deletion (RFC 8078)", line: "cds.test. 1 IN CDS 0 0 0 00" },
    {
      why: "DNSKEY",
      line: "key.test. 1 IN DNSKEY 256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8no",
    },
    {
      why: "CDNSKEY that asks for deletion has a key of one octet",
      line: "key.test. 1 IN CDNSKEY 0 3 0 AA==",
    },
    {
      why: "RRSIG with dates",
      line: "sig.test. 1 IN RRSIG A 5 3 86400 20030322173103 20030220173103 2642 example.com. oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTr",
    },
    {
      why: "a leap day, and the last second of 32 bits (which dig, having a clock, takes for 1969)",
      line: "sig.test. 1 IN RRSIG TYPE65280 5 3 0 21060207062815 20240229235959 1 . AA==",
    },
    {
      why: "NSEC with types of several windows",
      line: "nsec.test. 1 IN NSEC host.example.com. A CAA TYPE1234 MX",
      printed: "nsec.test. 1 IN NSEC host.example.com. A MX CAA TYPE1234",
    },
    {
      why: "NSEC3",
      line: "n3.test. 1 IN NSEC3 1 1 12 AABBCCDD 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR NS SOA MX RRSIG DNSKEY NSEC3PARAM",
    },
    { why: "NSEC3PARAM without salt", line: "n3p.test. 1 IN NSEC3PARAM 1 0 0 -" },
    {
      why: "TLSA",
      line: "tlsa.test. 1 IN TLSA 3 1 1 D2ABDE240D7CD3EE6B4B28C54DF034B97983A1D16E8A410E4561CB106618E971",
    },
    { why: "SSHFP of a kind that no registry knows", line: "ssh.test. 1 IN SSHFP 9 9 1234" },
    { why: "NAPTR", line: 'nap.test. 1 IN NAPTR 100 50 "s" "z3950+I2L+I2C" "" _z3950._tcp.test.' },
    { why: "SVCB", line: "svcb.test. 1 IN SVCB 1 foo.test. port=53" },
    { why: "HTTPS as an alias", line: "https.test. 1 IN HTTPS 0 svc.test." },
    {
      why: "HTTPS with parameters, in the order of their numbers",
      line: 'https.test. 1 IN HTTPS 1 . key65333="ex\\"a b\\200" port=443 alpn=h2,h3 no-default-alpn ipv4hint=192.0.2.1,192.0.2.2 ech=AAAA ipv6hint=2001:db8::1',
      printed:
        'https.test. 1 IN HTTPS 1 . alpn="h2,h3" no-default-alpn port=443 ipv4hint=192.0.2.1,192.0.2.2 ech=AAAA ipv6hint=2001:db8::1 key65333="ex\\"a b\\200"',
    },
    {
      why: "what is mandatory, in order (RFC 9460 §D.2)",
      line: "svcb.test. 1 IN SVCB 16 foo.test. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1",
      printed:
        'svcb.test. 1 IN SVCB 16 foo.test. mandatory=alpn,ipv4hint alpn="h2,h3-19" ipv4hint=192.0.2.1',
    },
    {
      why: "a comma in a protocol (RFC 9460 §D.2)",
      line: 'svcb.test. 1 IN SVCB 16 foo.test. alpn="f\\\\\\\\oo\\\\,bar,h2"',
    },
    { why: "URI", line: 'uri.test. 1 IN URI 10 1 "ftp://ftp.test/public?a=\\"b\\""' },
    { why: "RP", line: "rp.test. 1 IN RP a\\.b.test. txt.test." },
    { why: "a type without a name", line: "u.test. 1 IN TYPE65280 \\# 3 010203" },
    { why: "no data at all", line: "u.test. 1 IN TYPE65280 \\# 0" },
    {
      why: "a known type in octets",
      line: "a.test. 1 IN A \\# 4 C0 000207",
      printed: "a.test. 1 IN A 192.0.2.7",
    },
    {
      why: "a known type by its number",
      line: "a.test. 1 IN TYPE1 192.0.2.7",
      printed: "a.test. 1 IN A 192.0.2.7",
    },
    { why: "octets that are no CAA stay octets", line: "c.test. 1 IN CAA \\# 2 0009" },
  ])("$why", ({ line, printed }) => {
    const parsed = parseRR(line);
    if (!parsed.ok) throw new Error(parsed.error);
    const text = printRR(parsed.value);
    expect(text).toBe(printed ?? line);
    expect(parseRR(text)).toEqual(parsed);
  });

  test.each<{ why: string; line: string; error: RegExp }>([
    { why: "nothing", line: " ; nothing", error: /^the line is empty$/ },
    { why: "no type", line: "a.test. 30 IN", error: /^the type is missing/ },
    { why: "no such type", line: "a.test. NOPE x", error: /^not a record type: NOPE$/ },
    { why: "a meta type is no record", line: "a.test. ANY x", error: /^not a record type: ANY$/ },
    { why: "another class", line: "a.test. CH TXT x", error: /^not a record type: CH$/ },
    { why: "a TTL of 32 bits", line: "a.test. 4294967295 A 192.0.2.1", error: /^a TTL is at most/ },
    {
      why: "the owner is no name",
      line: "a..test. A 192.0.2.1",
      error: /^a\.\.test\.: label 2 is empty$/,
    },
    {
      why: "no address",
      line: "a.test. A 192.0.2",
      error: /^A: takes one IPv4 address: received 192\.0\.2$/,
    },
    { why: "the other family", line: "a.test. AAAA 192.0.2.1", error: /^AAAA: takes one IPv6/ },
    { why: "two addresses", line: "a.test. A 192.0.2.1 192.0.2.2", error: /^A: takes one/ },
    {
      why: "a number too large",
      line: "m.test. MX 65536 a.",
      error: /^MX: preference is not a number from 0 to 65535: 65536$/,
    },
    {
      why: "a field too few",
      line: "s.test. SRV 0 0 a.",
      error: /^SRV: takes priority weight port target: received 0 0 a\.$/,
    },
    { why: "an open quote", line: 't.test. TXT "a', error: /quotation mark is not closed$/ },
    {
      why: "a string of 256 octets",
      line: `t.test. TXT ${"a".repeat(256)}`,
      error: /^TXT: a string has at most 255/,
    },
    { why: "a bad escape", line: "t.test. TXT a\\256", error: /^TXT: a backslash takes/ },
    { why: "an odd digit", line: "d.test. DS 1 1 1 ABC", error: /^DS: not an even number/ },
    {
      why: "base64 that no encoder writes",
      line: "d.test. DNSKEY 1 3 1 AB==",
      error: /^DNSKEY: not base64/,
    },
    {
      why: "31 April",
      line: "r.test. RRSIG A 5 3 1 20230431000000 0 1 . AA==",
      error: /^RRSIG: not YYYYMMDD/,
    },
    {
      why: "a parameter twice",
      line: "h.test. HTTPS 1 . port=1 port=2",
      error: /^HTTPS: port stands there twice$/,
    },
    {
      why: "a parameter that takes no value",
      line: "h.test. HTTPS 1 . no-default-alpn=1",
      error: /takes no value/,
    },
    {
      why: "a wrong length",
      line: "u.test. TYPE65280 \\# 4 010203",
      error: /says 4 octets: received 3$/,
    },
    { why: "octets that are no A", line: "u.test. A \\# 3 010203", error: /no A record$/ },
    {
      why: "a type that has no form here",
      line: "l.test. LOC 52 N",
      error: /^LOC: its data is written as/,
    },
    {
      why: "data that no type can hold",
      line: `d.test. OPENPGPKEY ${"AAAA".repeat(22_000)}`,
      error: /more than 65535/,
    },
  ])("refuses $why", ({ line, error }) => {
    const parsed = parseRR(line);
    expect(parsed.ok ? "" : parsed.error).toMatch(error);
  });
});

describe("types and rcodes", () => {
  test.each<{ why: string; text: string; type: string | undefined }>([
    { why: "any case", text: "aaaa", type: "AAAA" },
    { why: "a number", text: "65", type: "HTTPS" },
    { why: "TYPEn of a known type is that type", text: "type28", type: "AAAA" },
    { why: "an unknown number", text: "65280", type: "TYPE65280" },
    { why: "leading zeros make no other type", text: "TYPE00001", type: "A" },
    { why: "ANY may be asked for", text: "any", type: "ANY" },
    { why: "too large", text: "65536", type: undefined },
    { why: "a word of JavaScript", text: "constructor", type: undefined },
    { why: "nothing", text: "", type: undefined },
  ])("parseType(): $why", ({ text, type }) => {
    expect(parseType(text)).toBe(type);
  });

  test("every number has one name, and the name that number", () => {
    for (let number = 0; number <= 0xffff; number++) {
      expect(typeNumber(typeName(number))).toBe(number);
    }
    for (let number = 0; number <= 0xfff; number++) {
      expect(rcodeNumber(rcodeName(number))).toBe(number);
    }
  });

  test("BADVERS is 16, and what is no rcode is SERVFAIL", () => {
    expect(rcodeName(16)).toBe("BADVERS");
    expect(rcodeNumber("RCODE4096")).toBe(2);
    expect(rcodeNumber("NOPE")).toBe(2);
  });
});
