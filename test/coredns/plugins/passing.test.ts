import { describe, expect, test } from "vitest";
import type { Setup } from "../../../src/coredns/plugin.ts";
import { errors } from "../../../src/coredns/plugins/errors.ts";
import { log } from "../../../src/coredns/plugins/log.ts";
import { passed, setting } from "../../../src/coredns/plugins/passed.ts";
import { built, contextOf, plugin, question, replyOf } from "../scene.ts";

describe("plugins that let queries through", () => {
  test.each<{ why: string; setup: Setup; text: string; by?: string }>([
    {
      why: "errors",
      setup: errors,
      text: 'errors stdout {\n stacktrace\n consolidate 10s ".* timeout$" warning show_first\n}',
    },
    { why: "log", setup: log, text: 'log example.org "{remote}" {\n class denial error\n}' },
    {
      why: "one of the chain that is not modelled",
      setup: passed,
      text: "rewrite name a.test b.test",
      by: "chain",
    },
    { why: "a setting of the process", setup: setting, text: "prometheus :9153", by: "setting" },
  ])("$why: the same reply, and no step", async ({ setup, text, by }) => {
    const said = replyOf({ answer: ["a.test. 5 IN A 192.0.2.1"] });
    const made = plugin(setup, text);
    expect(await made.serve(question("a.test."), contextOf(), async () => said)).toEqual(said);
    expect([made.name, made.passedBy]).toEqual([text.split(" ")[0], by]);
  });

  test.each<{ setup: Setup; text: string; says: string }>([
    { setup: errors, text: "errors stderr", says: "1: errors takes no arguments: received stderr" },
    {
      setup: errors,
      text: "errors {\n consolidate 5m\n}",
      says: "2: consolidate takes a duration and a regular expression",
    },
    {
      setup: errors,
      text: "errors {\n consolidate soon x\n}",
      says: "2: consolidate takes a duration",
    },
    {
      setup: errors,
      text: "errors {\n consolidate 5m x loud\n}",
      says: "consolidate has no level loud",
    },
    {
      setup: errors,
      text: "errors {\n consolidate 5m (\n}",
      says: "2: error parsing regexp: missing closing ): `(`",
    },
    ...["show_first warning", "warning error"].map((words) => ({
      setup: errors,
      text: `errors {\n consolidate 5m x ${words}\n}`,
      says: `2: consolidate takes a level, then show_first: received ${words}`,
    })),
    {
      setup: errors,
      text: "errors {\n file x\n}",
      says: "errors has no option file: known are stacktrace, consolidate",
    },
    {
      setup: log,
      text: "log {\n class some\n}",
      says: "2: log has no class some: known are all, success, denial, error",
    },
    { setup: log, text: "log {\n class\n}", says: "2: class takes one or more of all" },
    { setup: log, text: "log {\n format x\n}", says: "2: log has no option format" },
  ])("$text is refused", ({ setup, text, says }) => {
    expect(built(setup, text)).toContain(says);
  });
});
