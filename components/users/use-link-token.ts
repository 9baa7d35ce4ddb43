"use client";

import { useEffect, useState } from "react";

/**
 * The token of the link that was opened. The fragment reaches no server and no log; once read it leaves the address bar and
 * the history too. A link pasted into this very tab only changes the fragment, and loads nothing.
 * @returns undefined until the address was read; "" when it has none
 */
export function useLinkToken(): string | undefined {
  const [token, setToken] = useState<string | undefined>();
  useEffect(() => {
    const read = () => {
      const found = window.location.hash.slice(1);
      setToken((known) => found || known || "");
      if (found) window.history.replaceState(null, "", window.location.pathname);
    };
    read();
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);
  return token;
}
