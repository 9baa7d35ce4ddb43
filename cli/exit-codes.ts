import { AdminApiAway, AdminProblem, SecretsShown } from "@/lib/admin-api/client";
import { Unreachable } from "@/robot/back-off";
import { RobotEnd } from "@/robot/exit-codes";

/** What the exit code means; scripts rely on it. */
export const EXIT_CODES = {
  done: 0,
  /** It was not done, or not confirmed; or something that nobody expected. */
  failed: 1,
  /** What was typed, or a file that it names, is not as it should be. Nothing was done. */
  usage: 2,
  /** Nobody is signed in, the pair is not accepted, or the API client may not do that. */
  refused: 3,
  notFound: 4,
  /** Somebody was first, something stands in the way, or more would be cut than was shown. */
  conflict: 5,
  /** The server does not answer, or says "later". */
  away: 6,
  /** `plan --exit-code`: there is something to change. */
  changes: 10,
} as const;

export type EndKind = keyof typeof EXIT_CODES;

/** Why a command ends without having done what was asked, with a sentence for people. */
export class CommandEnd extends Error {
  readonly kind: EndKind;
  /** What belongs to it, a line each. */
  readonly lines: readonly string[];

  constructor(kind: EndKind, sentence: string, lines: readonly string[] = []) {
    super(sentence);
    this.name = "CommandEnd";
    this.kind = kind;
    this.lines = lines;
  }
}

const BY_STATUS: Readonly<Record<number, EndKind>> = {
  400: "usage",
  401: "refused",
  403: "refused",
  404: "notFound",
  409: "conflict",
  410: "conflict",
  412: "conflict",
  413: "usage",
  422: "usage",
  428: "conflict",
};

const BY_ROBOT_END: Readonly<Partial<Record<RobotEnd["kind"], EndKind>>> = {
  settings: "usage",
  cut: "refused",
};

const PAIR_REFUSED =
  "The server does not accept this client id with this secret or key: it may be mistyped, deleted or expired, or the API client disabled.";

/** @returns why a command ends, whatever was thrown */
export function endOf(error: unknown): CommandEnd {
  if (error instanceof CommandEnd) return error;
  if (error instanceof AdminProblem) {
    const named = error.errors.map(({ field, detail }) => (field ? `${field}: ${detail}` : detail));
    return new CommandEnd(BY_STATUS[error.status] ?? "failed", error.message, named);
  }
  if (error instanceof AdminApiAway || error instanceof Unreachable)
    return new CommandEnd("away", error.message);
  if (error instanceof SecretsShown)
    return new CommandEnd("failed", error.message, [JSON.stringify(error.answer)]);
  if (error instanceof RobotEnd) {
    return new CommandEnd(
      BY_ROBOT_END[error.kind] ?? "failed",
      error.kind === "cut" ? PAIR_REFUSED : error.message,
    );
  }
  return new CommandEnd("failed", error instanceof Error ? error.message : String(error));
}
