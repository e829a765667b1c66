/**
 * The same lookup to do oneself, the response headers of one, and the capture.
 *
 * @module
 */
import { useEffect, useState } from "hono/jsx";
import type { Life } from "../../trace/life.ts";
import { spelledAs } from "../address.ts";
import { type Page, vantagePathOf } from "../page.ts";
import { printable } from "../text.tsx";
import { commandsOf } from "./commands.ts";

export interface YourselfProps {
  readonly life: Life;
  readonly page: Page;
  readonly copy?: ((text: string) => Promise<boolean>) | undefined;
}

export function YourselfDrawer({ life, page, copy }: YourselfProps) {
  const [copied, setCopied] = useState("");
  return (
    <>
      <dl class="commands">
        {commandsOf(life, page).map(({ tool, line, note }) => (
          <div>
            <dt>
              {tool}
              {note === undefined ? "" : `: ${note}`}
            </dt>
            <dd>
              <pre class="command">{printable(line)}</pre>
              {copy === undefined ? null : (
                <button
                  type="button"
                  aria-label={`Copy the line for ${tool}`}
                  onClick={() => copy(line).then((done) => setCopied(done ? tool : ""))}
                >
                  {copied === tool ? "Copied" : "Copy"}
                </button>
              )}
            </dd>
          </div>
        ))}
      </dl>
      <p>
        The packets as a capture for Wireshark:{" "}
        <a href={spelledAs(life.asked.self, "pcapng")} download="life.pcapng">
          life.pcapng
        </a>
        . All of this as <a href={spelledAs(life.asked.self, "json")}>JSON</a>.
      </p>
    </>
  );
}

/** Sends a lookup and gives its response's headers, a line each. */
export type ReadHeaders = (path: string) => Promise<string>;

export interface HeadersProps {
  readonly life: Life;
  readonly page: Page;
  readonly readHeaders?: ReadHeaders | undefined;
}

export function HeadersDrawer({ life, page, readHeaders }: HeadersProps) {
  const type = life.asked.call === "getaddrinfo" ? "A" : (life.asked.types[0] ?? "A");
  const query = new URLSearchParams({ name: life.asked.name, type });
  const self = new URLSearchParams(life.asked.self.split("?")[1] ?? "");
  for (const [name, value] of self) {
    if (["ndots", "search", "libc", "family", "cache", "seed"].includes(name))
      query.set(name, value);
  }
  const path = `${vantagePathOf(life.vantage)}/resolve?${query}`;
  const [text, setText] = useState<string | undefined>(undefined);
  useEffect(() => {
    let gone = false;
    if (page.own) return;
    readHeaders?.(path).then((read) => {
      if (!gone) setText(read);
    });
    return () => {
      gone = true;
    };
  }, [path]);
  if (page.own) return <p>An answer's headers are of lookups that the service can do by itself.</p>;
  return (
    <>
      <p>
        Each answer brings its trace in a header, <code>DNS-Trace</code>:{" "}
        <a href={path}>
          GET <code>{printable(path)}</code>
        </a>
      </p>
      {readHeaders === undefined ? null : (
        <pre class="file wrap">{printable(text ?? "asking …")}</pre>
      )}
    </>
  );
}
