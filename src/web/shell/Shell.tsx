/**
 * The shell as the page shows it: a log of what was printed, and a line to type on.
 *
 * The server renders it empty, with a note for browsers without scripts. Another Pod is another shell: the page gives
 * a `key` that changes with it.
 *
 * @module
 */
import { memo } from "hono/jsx";
import type { Entry } from "./screen.ts";
import { promptOf } from "./session.ts";
import { type ShellProps, useShell } from "./use-shell.ts";

/** Commands that run at a click. */
const TRIES = [
  "nslookup web-service",
  "dig +search +noall +answer api.example.com",
  "getent hosts web-service",
  "cat /etc/resolv.conf",
  "kubectl get svc",
];

export function Shell(props: ShellProps) {
  const { session, entries, isBusy, input, log, execute, onKeyDown, onSubmit } = useShell(props);
  const { io, onLife } = props;
  const { pod, namespace } = session.seat;
  return (
    <section class="shell" aria-label={`Shell in Pod ${namespace}/${pod}`}>
      <noscript>
        <p class="shell-note">
          The shell needs scripts. Without them the same lookups can be made with dig and curl.
        </p>
      </noscript>
      <div class="shell-log" role="log" aria-label="What the shell printed" tabindex={0} ref={log}>
        <p class="shell-note">
          A shell in Pod {namespace}/{pod}. Each lookup is a DNS query of your browser's own: look
          into its network panel. Type <kbd>help</kbd>, or try one of these.
        </p>
        {entries.map((entry) => (
          <EntryView key={entry.id} entry={entry} onLife={onLife} />
        ))}
      </div>
      <form class="shell-form" onSubmit={onSubmit} aria-busy={isBusy ? "true" : "false"}>
        <label class="shell-prompt" for="shell-line">
          <span class="shell-hidden">Command line, </span>
          {promptOf(session)}
        </label>
        <input
          id="shell-line"
          class="shell-line"
          type="text"
          ref={input}
          disabled={io === undefined}
          maxlength={4096}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          enterkeyhint="go"
          aria-describedby="shell-keys"
          onKeyDown={onKeyDown}
        />
      </form>
      <div class="shell-tries">
        {TRIES.map((line) => (
          <button
            type="button"
            key={line}
            disabled={io === undefined}
            onClick={() => void execute(line)}
          >
            {line}
          </button>
        ))}
      </div>
      <p class="shell-note" id="shell-keys">
        Tab completes names, Esc and Tab leaves; ↑ and ↓ bring back what was typed; Ctrl+C stops,
        Ctrl+L clears.
      </p>
    </section>
  );
}

interface EntryProps {
  readonly entry: Entry;
  readonly onLife: ((path: string) => void) | undefined;
}

/** Drawn once: what was printed does not change. */
const EntryView = memo(({ entry, onLife }: EntryProps) => {
  if (entry.kind === "typed") {
    return (
      <pre class="shell-typed">
        <span class="shell-prompt">{entry.prompt}</span>
        {entry.text}
      </pre>
    );
  }
  return (
    <pre class="shell-printed">
      {entry.pieces.map(({ text, life }) => (
        <>
          {text}
          {life === undefined ? null : (
            <a
              class="shell-life"
              href={life}
              onClick={(event: Event) => {
                if (onLife === undefined) return;
                event.preventDefault();
                onLife(life);
              }}
            >
              see its life
            </a>
          )}
          {"\n"}
        </>
      ))}
    </pre>
  );
});
