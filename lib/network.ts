import { BlockList, isIP, isIPv6, SocketAddress } from "node:net";

/** Networks that an address may be in. */
export type Networks = { includes(address: string): boolean };

export const NO_NETWORKS: Networks = { includes: () => false };

/** Addresses whose word about whom they speak for is believed. */
export type TrustedProxies = Networks;

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

/** @returns the eight groups of a compressed IPv6 address */
function groupsOf(address: string): string[] {
  const [left = "", right] = address.split("::");
  const split = (text: string) => (text === "" ? [] : text.split(":"));
  const [head, tail] = [split(left), split(right ?? "")];
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => "0");
  return [...head, ...zeros, ...tail];
}

function prefixOf(address: string, groups: number): string {
  if (!isIPv6(address)) return address;
  return `${groupsOf(address).slice(0, groups).join(":")}::/${groups * 16}`;
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
 * Reads a list of networks: addresses, ranges in CIDR notation and the word `loopback`, separated by commas.
 * @param whyNotAll what is wrong with a range that holds every address
 * @returns the networks, or the first entry that is none with what is wrong with it
 */
export function parseNetworks(
  text: string,
  whyNotAll: string,
): { ok: true; networks: Networks } | { ok: false; problem: string } {
  const list = new BlockList();
  for (const entry of text.split(",").map((part) => part.trim())) {
    const problem = addTo(list, entry, whyNotAll);
    if (problem) return { ok: false, problem: `${JSON.stringify(entry)} ${problem}` };
  }
  return {
    ok: true,
    networks: { includes: (address) => isIP(address) > 0 && list.check(address, familyOf(address)) },
  };
}

/** The same for a list of proxies. */
export const parseTrustedProxies = (text: string) =>
  parseNetworks(text, "would let everybody choose the address they are known by");

const familyOf = (address: string) => (isIPv6(address) ? "ipv6" : "ipv4");

function addTo(list: BlockList, entry: string, whyNotAll: string): string | null {
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
  if (Number(prefix) === 0) return whyNotAll;
  list.addSubnet(address, Number(prefix), familyOf(address));
  return null;
}

/** @returns an address as numbers: four of 8 bits, or eight of 16 */
function unitsOf(address: string): number[] {
  if (!isIPv6(address)) return address.split(".").map(Number);
  // IPv6 may end as IPv4 does (RFC 4291 §2.2).
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((unit) => unit.toString(16)).join(":"),
  );
  const [head = [], tail = []] = hex.split("::").map((part) => (part === "" ? [] : part.split(":")));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  return [...head, ...zeros, ...tail].map((unit) => Number.parseInt(unit, 16));
}

/** @returns the address with all bits after the first `prefix` cleared */
function masked(address: string, prefix: number): string {
  const size = isIPv6(address) ? 16 : 8;
  const units = unitsOf(address).map((unit, index) => {
    const cleared = Math.min(size, Math.max(0, size * (index + 1) - prefix));
    return (unit >> cleared) << cleared;
  });
  if (size === 8) return units.join(".");
  const text = units.map((unit) => unit.toString(16)).join(":");
  return canonicalAddress(text) ?? text;
}

/**
 * Reads an address, or a range in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3).
 * @returns the one spelling that it has here, IPv4 that is written as IPv6 as IPv4; or what is wrong with it, as the end of a sentence
 */
export function readNetwork(
  entry: string,
): { readonly ok: true; readonly network: string } | { readonly ok: false; readonly problem: string } {
  const wrong = (problem: string) => ({ ok: false, problem }) as const;
  const [text = "", after, ...rest] = entry.split("/");
  const address = text.includes("%") || rest.length > 0 ? null : canonicalAddress(text);
  if (address === null) return wrong("is neither an address nor a range like 10.0.0.0/8.");
  if (after === undefined) return { ok: true, network: address };
  const [written, bits] = [text, address].map((one) => (isIPv6(one) ? 128 : 32)) as [number, number];
  if (!/^(?:0|[1-9]\d{0,2})$/.test(after) || Number(after) > written) {
    return wrong(`must end in /1 to /${written}.`);
  }
  if (Number(after) === 0) return wrong("is every address: leave the field empty for that.");
  const prefix = Number(after) - (written - bits);
  if (prefix < 1) return wrong("must be written as IPv4, as long as it is not every address.");
  const network = masked(address, prefix);
  if (network !== address) return wrong(`is an address within a range: write ${network}/${prefix}.`);
  return { ok: true, network: prefix === bits ? network : `${network}/${prefix}` };
}

/** @param networks as `readNetwork` writes them @returns null for none of them, which is everywhere */
export function networksOf(networks: readonly string[]): Networks | null {
  if (networks.length === 0) return null;
  const list = new BlockList();
  for (const network of networks.filter((entry) => readNetwork(entry).ok)) {
    const [address = "", prefix] = network.split("/");
    if (prefix === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return { includes: (address) => isIP(address) > 0 && list.check(address, familyOf(address)) };
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
export const NO_PROXIES: TrustedProxies = NO_NETWORKS;

const networks = (list: readonly (readonly [string, number])[]): BlockList => {
  const made = new BlockList();
  for (const [address, prefix] of list) made.addSubnet(address, prefix, familyOf(address));
  return made;
};

/** IPv4 that is not reachable from everywhere (IANA's registry of special-purpose addresses), and multicast. */
const SPECIAL_IPV4 = networks([
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
]);
/** All that is given out of IPv6 (RFC 4291 §2.4); loopback, link-local, unique-local and multicast lie outside. */
const GLOBAL_IPV6 = networks([["2000::", 3]]);
/** Inside of it, what stands for no network of somebody's: protocols (Teredo among them), documentation. */
const SPECIAL_IPV6 = networks([
  ["2001::", 23],
  ["2001:db8::", 32],
  ["3fff::", 20],
]);
const NAT64 = networks([["64:ff9b::", 96]]);
const SIX_TO_FOUR = networks([["2002::", 16]]);

/** @returns the IPv4 address that packets to this IPv6 address end at (RFC 6052 §2.1, RFC 3056 §2); null where there is none */
function embeddedIpv4(address: string): string | null {
  const from = NAT64.check(address, "ipv6") ? 6 : SIX_TO_FOUR.check(address, "ipv6") ? 1 : null;
  if (from === null) return null;
  const groups = groupsOf(address).slice(from, from + 2);
  return groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]).join(".");
}

/** @returns whether it is an address that anybody could reach, so that to ask it tells nothing about networks behind ours */
export function isPublicAddress(address: string): boolean {
  const canonical = canonicalAddress(address);
  if (canonical === null) return false;
  if (!isIPv6(canonical)) return !SPECIAL_IPV4.check(canonical, "ipv4");
  const embedded = embeddedIpv4(canonical);
  if (embedded !== null) return !SPECIAL_IPV4.check(embedded, "ipv4");
  return GLOBAL_IPV6.check(canonical, "ipv6") && !SPECIAL_IPV6.check(canonical, "ipv6");
}
