import { env } from "@/lib/env";
import { Refusal } from "@/lib/errors";
import { isPublicAddress, NO_NETWORKS } from "@/lib/network";
import { literalAddress } from "./outgoing-request";

const refuse = (message: string) => new Refusal("invalid", message, { field: "url" });

/** By its name alone it is this computer (RFC 6761 §6.3). */
const isLoopbackName = (hostName: string) => /(?:^|\.)localhost\.?$/.test(hostName);

/**
 * What can be said of an address before anybody asks for its name; the rest is said at the test and in the list of deliveries.
 * @param text an address of the right form
 * @throws Refusal `invalid` at `url` when it can lead to no receiver that this installation allows
 */
export function requireDestination(text: string): void {
  const { webhookAllowedNetworks: allowed } = env();
  const url = new URL(text);
  const address = isLoopbackName(url.hostname) ? "127.0.0.1" : literalAddress(url);
  if (address !== null && !isPublicAddress(address) && !allowed.includes(address)) {
    throw refuse(
      "This address is in a private network, to which this installation sends no webhooks. Its operator can allow it (WEBHOOK_ALLOWED_NETWORKS).",
    );
  }
  const mayBePlain = address === null ? allowed !== NO_NETWORKS : allowed.includes(address);
  if (url.protocol !== "https:" && !mayBePlain)
    throw refuse("Use https: what is told is nobody else's business on the way.");
}

/** @returns what a webhook is called where its whole address, which may hold a token, is nobody's business */
export const nameOf = ({ url }: { readonly url: string }): string => new URL(url).host;
