import { Refusal } from "@/lib/errors";

export const noSuchSession = () => new Refusal("not_found", "This machine has no such session.");

/** What a robot hears when it goes on with a session that has ended. */
export const sessionEnded = (reason: string | null) =>
  new Refusal("gone", `This session has ended: ${reason}. Connect again with POST sessions.`);

/** A session shows the secret or key that it depends on, so it goes on with that one only. */
export const otherCredential = () =>
  new Refusal(
    "conflict",
    "This session was opened with another client secret or key. Connect again with POST sessions.",
  );

/** A newer poll of the session came to another process: the older one is to end with nothing. */
export class PolledElsewhere extends Error {}
