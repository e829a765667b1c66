/**
 * Files as they lie there, with the line at work lit.
 *
 * @module
 */
import { printable } from "../text.tsx";

interface FileTextProps {
  readonly text: string;
  /** From 1. */
  readonly line?: number | undefined;
}

/** A file that someone pasted may be of any length; what is cut says so. */
const MOST_LINES = 600;

export function FileText({ text, line }: FileTextProps) {
  const lines = printable(text).replace(/\n$/, "").split("\n");
  return (
    <pre class="file">
      {lines.slice(0, MOST_LINES).map((content, index) => (
        <span class={index + 1 === line ? "line lit" : "line"}>
          {index + 1 === line ? <mark>{content || " "}</mark> : content || " "}
          {"\n"}
        </span>
      ))}
      {lines.length > MOST_LINES ? `… and ${lines.length - MOST_LINES} lines more` : ""}
    </pre>
  );
}
