import { BlockList, isIP, isIPv6, SocketAddress } from "node:net";

/** Addresses whose word about whom they speak for is believed. */
export type TrustedProxies = { includes(address: string): boolean };

/** A longer chain of proxies is nobody's; one that a client makes up costs no more than this many comparisons. */
const MAX_HOPS = 32;

/** IPv6 hands every customer a network of this size; whoever has one address of it has them all. */
const IPV6_NETWORK_GROUPS = 4;
const IPV6_SITE_GROUPS = 3;

/**
 * @param address as a socket or a header names it
 * @returns the one spelling that a network address has here: an IPv4 address that came in over IPv6 (`::ffff:192.0.2.1`, RFC 4291 §2.5.5.2)
 *   as people know it, IPv6 compressed and in lower case without a zone (RFC 5952); null when it is no address
 */
export function canonicalAddress(address: string): string | null {
  const family = isIP(address);
  if (family !== 6) return family === 4 ? address : null;
  const { address: compressed } = new SocketAddress({ address, family: "ipv6" });
  return compressed.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, "");
}

function prefixOf(address: string, groups: number): string {
  if (!isIPv6(address)) return address;
  const [left = "", right] = address.split("::");
  const groupsOf = (text: string) => (text === "" ? [] : text.split(":"));
  const [head, tail] = [groupsOf(left), groupsOf(right ?? "")];
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => "0");
  return `${[...head, ...zeros, ...tail].slice(0, groups).join(":")}::/${groups * 16}`;
}

/**
 * What an address is counted as where strangers are counted.
 * @returns the first 64 bits of an IPv6 address, for its owner can change the others at will; everything else as it is
 */
export const networkOf = (address: string): string => prefixOf(address, IPV6_NETWORK_GROUPS);

/**
 * What it is counted as besides, because one owner may have thousands of such networks (RFC 6177 §2).
 * @returns the first 48 bits of an IPv6 address; everything else as it is
 */
export const siteOf = (address: string): string => prefixOf(address, IPV6_SITE_GROUPS);

/**
 * Reads a list of proxies: addresses, ranges in CIDR notation and the word `loopback`, separated by commas.
 * @returns the proxies, or the first entry that is none with what is wrong with it
 */
export function parseTrustedProxies(
  text: string,
): { ok: true; proxies: TrustedProxies } | { ok: false; problem: string } {
  const list = new BlockList();
  for (const entry of text.split(",").map((part) => part.trim())) {
    const problem = addTo(list, entry);
    if (problem) return { ok: false, problem: `${JSON.stringify(entry)} ${problem}` };
  }
  return {
    ok: true,
    proxies: { includes: (address) => isIP(address) > 0 && list.check(address, familyOf(address)) },
  };
}

const familyOf = (address: string) => (isIPv6(address) ? "ipv6" : "ipv4");

function addTo(list: BlockList, entry: string): string | null {
  if (entry === "loopback") {
    list.addSubnet("127.0.0.0", 8, "ipv4");
    list.addAddress("::1", "ipv6");
    return null;
  }
  const [address = "", prefix, ...rest] = entry.split("/");
  if (isIP(address) === 0 || address.includes("%") || rest.length > 0) {
    return "is neither an address nor a range like 10.0.0.0/8";
  }
  if (prefix === undefined) {
    const canonical = canonicalAddress(address) ?? address;
    list.addAddress(canonical, familyOf(canonical));
    return null;
  }
  // Callers are known by their IPv4 form, which such a range would never match.
  if (canonicalAddress(address)?.includes(":") !== address.includes(":")) return "must be written as IPv4";
  const bits = isIPv6(address) ? 128 : 32;
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bits) return `must end in /1 to /${bits}`;
  if (Number(prefix) === 0) return "would let everybody choose the address they are known by";
  list.addSubnet(address, Number(prefix), familyOf(address));
  return null;
}

/** One entry of `X-Forwarded-For`, whose port, where a proxy adds it, says nothing about who it is. */
function forwardedAddress(entry: string): string | null {
  const text = entry.trim();
  const address =
    /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;
  return address.includes("%") ? null : canonicalAddress(address);
}

/**
 * Finds out whose request it is. Each proxy adds on the right whom it heard it from, so the list is read from there, as far as trusted
 * proxies wrote it: what stands left of the first stranger is the stranger's own word.
 * @param peer the socket's address
 * @param forwardedFor the values of all `X-Forwarded-For` lines, in the order they came in
 * @returns the address nearest to us that is no trusted proxy; where the list ends before, or is not readable, the last proxy known
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: readonly string[],
  trusted: TrustedProxies,
): string {
  let known = canonicalAddress(peer ?? "");
  if (known === null) return "unknown";
  const entries = forwardedFor.join(",").split(",");
  for (let hop = 0; hop < MAX_HOPS && trusted.includes(known); hop += 1) {
    const next = forwardedAddress(entries.pop() ?? "");
    if (next === null) break;
    known = next;
  }
  return known;
}

/** Nobody is believed: every request is its socket's. */
export const NO_PROXIES: TrustedProxies = { includes: () => false };
