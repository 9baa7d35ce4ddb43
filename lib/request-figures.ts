import { oncePerProcess } from "@/lib/shared";
import { SECOND_MILLISECONDS } from "@/lib/time";

/** What durations are sorted by, in seconds; what takes longer comes after the last. */
export const DURATION_BOUNDS_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const;

const BOUNDS_MILLISECONDS = DURATION_BOUNDS_SECONDS.map((seconds) => seconds * SECOND_MILLISECONDS);

/** How requests to one route went, since the process began. Noting one is three additions: it is done for each of 20,000 a second. */
export class RequestFigures {
  /** By the first digit of the status; the first is of those who hung up before there was one. */
  readonly byStatus: number[] = [0, 0, 0, 0, 0, 0];
  /** How many were at most as long as each bound and longer than the one before it; then those that were longer than all. */
  readonly durations: number[] = [...BOUNDS_MILLISECONDS.map(() => 0), 0];
  millisecondsSum = 0;

  /** @param status of the answer; 0 where there was none */
  note(status: number, milliseconds: number): void {
    let at = 0;
    while (milliseconds > (BOUNDS_MILLISECONDS[at] ?? Number.POSITIVE_INFINITY)) at += 1;
    this.durations[at] = (this.durations[at] ?? 0) + 1;
    const digit = (status / 100) | 0;
    this.byStatus[digit] = (this.byStatus[digit] ?? 0) + 1;
    this.millisecondsSum += milliseconds;
  }
}

/** By route, as the code names it. */
export const requestFigures = (): Map<string, RequestFigures> =>
  oncePerProcess("request figures", () => new Map());

/** @param route a word of the code, such as `/api/orchestrator/me`; never a path that was asked for */
export function figuresOf(route: string): RequestFigures {
  const known = requestFigures().get(route) ?? new RequestFigures();
  requestFigures().set(route, known);
  return known;
}
