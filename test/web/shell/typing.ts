/**
 * A shell in a Pod of the shipped clusters, with the whole service behind it in process.
 *
 * @module
 */

import { run } from "../../../src/web/shell/run.ts";
import { newSession, type Output, type Session } from "../../../src/web/shell/session.ts";
import { type TestSettings, testService } from "../../http/service.ts";

export interface Typing {
  /** Runs one line, in the session that the lines before it left. */
  type(line: string): Promise<Output>;
  /** Paths of the requests so far, with the method where it is not GET. */
  readonly requests: readonly string[];
  session(): Session;
}

/**
 * @param pod in namespace `default` of `cluster`; `client` is the default Pod
 * @param options beside a seed and `cache=off`: what one row asks must not show in the next one's flags
 */
export function typing(
  pod = "client",
  options: Readonly<Record<string, string>> = {},
  settings: TestSettings & { readonly cluster?: string; readonly libc?: string } = {},
): Typing {
  const { cluster = "demo", libc = "glibc" } = settings;
  const { app, clock } = testService(settings);
  const vantage =
    pod === "client" && cluster === "demo"
      ? ""
      : `/clusters/${cluster}/namespaces/default/pods/${pod}`;
  const seat = { cluster, namespace: "default", pod, node: "node-1", libc };
  const requests: string[] = [];
  let session = newSession(vantage, seat, { seed: "7", cache: "off", ...options });
  const io = {
    fetch: async (path: string, init: RequestInit = {}): Promise<Response> => {
      requests.push(init.method === undefined ? path : `${init.method} ${path}`);
      return app.request(path, init);
    },
    now: () => clock.now,
    random: () => 0.5,
  };
  return {
    type: async (line) => {
      const output = await run(line, session, io);
      session = output.session;
      return output;
    },
    requests,
    session: () => session,
  };
}

/** What was printed, as a terminal has it: each line with its newline. */
export function textOf({ lines }: Pick<Output, "lines">): string {
  return lines.map(({ text }) => `${text}\n`).join("");
}
