/**
 * The explorer in the browser: the step, what is open, and the question, kept and in the address.
 *
 * @module
 */
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "hono/jsx";
import { storyOf } from "../../trace/story.ts";
import { lifeAddress, spelledAs, stepOf } from "../address.ts";
import { askedAt, isOwn, podsOf, requestOf, shownAt } from "../cluster/asked.ts";
import { follow } from "../cluster/links.ts";
import type { Own } from "../cluster/own.ts";
import { storedOwn, storeOwn } from "../cluster/stored.ts";
import { Explorer } from "../explorer.tsx";
import type { Embedded } from "../page.ts";
import { OPTION_NAMES } from "../page.ts";
import { EFFECTS, fly, keepInSight, pointOf, readLife } from "./effects.ts";
import { extrasOf } from "./extras.tsx";
import { focusTab, stepByKey, tabByKey } from "./keys.ts";
import { remember, storedHistory, storedTheme, storeTheme } from "./stored.ts";

/** Milliseconds a step, while it plays by itself: a sentence takes about as long to read. */
const PACE = 2400;

export function LiveExplorer({ first }: { first: Embedded }) {
  const [{ life, page }, setEmbedded] = useState(first);
  const steps = useMemo(() => storyOf(life), [life]);
  const [at, setAt] = useState(() => stepOf(location.hash, steps.length) ?? 0);
  const [playing, setPlaying] = useState(false);
  const [held, hold] = useState<string | undefined>(undefined);
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const [theme, setTheme] = useState(storedTheme);
  const [history, setHistory] = useState(storedHistory);
  const step = steps[Math.min(at, steps.length - 1)];

  // Keys may come faster than what they change is drawn.
  const now = useRef(at);
  now.current = at;

  // A cluster of the visitor's own stays here, and travels with each lookup.
  const [own, setOwn] = useState(storedOwn);

  const go = useCallback(
    (to: number) => {
      now.current = to;
      setAt(to);
      window.history.replaceState(null, "", `${shownAt(life, own)}#step-${to + 1}`);
    },
    [life, own],
  );

  const turns = useRef(0);
  const load = async (
    address: string,
    push: boolean,
    from: Own | undefined = own,
  ): Promise<string | undefined> => {
    const turn = turns.current === null ? 0 : ++turns.current;
    setAsking(true);
    setPlaying(false);
    const request = await requestOf(address, from);
    const read = request.ok ? await readLife(spelledAs(address, "json"), request.value) : request;
    // Another question was asked meanwhile.
    if (turn !== turns.current) return undefined;
    setAsking(false);
    if (!read.ok) {
      setProblem(read.error);
      return read.error;
    }
    setProblem(undefined);
    const params = new URLSearchParams(address.split("?")[1]?.split("#")[0] ?? "");
    const given = OPTION_NAMES.flatMap((name) => {
      const value = params.get(name);
      return value === null ? [] : [[name, value] as const];
    });
    const { cluster } = read.value.vantage;
    // The pods to choose from are those of the cluster that the page came with, or of the visitor's own.
    const known = cluster === life.vantage.cluster ? page.pods : [];
    const pods = from?.name === cluster ? podsOf(from) : known;
    setEmbedded({
      life: read.value,
      page: { ...page, pods, own: from?.name === cluster, options: Object.fromEntries(given) },
    });
    if (from !== own) {
      setOwn(from);
      storeOwn(from);
    }
    setHistory(remember(read.value.asked.name));
    if (push) {
      window.history.pushState(null, "", shownAt(read.value, from));
      setAt(0);
      return undefined;
    }
    setAt(stepOf(location.hash, Number.MAX_SAFE_INTEGER) ?? 0);
    return undefined;
  };

  const ask = (event: Event): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const address = lifeAddress(form);
    if (address === undefined) {
      setProblem("give a name, such as web-service");
      return;
    }
    // Another cluster has other pods, which the server knows.
    if (!String(form.get("vantage")).startsWith(`${life.vantage.cluster}/`)) {
      location.assign(address);
      return;
    }
    load(address, true);
  };

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const current = now.current ?? 0;
      const to = stepByKey(event, current, steps.length);
      if (to === undefined) return;
      event.preventDefault();
      setPlaying(false);
      if (to !== current) go(to);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
    // Not for each step anew: between two listeners a key would be lost.
  }, [steps, go]);

  useEffect(() => {
    const onHash = (): void => setAt(stepOf(location.hash, steps.length) ?? now.current ?? 0);
    const onBack = (): void => {
      const address = askedAt(location);
      if (address !== life.asked.self) load(address ?? "/life?name=web-service", false);
    };
    window.addEventListener("hashchange", onHash);
    window.addEventListener("popstate", onBack);
    return () => {
      window.removeEventListener("hashchange", onHash);
      window.removeEventListener("popstate", onBack);
    };
  }, [life, steps]);

  useEffect(() => {
    const onClick = (event: MouseEvent): void =>
      follow(event, own, (address) => {
        load(address, true);
      });
    document.addEventListener("click", onClick);
    return () => document.removeEventListener("click", onClick);
  }, [life, own]);

  // The service could only serve the front page for a life of the visitor's own cluster.
  useEffect(() => {
    const address = location.pathname === "/" ? askedAt(location) : undefined;
    if (address === undefined) return;
    if (isOwn(address, own)) load(address, false);
    else setProblem("this address is of a cluster that stayed in the tab where it was pasted");
  }, []);

  useEffect(() => {
    if (!playing) return;
    if (at >= steps.length - 1) {
      setPlaying(false);
      return;
    }
    const timer = setTimeout(() => go(at + 1), PACE);
    return () => clearTimeout(timer);
  }, [playing, at, steps]);

  useFlight(at, life);

  if (step === undefined) return null;
  return (
    <Explorer
      life={life}
      page={page}
      steps={steps}
      at={Math.min(at, steps.length - 1)}
      live={{
        go: (to) => {
          setPlaying(false);
          go(to);
        },
        play: () => {
          if (!playing && at >= steps.length - 1) go(0);
          setPlaying(!playing);
        },
        playing,
        ask,
        asking,
        problem,
        theme,
        onTheme: (event) => {
          const chosen = (event.target as HTMLSelectElement).value;
          storeTheme(chosen);
          setTheme(chosen);
        },
        history,
        effects: EFFECTS,
        extras: extrasOf({
          life,
          page,
          own,
          open: (path) => {
            load(path, true);
          },
          askWith: async (path, next) => {
            const wrong = await load(path, true, next);
            // It is told where the cluster was changed.
            setProblem(undefined);
            return wrong;
          },
          forget: (path) => {
            storeOwn(undefined);
            location.assign(path);
          },
          leave: () => hold(undefined),
        }),
        open: held ?? step.focus,
        follows: held === undefined,
        onOpen: hold,
        onFollow: () => hold(held === undefined ? step.focus : undefined),
        onTabKey: (event, ids, open) => {
          const id = tabByKey(event as KeyboardEvent, ids, open);
          if (id === undefined) return;
          hold(id);
          requestAnimationFrame(focusTab);
        },
      }}
    />
  );
}

/** The packet flies from where the last step had it. */
function useFlight(at: number, life: unknown): void {
  const last = useRef<Map<string, { x: number; y: number }>>(new Map());
  useLayoutEffect(() => {
    for (const kind of ["wide", "tall"]) {
      const glyph = document.querySelector<SVGGElement>(`svg.${kind} .glyph`);
      if (glyph === null) continue;
      const before = last.current?.get(kind);
      const now = pointOf(glyph);
      if (before !== undefined && (before.x !== now.x || before.y !== now.y)) {
        keepInSight(glyph);
        fly(before, glyph);
      }
      last.current?.set(kind, now);
    }
  }, [at, life]);
}
