"use client";

import { useEffect, useRef, useState } from "react";
import type { CredentialActions } from "@/components/credentials/credential-actions";
import { attempt } from "@/components/ui/attempt";
import type { ForeseenRules } from "@/lib/fleet/schema";

/** Nobody is asked for each letter. */
const TYPING_MILLISECONDS = 300;

/** @returns what the addresses as they are typed would have meant; null until that is known */
export function useForeseenRules(
  foresee: CredentialActions["foreseeRules"],
  credentialId: string,
  addresses: string,
): ForeseenRules | null {
  const [foreseen, setForeseen] = useState<ForeseenRules | null>(null);
  const ask = useRef(foresee);
  const isFirst = useRef(true);
  useEffect(() => {
    let isCurrent = true;
    const look = async () => {
      const answer = await attempt(() => ask.current({ credentialId, addresses }), "");
      if (isCurrent) setForeseen(answer.ok ? answer.data : null);
    };
    const timer = setTimeout(look, isFirst.current ? 0 : TYPING_MILLISECONDS);
    isFirst.current = false;
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [credentialId, addresses]);
  return foreseen;
}
