/**
 * Who asks for what: a form that works by GET, and without scripts.
 *
 * @module
 */
import type { Life } from "../trace/life.ts";
import type { OptionName, Page, PagePod } from "./page.ts";

export interface AskFormProps {
  readonly life: Life;
  readonly page: Page;
  /** Called with the form's submission. */
  readonly onAsk?: (event: Event) => void;
  readonly busy?: boolean;
  /** What was wrong with the last question. */
  readonly problem?: string | undefined;
  /** Names asked before. */
  readonly history?: readonly string[];
}

export function AskForm({ life, page, onAsk, busy = false, problem, history = [] }: AskFormProps) {
  const { vantage, asked } = life;
  const own = `${vantage.cluster}/${vantage.namespace}/${vantage.madeUp ? "" : vantage.pod}`;
  return (
    <form
      class="ask"
      action="/"
      method="get"
      aria-busy={busy ? "true" : undefined}
      {...(onAsk && { onSubmit: onAsk })}
    >
      <label class="pod">
        <span>Pod</span>
        <select name="vantage">
          <Pods page={page} vantage={vantage} own={own} />
        </select>
      </label>
      <label class="typed">
        <span>Name</span>
        <span class="line">
          <span class="prompt" aria-hidden="true">
            $
          </span>
          <input
            name="name"
            type="text"
            value={asked.name}
            required
            maxlength={1000}
            spellcheck={false}
            autocapitalize="none"
            autocomplete="off"
            enterkeyhint="go"
            list="asked"
          />
        </span>
      </label>
      <Options page={page} />
      <button type="submit" class="go">
        Resolve
      </button>
      <datalist id="asked">
        {[...new Set([...history, ...TRY.map(({ name }) => name)])].map((name) => (
          <option value={name} />
        ))}
      </datalist>
      <p class="problem" role="alert">
        {problem ?? ""}
      </p>
    </form>
  );
}

interface PodsProps {
  readonly page: Page;
  readonly vantage: Life["vantage"];
  readonly own: string;
}

function Pods({ page, vantage, own }: PodsProps) {
  const { cluster } = vantage;
  const spaces = new Map<string, PagePod[]>();
  for (const pod of page.pods) {
    const list = spaces.get(pod.namespace) ?? [];
    list.push(pod);
    spaces.set(pod.namespace, list);
  }
  const known = page.pods.some(
    ({ namespace, name }) =>
      !vantage.madeUp && namespace === vantage.namespace && name === vantage.pod,
  );
  return (
    <>
      {known ? null : (
        <option value={own} selected>
          {vantage.namespace}/{vantage.madeUp ? "(any pod)" : vantage.pod}
        </option>
      )}
      {[...spaces].map(([namespace, pods]) => (
        <optgroup label={`${cluster}: ${namespace}`}>
          {pods.map(({ name, about }) => {
            const value = `${cluster}/${namespace}/${name}`;
            return (
              <option value={value} selected={known && value === own}>
                {namespace}/{name}
                {about === "" ? "" : ` (${about})`}
              </option>
            );
          })}
        </optgroup>
      ))}
      <optgroup label="Clusters">
        {page.clusters.map((name) => (
          <option value={name}>{name}: its default Pod</option>
        ))}
      </optgroup>
    </>
  );
}

interface Field {
  readonly name: OptionName;
  readonly label: string;
  readonly choices?: readonly string[];
  readonly placeholder?: string;
  readonly numeric?: boolean;
}

const FIELDS: readonly Field[] = [
  {
    name: "type",
    label: "type",
    choices: ["A", "AAAA", "SRV", "PTR", "CNAME", "TXT", "NS", "SOA", "ANY"],
  },
  { name: "family", label: "family", choices: ["any", "4", "6"] },
  { name: "libc", label: "libc", choices: ["glibc", "musl", "go"] },
  { name: "ndots", label: "ndots", placeholder: "the Pod's", numeric: true },
  { name: "search", label: "search", placeholder: "the Pod's; off; a,b" },
  { name: "cache", label: "cache", choices: ["off"] },
  {
    name: "fault",
    label: "fault",
    choices: ["conntrack-race", "coredns-down", "upstream-slow", "drop=1"],
  },
  { name: "seed", label: "seed", placeholder: "dice", numeric: true },
];

function Options({ page }: { page: Page }) {
  const given = FIELDS.filter(({ name }) => page.options[name] !== undefined && name !== "seed");
  return (
    <details class="options">
      <summary>
        Options
        {given.length === 0
          ? ""
          : `: ${given.map(({ name }) => `${name}=${page.options[name]}`).join(" ")}`}
      </summary>
      <div class="fields">
        {FIELDS.map(({ name, label, choices, placeholder, numeric }) => {
          const value = page.options[name] ?? "";
          return (
            // biome-ignore lint/a11y/noLabelWithoutControl: its control is one of the two below
            <label>
              <code>{label}</code>
              {choices === undefined ? (
                <input
                  name={name}
                  value={value}
                  placeholder={placeholder}
                  inputmode={numeric ? "numeric" : undefined}
                  autocomplete="off"
                  spellcheck={false}
                />
              ) : (
                <select name={name}>
                  <option value="" selected={value === ""}>
                    –
                  </option>
                  {(value === "" || choices.includes(value) ? choices : [...choices, value]).map(
                    (choice) => (
                      <option value={choice} selected={choice === value}>
                        {choice}
                      </option>
                    ),
                  )}
                </select>
              )}
            </label>
          );
        })}
      </div>
    </details>
  );
}

/** Names that show one thing each, of the demo cluster's. */
export const TRY: readonly { readonly name: string; readonly shows: string }[] = [
  { name: "web-service", shows: "a Service of the same namespace" },
  { name: "web-service.prod", shows: "of another namespace" },
  { name: "api.example.com", shows: "an outside name, and its ndots penalty" },
  { name: "api.example.com.", shows: "the same with a trailing dot" },
  { name: "10-244-1-4.default.pod", shows: "a Pod by its address" },
  { name: "localhost", shows: "found before DNS" },
  { name: "no-such-name", shows: "found nowhere" },
];
