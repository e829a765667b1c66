/**
 * Columns give back what was put in, and find what a search through all of it would find.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { rowsByAddress, TextColumn, textColumn, textsIn } from "../../src/cluster/columns.ts";
import { grouped } from "../../src/cluster/grouped.ts";
import { addressKey } from "../../src/cluster/indexes.ts";
import { ipv4Number } from "../../src/cluster/ipv4.ts";
import { addressFamily } from "../../src/dns/address.ts";

test("texts come back as they were put in", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z.-]{0,5}$/)), (texts) => {
      const column = textColumn(texts);
      expect(Array.from(texts, (_, row) => column.at(row))).toEqual(texts);
      expect(texts.length === 0 || textsIn(column.joined) === texts.length).toBe(true);
    }),
  );
});

test("texts that are missing are empty", () => {
  const column = new TextColumn("a b", 4);
  expect([0, 1, 2, 3].map((row) => column.at(row))).toEqual(["a", "b", "", ""]);
});

/** Few enough that rows share them. */
const IPV4 = fc.nat(40).map((number) => `10.${number % 3}.0.${number}`);
const IPV6 = fc
  .nat(10)
  .map((number) => (number % 2 === 0 ? `fd00::${number}` : `FD00:0::${number}`));
const ROW = fc.oneof(
  fc.constant(""),
  IPV4,
  IPV6,
  fc.tuple(IPV4, IPV6).map((both) => both.join(",")),
  fc.tuple(IPV6, IPV4, IPV4).map((all) => all.join(",")),
);

test("rows are found by each of their addresses, in order", () => {
  fc.assert(
    fc.property(fc.array(ROW, { maxLength: 100 }), fc.oneof(IPV4, IPV6), (rows, address) => {
      const key = addressKey(address);
      const having = rows.flatMap((row, at) =>
        row.split(",").flatMap((one) => (one !== "" && addressKey(one) === key ? [at] : [])),
      );
      expect(rowsByAddress(textColumn(rows))(key)).toEqual(having);
    }),
  );
});

test("addresses that follow one another are found in a few steps each", () => {
  const rows = Array.from(
    { length: 100_000 },
    (_, at) => `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`,
  );
  const find = rowsByAddress(textColumn(rows));
  expect(rows.every((address, row) => find(address)[0] === row)).toBe(true);
});

test("rows are grouped as a filter would", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1, max: 4 })), (groups) => {
      const rowsOf = grouped(groups, 5);
      for (let group = -1; group < 5; group++) {
        const rows = groups.flatMap((one, row) => (one === group ? [row] : []));
        expect(rowsOf(group)).toEqual(rows);
      }
    }),
  );
});

test.each([
  "0.0.0.0",
  "255.255.255.255",
  "10.0.0.1",
  "1.2.3",
  "1.2.3.4.5",
  "256.0.0.1",
  "01.2.3.4",
  "1.2.3.4 ",
  "",
  "....",
  "1..2.3",
  "::1",
  "1.2.3.-4",
  "1.2.3.4.",
  ".1.2.3.4",
  "1e1.0.0.0",
])("%j is IPv4 or is not, as everywhere else", (text) => {
  const number = ipv4Number(text);
  expect(number !== undefined).toBe(addressFamily(text) === 4);
  if (number === undefined) return;
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256);
  expect(octets.join(".")).toBe(text);
});

test("any text is IPv4 or is not, as everywhere else", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.]{0,17}$/), fc.ipV4()), (text) => {
      expect(ipv4Number(text) !== undefined).toBe(addressFamily(text) === 4);
    }),
    { numRuns: 2000 },
  );
});
