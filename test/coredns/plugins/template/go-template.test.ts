import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { templateData } from "../../../../src/coredns/plugins/template/data.ts";
import { execute, fullBudget } from "../../../../src/coredns/plugins/template/execute.ts";
import { parseTemplate } from "../../../../src/coredns/plugins/template/parse.ts";
import { name } from "../../../../src/dns/name.ts";
import { contextOf, question } from "../../scene.ts";

const DATA = templateData({
  question: question("IP-10-0a.example."),
  context: contextOf(),
  zone: name("example."),
  className: "IN",
  type: "A",
  matched: {
    source: "^ip-(?P<a>[0-9]+)-(?P<b>[0-9a-f]+)[.](x)?",
    groupNames: [undefined, "a", "b", undefined],
    groups: ["ip-10-0a.", "10", "0a", undefined],
  },
  metadata: new Map([["kubernetes/client-namespace", "shop"]]),
});

/** The text, or why there is none: from reading, or from executing. */
function run(template: string): string {
  const parsed = parseTemplate(template);
  if (!parsed.ok) return `read: ${parsed.error}`;
  const text = execute(parsed.value, DATA, fullBudget());
  return text.ok ? text.value : `execute: ${text.error}`;
}

/** Go's `text/template` makes the same of each. */
test.each<{ why: string; template: string; is: string }>([
  { why: "text stays", template: "a b", is: "a b" },
  {
    why: "a field is printed",
    template: "{{ .Name }} {{.Zone}}",
    is: "ip-10-0a.example. example.",
  },
  { why: "the question keeps its case", template: "{{ .Question.Name }}", is: "IP-10-0a.example." },
  {
    why: "the question has numbers",
    template: "{{ .Question.Qtype }} {{ .Question.Qclass }}",
    is: "1 1",
  },
  {
    why: "groups have names and numbers",
    template: '{{ .Group.a }} {{ index .Group "1" }}',
    is: "10 10",
  },
  { why: "a group that took no part is empty", template: "[{{ index .Match 3 }}]", is: "[]" },
  { why: "a group that is not there has no value", template: "{{ .Group.zzz }}", is: "<no value>" },
  {
    why: "index of a map without the key is empty",
    template: '[{{ index .Group "zzz" }}]',
    is: "[]",
  },
  {
    why: "the match is a list",
    template: "{{ index .Match 0 }} {{ len .Match }} {{ .Match }}",
    is: "ip-10-0a. 4 [ip-10-0a. 10 0a ]",
  },
  {
    why: "the client, the class and the type",
    template: "{{ .Remote }} {{ .Class }} {{ .Type }}",
    is: "10.244.2.5 IN A",
  },
  {
    why: "Meta is a method",
    template: '{{ .Meta "kubernetes/client-namespace" }}[{{ .Meta "x/y" }}]',
    is: "shop[]",
  },
  {
    why: "the message is at hand",
    template:
      "{{ .Message.Id }} {{ .Message.RecursionDesired }} {{ (index .Message.Question 0).Qtype }}",
    is: "0 true 1",
  },
  { why: "parseInt reads a base", template: "{{ parseInt .Group.b 16 8 }}", is: "10" },
  {
    why: "parseInt in a pipe",
    template: '{{ .Group.a | printf "%s" }}.{{ parseInt "0x1f" 0 16 }}',
    is: "10.31",
  },
  {
    why: "parseInt has a size",
    template: '{{ parseInt "256" 10 8 }}',
    is: 'execute: error calling parseInt: strconv.ParseUint: parsing "256": value out of range',
  },
  {
    why: "parseInt takes digits",
    template: '{{ parseInt "1g" 16 8 }}',
    is: 'execute: error calling parseInt: strconv.ParseUint: parsing "1g": invalid syntax',
  },
  {
    why: "printf pads and converts",
    template: '{{ printf "%03d-%x-%s-%q-%5s|%-4s|%v%%" 7 255 "a" "b" "c" "d" true }}',
    is: '007-ff-a-"b"-    c|d   |true%',
  },
  {
    why: "printf complains as Go does",
    template: '{{ printf "%d %s" "a" }}{{ printf "a" 1 }}',
    is: "%!d(string=a) %!s(MISSING)a%!(EXTRA int=1)",
  },
  {
    why: "print puts spaces between what is no string",
    template: '{{ print 1 2 "a" "b" 3 }}',
    is: "1 2ab3",
  },
  { why: "println ends the line", template: '{{ println "a" 1 }}', is: "a 1\n" },
  { why: "slice cuts", template: "{{ slice .Name 3 5 }}{{ len (slice .Match 1) }}", is: "103" },
  {
    why: "comparisons",
    template:
      '{{ eq .Type "AAAA" "A" }} {{ ne 1 2 }} {{ lt 1 2 }} {{ le 2 2 }} {{ gt "b" "a" }} {{ ge 1 2 }}',
    is: "true true true true true false",
  },
  {
    why: "numbers and texts do not compare",
    template: "{{ eq .Group.a 10 }}",
    is: "execute: error calling eq: incompatible types for comparison",
  },
  {
    why: "and, or, not stop early",
    template: '{{ and 0 .Nope }} {{ or "a" .Nope }} {{ not "" }}',
    is: "0 a true",
  },
  {
    why: "html and urlquery escape",
    template: `{{ html "<a>" }} {{ urlquery "a b&c" }}`,
    is: "&lt;a&gt; a+b%26c",
  },
  {
    why: "a variable",
    template: "{{ $x := parseInt .Group.b 16 8 }}{{ $x }}{{ $x = 3 }}{{ $x }}{{ $.Type }}",
    is: "103A",
  },
  {
    why: "if, else if, else",
    template: '{{ if eq .Type "AAAA" }}6{{ else if eq .Type "A" }}4{{ else }}0{{ end }}',
    is: "4",
  },
  {
    why: "an empty text is false",
    template: "{{ if index .Match 3 }}x{{ else }}y{{ end }}",
    is: "y",
  },
  {
    why: "with sets the dot",
    template:
      "{{ with .Group.a }}{{ . }}{{ $.Type }}{{ end }}{{ with .Group.zzz }}x{{ else }}-{{ end }}",
    is: "10A-",
  },
  {
    why: "range over a list",
    template: "{{ range .Match }}<{{ . }}>{{ end }}",
    is: "<ip-10-0a.><10><0a><>",
  },
  {
    why: "range with index",
    template: "{{ range $i, $m := slice .Match 1 3 }}{{ $i }}={{ $m }} {{ end }}",
    is: "0=10 1=0a ",
  },
  {
    why: "range over a map goes by key",
    template: "{{ range $k, $v := .Group }}{{ $k }} {{ end }}",
    is: "0 1 2 3 a b ",
  },
  {
    why: "range over a number, with break and continue",
    template:
      "{{ range $i := 9 }}{{ if eq $i 1 }}{{ continue }}{{ end }}{{ if gt $i 3 }}{{ break }}{{ end }}{{ $i }}{{ end }}",
    is: "023",
  },
  {
    why: "range over nothing",
    template: "{{ range slice .Match 4 }}x{{ else }}none{{ end }}",
    is: "none",
  },
  { why: "white space is taken away", template: "a  {{- 1 -}}  b {{ 2 }} c", is: "a1b 2 c" },
  { why: "a comment is nothing", template: "a{{/* b */}}c {{- /* d */ -}} e", is: "ace" },
  {
    why: "quotes of three kinds",
    template: "{{ `a\\` }}{{ \"\\x41\\n\" }}{{ 'a' }}",
    is: "a\\A\n97",
  },
  {
    why: "numbers of all kinds",
    template: "{{ 0x1F }} {{ 1_000 }} {{ 0b11 }} {{ -3 }} {{ 1.5 }}",
    is: "31 1000 3 -3 1.5",
  },
])("a template: $why", ({ template, is }) => {
  expect(run(template)).toBe(is);
});

describe("a template is wrong", () => {
  test.each([
    ["{{ .Name", "read: unclosed action"],
    ["{{ }}", "read: missing value for command"],
    ["{{ upper .Name }}", 'read: function "upper" not defined'],
    ["{{ $y }}", 'read: undefined variable "$y"'],
    ["{{ if .Name }}a", "read: unexpected EOF: the {{end}} of {{if}} is missing"],
    ["a{{ end }}", "read: unexpected {{end}}"],
    ["{{ else }}", "read: unexpected {{else}}"],
    ["{{ if 1 }}{{ else }}{{ else }}{{ end }}", "read: expected {{end}}: found {{else}}"],
    ["{{ break }}", "read: {{break}} outside {{range}}"],
    ['{{ "a }}', "read: unterminated quoted string"],
    ['{{ "\\z" }}', 'read: invalid escape in "\\z'],
    ["{{ 'ab' }}", "read: malformed character constant: 'ab'"],
    ["{{ 1x }}", 'read: bad number syntax: "1x"'],
    ["{{ .Name | 1 }}", "read: non executable command in pipeline stage 2"],
    ["{{ (.Name }}", "read: unclosed left paren"],
    ["{{ .Name) }}", 'read: unexpected ")" in operand'],
    ["{{ # }}", 'read: unexpected "#" in an action'],
    ["{{/* a }}", "read: unclosed comment"],
    ['{{ template "x" }}', "read: {{template}} is not read here"],
    ["{{if 1}}".repeat(51), "read: actions may stand 50 deep"],
    [`{{ ${"(".repeat(51)} }}`, "read: parentheses may stand 50 deep"],
    ["a".repeat(20_001), "read: a template has at most 20000 characters: received 20001"],
    ["{{ .Nope }}", "execute: can't evaluate field Nope in type *template.templateData"],
    ["{{ .Message.ID }}", "execute: can't evaluate field ID in type *dns.Msg"],
    ["{{ .Name.X }}", "execute: can't evaluate field X in type string"],
    ["{{ .Name 1 }}", "execute: Name has arguments but cannot be invoked as function"],
    ["{{ index .Match 4 }}", "execute: error calling index: index out of range: 4"],
    ["{{ len 1 }}", "execute: error calling len: len of type int"],
    ["{{ not 1 2 }}", "execute: error calling not: wrong number of args: want 1 got 2"],
    ["{{ range .Name }}{{ end }}", "execute: range can't iterate over ip-10-0a.example."],
    ["{{ range 1000000 }}{{ end }}", "execute: the templates take too many steps"],
    [
      '{{ printf "%9999d" 1 }}',
      "execute: error calling printf: printf pads to 1000 columns at most: received %9999d",
    ],
    [
      `{{ $x := "aaaaaaaa" }}{{ range 60 }}{{ $x = print $x $x }}{{ end }}`,
      "execute: the templates' text is too long",
    ],
  ])("%s", (template, is) => {
    expect(run(template)).toBe(is);
  });
});

test("no template throws", () => {
  const piece = fc.constantFrom(
    ..."{{ | }} {{end}} {{else}} {{if {{range $x := $i, , .Match .Group .Name .x $x $ . ( ) 1 \"a\" `b` 'c' -}} {{- index len printf parseInt eq and /* */ break".split(
      " ",
    ),
    '"%d%s%q"',
    " ",
    " ",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (parts) => {
      expect(typeof run(parts.join(""))).toBe("string");
      expect(typeof run(parts.join(" "))).toBe("string");
    }),
    { numRuns: 1000 },
  );
});
