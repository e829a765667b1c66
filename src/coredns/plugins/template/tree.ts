/**
 * A Go template as a tree (pkg.go.dev/text/template).
 *
 * @module
 */
export type Node =
  | { readonly kind: "text"; readonly text: string }
  /** `{{ pipeline }}`: prints its value, unless it declares a variable. */
  | { readonly kind: "action"; readonly pipe: Pipe }
  | {
      readonly kind: "if" | "with" | "range";
      readonly pipe: Pipe;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    }
  | { readonly kind: "break" | "continue" };

/** `$x := first | second`: each command's value is the last argument of the next. */
export interface Pipe {
  /** The variables that take the value; two only of `range`. */
  readonly variables: readonly string[];
  /** `=` sets variables that are there, `:=` makes new ones. */
  readonly assigns: boolean;
  readonly commands: readonly Command[];
}

/** What is called, or a value alone, then the arguments. */
export type Command = readonly [Operand, ...Operand[]];

export type Operand =
  | { readonly kind: "function"; readonly name: string }
  /** `.A.B` of the dot; of none is the dot itself. */
  | { readonly kind: "field"; readonly path: readonly string[] }
  | { readonly kind: "variable"; readonly name: string; readonly path: readonly string[] }
  | { readonly kind: "pipe"; readonly pipe: Pipe; readonly path: readonly string[] }
  | { readonly kind: "constant"; readonly value: string | bigint | number | boolean }
  | { readonly kind: "nil" };
