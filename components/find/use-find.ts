import { useEffect, useEffectEvent, useState } from "react";
import { type Action, attempt } from "@/components/ui/attempt";
import type { ActionResult } from "@/lib/errors";
import type { Found } from "@/lib/fleet/schema";

const PAUSE_MILLISECONDS = 200;
const LOST = "The server did not answer. Try again in a moment.";

/** Asks the server for what is typed, once typing pauses. @returns the latest answer, null until there is one */
export function useFind(find: Action<Found>, text: string): ActionResult<Found> | null {
  const [answer, setAnswer] = useState<ActionResult<Found> | null>(null);
  const ask = useEffectEvent(() => attempt(() => find({ text }), LOST));
  useEffect(() => {
    if (text === "") return setAnswer(null);
    let isStale = false;
    const timer = setTimeout(async () => {
      const next = await ask();
      if (!isStale) setAnswer(next);
    }, PAUSE_MILLISECONDS);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [text]);
  return answer;
}
