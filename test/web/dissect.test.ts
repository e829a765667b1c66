/**
 * Messages taken apart: what stands in which octets.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dissect, type Field, octetsOf } from "../../src/web/drawers/dissect.ts";
import { fixture } from "../dns/fixture.ts";

function rows(fields: readonly Field[]): string[] {
  return fields.map(
    ({ depth, label, value, from, to }) =>
      `${"  ".repeat(depth)}${label}: ${value} [${from}-${to}]`,
  );
}

test("dig's query, field by field", () => {
  expect(rows(dissect(fixture("dig-query"))).slice(0, 13)).toMatchInlineSnapshot(`
    [
      "Header: 12 octets [0-12]",
      "  ID: 62219 [0-2]",
      "  Flags: RD AD, opcode QUERY [2-4]",
      "  QDCOUNT: 1 [4-6]",
      "  ANCOUNT: 0 [6-8]",
      "  NSCOUNT: 0 [8-10]",
      "  ARCOUNT: 1 [10-12]",
      "Question: 1 entry [12-24]",
      "  a.test.: A [12-24]",
      "    QNAME: a.test. [12-20]",
      "    QTYPE: A (1) [20-22]",
      "    QCLASS: IN (1) [22-24]",
      "Additional: 1 entry [24-47]",
    ]
  `);
});

test("a compressed name is read, and said to be a pointer", () => {
  const fields = dissect(fixture("compressed-names"));
  expect(
    fields.some(({ label, value }) => label === "NAME" && value.endsWith(", by a pointer")),
  ).toBe(true);
});

describe("whatever the octets are", () => {
  test("nothing is thrown, and every field lies inside them", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        for (const { from, to } of dissect(octets)) {
          expect(from).toBeGreaterThanOrEqual(0);
          expect(to).toBeLessThanOrEqual(Math.max(12, octets.length));
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("a message that is cut says where it ends, and keeps what came before", () => {
    const whole = fixture("compressed-names");
    for (let length = 12; length < whole.length; length++) {
      const fields = dissect(whole.slice(0, length));
      expect(fields.at(-1)?.label).toBe("Unreadable");
      expect(fields.find(({ label }) => label === "ID")).toBeDefined();
    }
  });

  test("a count that lies does not make it go on", () => {
    const lying = new Uint8Array(12).fill(255);
    expect(dissect(lying).length).toBeLessThan(12);
  });
});

test("what is no base64 has no octets", () => {
  expect(octetsOf("§§§")).toEqual(new Uint8Array());
});
