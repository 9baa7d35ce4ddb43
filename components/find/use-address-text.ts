"use client";

import { useOpenFind } from "@/components/find/find-context";
import { looksLikeSecret } from "@/lib/text";

/**
 * For every box whose text goes into the page's address, where history, logs and whoever looks on would keep it.
 * @returns takes what is typed and gives back what the box may hold: a client secret it may not, so the search of the shell opens with that,
 *   says whose it is and keeps it nowhere
 */
export function useAddressText(): (text: string) => string {
  const openFind = useOpenFind();
  return (text) => {
    if (!looksLikeSecret(text)) return text;
    openFind(text);
    return "";
  };
}
