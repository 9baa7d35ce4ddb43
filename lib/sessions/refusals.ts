import { Refusal } from "@/lib/errors";
import { endText } from "./rules";
import type { Ended } from "./schema";

export const noSuchSession = () =>
  new Refusal("not_found", "This machine has no such session.", { problem: "session_not_found" });

/** What a robot hears when it goes on with a session that has ended. */
export const sessionEnded = ({ endCode, endedBy }: Ended) =>
  new Refusal(
    "gone",
    `This session has ended: ${endText(endCode, endedBy)}. Connect again with POST sessions.`,
    { problem: endCode },
  );

/** A session shows the secret or key that it depends on, so it goes on with that one only. */
export const otherCredential = () =>
  new Refusal(
    "conflict",
    "This session was opened with another client secret or key. Connect again with POST sessions.",
    { problem: "other_credential" },
  );

/** A newer poll of the session came to another process: the older one is to end with nothing. */
export class PolledElsewhere extends Error {}
