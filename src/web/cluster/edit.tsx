/**
 * Another cluster: its Corefile edited, or a whole List pasted, opened or dropped, and checked by asking with it.
 *
 * @module
 */
import { useEffect, useRef, useState } from "hono/jsx";
import { FileText } from "../drawers/files.tsx";
import { printable } from "../text.tsx";
import { type Draft, type DraftKind, kindOf, readDraft, type Wrong } from "./own.ts";

export interface EditProps {
  /** The List on the stage. */
  readonly list: unknown;
  readonly corefile: string;
  /** What was typed before the tab was left. */
  readonly kept: KeptDrafts;
  /** Asks with it; what is wrong, or undefined where the answer is on the stage. */
  readonly onAsk: (draft: Draft) => Promise<Wrong | undefined>;
}

export interface KeptDrafts {
  kind: DraftKind;
  /** Absent: what is on the stage. */
  readonly typed: Map<DraftKind, Typed>;
}

interface Typed {
  readonly text: string;
  /** It is too long to be shown in a field. */
  readonly isLong: boolean;
}

const KINDS: readonly DraftKind[] = ["Corefile", "List"];

/** Characters: a field with more of them is slow to type in. */
const LONG = 300_000;

/** Octets: what kubectl prints of the largest clusters is more than a browser can read in one piece. */
const LONGEST_FILE = 256 * 1024 * 1024;

export function Edit({ list, corefile, kept, onAsk }: EditProps) {
  const [kind, setKind] = useState(kept.kind);
  const [wrong, setWrong] = useState<Wrong | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const [typed, setTyped] = useState(() => kept.typed.get(kind) ?? shown(kind, list, corefile));

  useEffect(() => {
    if (field.current) field.current.value = typed.isLong ? "" : typed.text;
  }, [typed]);

  useEffect(() => {
    if (wrong?.line !== undefined && field.current) selectLine(field.current, wrong.line);
  }, [wrong]);

  const take = (next: DraftKind, text: string): void => {
    const taken = { text, isLong: text.length > LONG };
    kept.kind = next;
    kept.typed.set(next, taken);
    setKind(next);
    setTyped(taken);
    setWrong(undefined);
  };
  const change = (next: DraftKind): void => {
    kept.kind = next;
    setKind(next);
    setTyped(kept.typed.get(next) ?? shown(next, list, corefile));
    setWrong(undefined);
  };
  const takeFile = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    if (file.size > LONGEST_FILE) {
      setWrong({ message: `${file.name} has ${mebibytes(file.size)}: a List has at most 256 MiB` });
      return;
    }
    try {
      const text = await file.text();
      take(kindOf(text), text);
    } catch {
      setWrong({ message: `${file.name} could not be read` });
    }
  };

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (isBusy) return;
    const text = typed.isLong ? typed.text : (field.current?.value ?? "");
    const draft = readDraft(kind, text, list);
    if (!draft.ok) {
      setWrong(draft.error);
      return;
    }
    setBusy(true);
    const said = await onAsk(draft.value);
    setBusy(false);
    setWrong(said);
  };

  return (
    <form class="edit" onSubmit={submit} aria-busy={isBusy ? "true" : undefined}>
      <p>
        Change the cluster and ask again. It stays in this browser tab: each lookup sends along what
        a resolver reads of it, no containers or annotations, and the service keeps nothing.
      </p>
      <div class="kinds">
        {KINDS.map((one) => (
          <label>
            <input
              type="radio"
              name="draft"
              value={one}
              checked={one === kind}
              onChange={() => change(one)}
            />{" "}
            {one}
          </label>
        ))}
        <label class="button">
          Open a file
          <input
            type="file"
            class="hidden"
            onChange={(event: Event) => {
              const input = event.target as HTMLInputElement;
              void takeFile(input.files?.[0]);
              input.value = "";
            }}
          />
        </label>
      </div>
      {typed.isLong ? (
        <p class="long">
          {kind} of {mebibytes(typed.text.length)}, too long to be shown here.{" "}
          <button type="button" onClick={() => take(kind, "")}>
            Leave it
          </button>
        </p>
      ) : null}
      <label class="draft" hidden={typed.isLong}>
        <span>
          {kind === "Corefile" ? (
            "ConfigMap kube-system/coredns, key Corefile"
          ) : (
            <>
              What <code>kubectl get ns,nodes,svc,endpointslices,pods,configmaps -A -o json</code>{" "}
              prints
            </>
          )}
        </span>
        <textarea
          ref={field}
          rows={12}
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          aria-invalid={wrong === undefined ? undefined : "true"}
          aria-describedby="draft-wrong"
          onInput={(event: Event) => {
            const { value } = event.target as HTMLTextAreaElement;
            kept.typed.set(kind, { text: value, isLong: false });
          }}
          onPaste={(event: ClipboardEvent) => {
            const text = event.clipboardData?.getData("text/plain") ?? "";
            if (text.length <= LONG) return;
            event.preventDefault();
            take(kindOf(text), text);
          }}
          onDragOver={(event: Event) => event.preventDefault()}
          onDrop={(event: DragEvent) => {
            const file = event.dataTransfer?.files[0];
            if (file === undefined) return;
            event.preventDefault();
            void takeFile(file);
          }}
        />
      </label>
      <div id="draft-wrong" role="alert">
        {wrong === undefined ? null : (
          <Place wrong={wrong} text={typed.isLong ? typed.text : (field.current?.value ?? "")} />
        )}
      </div>
      <button type="submit" class="go">
        Ask again
      </button>
    </form>
  );
}

/** What is on the stage, to be edited. */
function shown(kind: DraftKind, list: unknown, corefile: string): Typed {
  if (kind === "Corefile") return { text: corefile, isLong: corefile.length > LONG };
  const text = JSON.stringify(list, undefined, 2);
  return { text: text.length > LONG ? "" : text, isLong: false };
}

function mebibytes(size: number): string {
  return `${(size / 1024 / 1024).toFixed(1)} MiB`;
}

/** How many lines stand before and behind the one that is meant. */
const AROUND = 2;
const LONGEST_LINE = 400;

function Place({
  wrong: { message, line },
  text,
}: {
  readonly wrong: Wrong;
  readonly text: string;
}) {
  const first = Math.max(1, (line ?? 0) - AROUND);
  const around =
    line === undefined
      ? []
      : text
          .split("\n", line + AROUND)
          .slice(first - 1)
          .map((one) => one.slice(0, LONGEST_LINE));
  return (
    <>
      <p class="problem">
        {line === undefined || message.includes(`line ${line}`) ? "" : `Line ${line}: `}
        {printable(message)}
      </p>
      {line === undefined ? null : <FileText text={around.join("\n")} line={line - first + 1} />}
    </>
  );
}

/** Puts the cursor there, and the line into sight. */
function selectLine(field: HTMLTextAreaElement, line: number): void {
  const before = field.value.split("\n", line - 1).join("\n").length + (line > 1 ? 1 : 0);
  const end = field.value.indexOf("\n", before);
  field.focus();
  field.setSelectionRange(before, end < 0 ? field.value.length : end);
  const height = field.scrollHeight / Math.max(1, field.value.split("\n").length);
  field.scrollTop = Math.max(0, (line - 4) * height);
}
