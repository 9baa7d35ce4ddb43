import { unstable_isUnrecognizedActionError } from "next/navigation";
import type { ActionResult } from "@/lib/errors";

export type Action<T> = (input: unknown) => Promise<ActionResult<T>>;

/** Asks the person to prove again who they are. @returns whether they did */
type Confirm = () => Promise<boolean>;

let confirm: Confirm | null = null;

/** Has `attempt` ask in this way from now on; the page's frame does so once. @returns stops that */
export function confirmWith(ask: Confirm): () => void {
  confirm = ask;
  return () => {
    if (confirm === ask) confirm = null;
  };
}

const OUTDATED =
  "Latchkey was updated after this page was opened, so nothing was done. Copy what you have typed if you need it, and reload the page.";

/** When no answer comes back, that is an answer too; an action that the server does not know was certainly not done. */
async function once<T>(ask: () => Promise<ActionResult<T>>, whenLost: string): Promise<ActionResult<T>> {
  try {
    return await ask();
  } catch (error) {
    if (unstable_isUnrecognizedActionError(error)) return { ok: false, code: "outdated", message: OUTDATED };
    return { ok: false, code: "unavailable", message: whenLost };
  }
}

/**
 * Calls an action. When the door wants to know first whether it is still the same person, asks them and calls once more.
 * @param whenLost what to say when no answer came back
 */
export async function attempt<T>(
  ask: () => Promise<ActionResult<T>>,
  whenLost: string,
): Promise<ActionResult<T>> {
  const answer = await once(ask, whenLost);
  if (answer.ok || answer.code !== "reauthenticate" || confirm === null) return answer;
  return (await confirm()) ? once(ask, whenLost) : answer;
}
