import { randomUUID } from "node:crypto";
import type { RobotActor } from "@/lib/ctx";
import { provideFigures } from "@/lib/figures";
import type { NextJobInput } from "@/lib/jobs/schema";
import type { Poll } from "@/lib/sessions/schema";
import { oncePerProcess } from "@/lib/shared";
import { addSeconds } from "@/lib/time";

const polls = () =>
  oncePerProcess("polls", () => {
    const bySession = new Map<string, HostPoll>();
    provideFigures("long polls", () => [{ labels: {}, value: bySession.size }]);
    return { processId: randomUUID(), bySession };
  });

/** A host's poll for work. There is one a session: a newer one ends the older, in this process by itself. */
export class HostPoll {
  readonly #over = new AbortController();
  readonly #key: string;
  readonly #endsAt: Date;
  /** Until other processes have been told of it. */
  isNew = true;

  constructor(
    { id, credentialId }: RobotActor,
    { sessionId, waitSeconds }: NextJobInput,
    readonly hungUp: AbortSignal,
    now: Date,
  ) {
    // Whose session it is has not been looked at yet: nobody may end a poll of others.
    this.#key = `${id} ${credentialId} ${sessionId}`;
    this.#endsAt = addSeconds(now, waitSeconds);
    hungUp.addEventListener("abort", this.end);
    const { bySession } = polls();
    bySession.get(this.#key)?.end();
    bySession.set(this.#key, this);
  }

  readonly end = (): void => this.#over.abort();

  /** Aborted when a newer poll came or the caller hung up. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** @returns what the other processes are told; new only the first time */
  told(): Poll {
    const { isNew } = this;
    this.isNew = false;
    return { processId: polls().processId, endsAt: this.#endsAt, isNew };
  }

  leave(): void {
    this.hungUp.removeEventListener("abort", this.end);
    const { bySession } = polls();
    if (bySession.get(this.#key) === this) bySession.delete(this.#key);
  }
}
