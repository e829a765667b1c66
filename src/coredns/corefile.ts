export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly line: number;
  /** The lines of its `{ … }` block, in order; they may have blocks of their own. */
  readonly block: readonly Directive[];
}
