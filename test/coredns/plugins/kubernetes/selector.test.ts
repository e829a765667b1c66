import { describe, expect, test } from "vitest";
import { parseSelector, selects } from "../../../../src/coredns/plugins/kubernetes/selector.ts";

const LABELS = { app: "nginx", environment: "qa", "example.org/empty": "" };

describe("a selector", () => {
  test.each<{ why: string; selector: string; selected: boolean }>([
    { why: "with = wants the value", selector: "app=nginx", selected: true },
    { why: "with == wants the value too", selector: "app == nginx", selected: true },
    { why: "with another value does not match", selector: "app=apache", selected: false },
    {
      why: "with empty brackets wants the empty value",
      selector: "example.org/empty in ()",
      selected: true,
    },
    {
      why: "with a comma before the bracket wants the empty value too",
      selector: "example.org/empty in (a,)",
      selected: true,
    },
    {
      why: "with in wants one of the values",
      selector: "environment in (staging, qa)",
      selected: true,
    },
    { why: "with in wants the label", selector: "tier in (db)", selected: false },
    { why: "with notin wants none of them", selector: "environment notin (qa)", selected: false },
    { why: "with notin takes the absent label", selector: "tier notin (db)", selected: true },
    { why: "with a label alone wants it there", selector: "app", selected: true },
    { why: "with ! wants it absent", selector: "!app", selected: false },
    {
      why: "with nothing behind = wants the empty value",
      selector: "example.org/empty=",
      selected: true,
    },
    {
      why: "wants all of its requirements",
      selector: "environment in (qa),app=apache",
      selected: false,
    },
    { why: "that is empty takes everything", selector: "", selected: true },
    {
      why: "does not take what all objects inherit for labels",
      selector: "constructor",
      selected: false,
    },
  ])("$why", ({ selector, selected }) => {
    const parsed = parseSelector(selector);
    expect(parsed.ok && selects(parsed.value, LABELS)).toBe(selected);
  });

  test.each<{ selector: string; error: string }>([
    { selector: "=x", error: "a requirement begins with a label: received =" },
    { selector: "a b", error: "a comma and a requirement must follow: received b" },
    { selector: "a=b,", error: "a comma and a requirement must follow: received ," },
    { selector: "a in b", error: "in and notin take (VALUE, …): received b" },
    { selector: "a in (", error: "a value must stand between the brackets: received nothing" },
    { selector: "a in (b c)", error: "the values end with a bracket: received c" },
    { selector: "a!=b", error: "the operators are =, ==, in, notin and !: received !=" },
    { selector: "a-", error: "a requirement begins with a label: received a-" },
    { selector: "x/y/z", error: "a requirement begins with a label: received x/y/z" },
    { selector: "A.b/c=d", error: "a requirement begins with a label: received A.b/c" },
    { selector: "a=b_", error: "a= takes a value: received b_" },
    { selector: "a=b=c", error: "a comma and a requirement must follow: received =" },
  ])("that is wrong says where: $selector", ({ selector, error }) => {
    expect(parseSelector(selector)).toEqual({ ok: false, error });
  });
});
