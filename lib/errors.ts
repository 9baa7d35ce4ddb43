import type { AdminProblemCode, ProblemCode } from "./problem-codes";

/**
 * What a deed may refuse, and the HTTP status each dialect gives it.
 * `invalid` is about one field; the others are about the whole deed.
 */
export const REFUSAL_STATUS = {
  invalid: 422,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  limit_reached: 409,
  too_many: 429,
} as const satisfies Record<string, number>;

export type RefusalCode = keyof typeof REFUSAL_STATUS;

/** What is wrong with one field, by its path. */
export type FieldError = { readonly field: string; readonly detail: string };

/**
 * An expected "no" of a deed. The message is written for the person or robot that asked and carries nothing internal;
 * throwing it rolls the deed's transaction back, and the door turns it into its dialect.
 */
export class Refusal extends Error {
  readonly code: RefusalCode;
  /** The form field the refusal is about, where there is one. */
  readonly field: string | undefined;
  /** Of a refusal about several fields: each with its sentence. */
  readonly errors: readonly FieldError[] | undefined;
  /** What a robot can act on, beside the message. */
  readonly members: Readonly<Record<string, string>> | undefined;
  /** What a program decides by; a robot's deeds refuse nothing without it. */
  readonly problem: ProblemCode | AdminProblemCode | undefined;

  constructor(
    code: RefusalCode,
    message: string,
    options: {
      field?: string;
      errors?: readonly FieldError[];
      members?: Readonly<Record<string, string>>;
      problem?: ProblemCode | AdminProblemCode;
    } = {},
  ) {
    super(message);
    this.name = "Refusal";
    this.code = code;
    this.field = options.field;
    this.errors = options.errors;
    this.members = options.members;
    this.problem = options.problem;
  }
}

/** What an admin action answers: data, or a refusal the screen can show at the right place. */
export type ActionResult<T> =
  | { readonly ok: true; readonly data: T }
  | {
      readonly ok: false;
      /** `reauthenticate`: prove again who you are, then ask once more. `outdated`: the page is older than the server, which did nothing. */
      readonly code: RefusalCode | "unavailable" | "unexpected" | "reauthenticate" | "outdated";
      readonly message: string;
      /** Messages by form field path, for fields that were refused. */
      readonly fieldErrors?: Readonly<Record<string, string>>;
    };
