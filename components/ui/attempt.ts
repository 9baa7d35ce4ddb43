import type { ActionResult } from "@/lib/errors";

export type Action<T> = (input: unknown) => Promise<ActionResult<T>>;

/** Calls an action; when no answer comes back, that is an answer too. */
export async function attempt<T>(
  answer: Promise<ActionResult<T>>,
  whenLost: string,
): Promise<ActionResult<T>> {
  try {
    return await answer;
  } catch {
    return { ok: false, code: "unavailable", message: whenLost };
  }
}
