/** What the robot's exit code means; a service manager restarts it only after 70 and after a crash. */
export const EXIT_CODES = {
  /** A signal asked it to stop, and it did in order. */
  stopped: 0,
  /** Settings are missing or wrong. */
  settings: 2,
  /** Client id and secret or key are not, or no longer, accepted: the secret or key was deleted, or the machine disabled or deleted. */
  cut: 3,
  /** The machine is a standard machine of another host name. */
  wrongHost: 4,
  /** An administrator disconnected this host. */
  disconnected: 5,
  /** Another robot connected as the same host. */
  replaced: 6,
  /** Something that nobody expected. */
  unexpected: 70,
} as const;

export type EndKind = keyof typeof EXIT_CODES;

/** Why the robot ends, with a sentence for the person who reads its log. Thrown from wherever that becomes clear. */
export class RobotEnd extends Error {
  readonly kind: EndKind;

  constructor(kind: EndKind, sentence: string) {
    super(sentence);
    this.name = "RobotEnd";
    this.kind = kind;
  }

  get exitCode(): number {
    return EXIT_CODES[this.kind];
  }
}

/** @returns what ends the robot when something was thrown that is not an end by itself. */
export function endOf(error: unknown): RobotEnd {
  if (error instanceof RobotEnd) return error;
  return new RobotEnd("unexpected", `unexpected: ${error instanceof Error ? error.message : String(error)}`);
}
