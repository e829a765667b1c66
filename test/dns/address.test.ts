import { describe, expect, test } from "vitest";
import {
  addressFamily,
  addressOctets,
  addressOfOctets,
  arpaAddress,
  arpaName,
  canonicalAddress,
  inCidr,
} from "../../src/dns/address.ts";
import { name } from "../../src/dns/name.ts";

describe("canonicalAddress()", () => {
  test.each<{ why: string; text: string; canonical: string | undefined }>([
    { why: "IPv4 is as it is", text: "192.0.2.1", canonical: "192.0.2.1" },
    { why: "zero is written with one digit", text: "0.0.0.0", canonical: "0.0.0.0" },
    { why: "a leading zero would be octal", text: "192.0.2.01", canonical: undefined },
    { why: "an octet ends at 255", text: "192.0.2.256", canonical: undefined },
    { why: "three numbers are no address", text: "192.0.2", canonical: undefined },
    { why: "an empty part is none", text: "192..2.1", canonical: undefined },
    { why: "blanks are not skipped", text: " 192.0.2.1", canonical: undefined },
    { why: "digits are lower-cased and zeros dropped", text: "FD00:0:0::01", canonical: "fd00::1" },
    { why: "all zeros", text: "::", canonical: "::" },
    { why: "the loopback", text: "0:0:0:0:0:0:0:1", canonical: "::1" },
    {
      why: "the longest run is shortened",
      text: "2001:db8:0:0:1:0:0:0",
      canonical: "2001:db8:0:0:1::",
    },
    {
      why: "of equal runs the first is",
      text: "2001:db8:0:0:1:0:0:1",
      canonical: "2001:db8::1:0:0:1",
    },
    { why: "one zero group stays", text: "2001:db8::1:1:1:1:1", canonical: "2001:db8:0:1:1:1:1:1" },
    { why: "IPv4-mapped is mixed", text: "::ffff:c000:201", canonical: "::ffff:192.0.2.1" },
    { why: "the mixed form is read", text: "64:ff9b::192.0.2.1", canonical: "64:ff9b::c000:201" },
    { why: "the mixed form must end", text: "::192.0.2.1:1", canonical: undefined },
    { why: "before :: there is no mixed form", text: "192.0.2.1::", canonical: undefined },
    { why: "two :: are ambiguous", text: "1::2::3", canonical: undefined },
    { why: ":: stands for a group", text: "1:2:3:4::5:6:7:8", canonical: undefined },
    { why: "nine groups are too many", text: "1:2:3:4:5:6:7:8:9", canonical: undefined },
    { why: "seven are too few", text: "1:2:3:4:5:6:7", canonical: undefined },
    { why: "a group has four digits", text: "::00001", canonical: undefined },
    { why: "three colons", text: ":::", canonical: undefined },
    { why: "a colon at the end", text: "1::2:", canonical: undefined },
    { why: "a zone id is not part of it", text: "fe80::1%eth0", canonical: undefined },
    { why: "nothing", text: "", canonical: undefined },
  ])("$why: $text", ({ text, canonical }) => {
    expect(canonicalAddress(text)).toBe(canonical);
    expect(addressFamily(text)).toBe(
      canonical === undefined ? undefined : canonical.includes(":") ? 6 : 4,
    );
    if (canonical !== undefined) {
      expect(addressOfOctets(addressOctets(canonical) as Uint8Array)).toBe(canonical);
    }
  });
});

describe("arpa", () => {
  test.each([
    { address: "10.244.1.4", arpa: "4.1.244.10.in-addr.arpa." },
    {
      address: "2001:db8::567:89ab",
      arpa: "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.",
    },
  ])("$address is $arpa both ways", ({ address, arpa }) => {
    expect(arpaName(address)).toBe(arpa);
    expect(arpaAddress(name(arpa))).toBe(address);
    expect(arpaAddress(name(arpa.toUpperCase()))).toBe(address);
  });

  test.each([
    { why: "a zone is no address", of: "1.244.10.in-addr.arpa." },
    { why: "one label too many", of: "5.4.1.244.10.in-addr.arpa." },
    { why: "a leading zero", of: "04.1.244.10.in-addr.arpa." },
    { why: "31 nibbles", of: `${"0.".repeat(31)}ip6.arpa.` },
    { why: "a label of two digits", of: `${"0.".repeat(31)}00.ip6.arpa.` },
    { why: "another tree", of: "4.1.244.10.in-addr.example." },
    { why: "the root", of: "." },
  ])("$why", ({ of }) => {
    expect(arpaAddress(name(of))).toBeUndefined();
  });
});

describe("inCidr()", () => {
  test.each<{ why: string; address: string; cidr: string; is: boolean }>([
    { why: "the first address", address: "10.96.0.0", cidr: "10.96.0.0/12", is: true },
    { why: "the last address", address: "10.111.255.255", cidr: "10.96.0.0/12", is: true },
    { why: "one beyond", address: "10.112.0.0", cidr: "10.96.0.0/12", is: false },
    {
      why: "host bits of the block do not matter",
      address: "10.96.0.1",
      cidr: "10.99.1.1/12",
      is: true,
    },
    { why: "everything", address: "192.0.2.1", cidr: "0.0.0.0/0", is: true },
    { why: "one address", address: "192.0.2.1", cidr: "192.0.2.1/32", is: true },
    { why: "no length is one address", address: "192.0.2.2", cidr: "192.0.2.1", is: false },
    { why: "IPv6", address: "fd00:10:96::a", cidr: "fd00:10:96::/112", is: true },
    { why: "IPv6 beyond", address: "fd00:10:97::a", cidr: "fd00:10:96::/112", is: false },
    { why: "families do not mix", address: "0.0.0.1", cidr: "::/0", is: false },
    { why: "a length beyond the address", address: "10.0.0.1", cidr: "10.0.0.0/33", is: false },
    { why: "a length that is no number", address: "10.0.0.1", cidr: "10.0.0.0/8x", is: false },
  ])("$why: $address in $cidr is $is", ({ address, cidr, is }) => {
    expect(inCidr(address, cidr)).toBe(is);
  });
});
