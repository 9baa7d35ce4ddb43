/** What a request says of who began it. Only a browser can set `origin` (RFC 6454 §7) and `site` (W3C Fetch Metadata §2.2), no page. */
export type Sender = {
  readonly site: string | undefined;
  readonly origin: string | undefined;
  readonly host: string | undefined;
};

const OWN_SITES = ["same-origin", "none"];

/**
 * Whoever says neither site nor origin is an old browser, which our cookies' SameSite keeps off, or none.
 *
 * @param published our own origin, for when a proxy changes the Host header
 * @returns whether a page of ours, or the person at the keyboard, began it. A neighbour under the same domain is another site.
 */
export function isOwnSite({ site, origin, host }: Sender, published: string): boolean {
  const isOurs = origin === undefined || origin === published || originOf(origin)?.host === host;
  return isOurs && (site === undefined || OWN_SITES.includes(site));
}

/** @returns the address in an `Origin` header; null where a browser says that it may not tell, or it is none */
export const originOf = (origin: string): URL | null => (URL.canParse(origin) ? new URL(origin) : null);
