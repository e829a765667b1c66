/**
 * Text as it may stand in a page: code between backticks, and no character that shows as something else.
 *
 * @module
 */

/** Draws `words` between backticks as code. */
export function Told({ text }: { text: string }) {
  return (
    <>{text.split("`").map((part, index) => (index % 2 === 1 ? <code>{part}</code> : part))}</>
  );
}

/**
 * Controls, and marks that turn the direction of what follows, as U+FFFD: files and annotations come from outside.
 */
export function printable(text: string): string {
  return text.replace(/(?![\t\n])[\p{Cc}\p{Bidi_C}]/gu, "\ufffd");
}

/** The middle left out where the text is longer than there is room for. */
export function fitted(text: string, room: number): string {
  if (text.length <= room) return text;
  const head = Math.ceil((room - 1) * 0.6);
  return `${text.slice(0, head)}…${text.slice(text.length - (room - 1 - head))}`;
}

/** A name with places to break at, before its dots. */
export function Name({ text }: { text: string }) {
  return (
    <>
      {text.split(/(?=\.)/).map((part) => (
        <>
          {part}
          <wbr />
        </>
      ))}
    </>
  );
}
