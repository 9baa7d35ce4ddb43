import { isIP } from "node:net";
import { describe, expect, test } from "vitest";
import { forAny, type Random } from "@/test/random";
import {
  canonicalAddress,
  clientAddress,
  NO_PROXIES,
  networkOf,
  networksOf,
  parseTrustedProxies,
  readNetwork,
  siteOf,
} from "./network";

function proxies(text: string) {
  const parsed = parseTrustedProxies(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.networks;
}

const TRUSTED = proxies("loopback, 10.0.0.0/8,192.0.2.1 ,2001:db8:ffff::/48");

describe("behind trusted proxies the caller is who the nearest of them heard it from", () => {
  test.each([
    ["one proxy", "10.0.0.1", ["203.0.113.5"], "203.0.113.5"],
    ["two proxies", "10.0.0.1", ["203.0.113.5, 10.0.0.2"], "203.0.113.5"],
    ["two lines, the later one nearer", "10.0.0.1", ["203.0.113.5", "10.0.0.2"], "203.0.113.5"],
    ["a client that claims more", "10.0.0.1", ["10.9.9.9, 1.1.1.1, 203.0.113.5"], "203.0.113.5"],
    ["a client that claims to be us", "::1", ["127.0.0.1, 203.0.113.5"], "203.0.113.5"],
    ["a single address among the trusted", "192.0.2.1", ["203.0.113.5"], "203.0.113.5"],
    ["IPv6 in another spelling", "2001:db8:ffff::1", ["2001:DB8:0:0::5"], "2001:db8::5"],
    ["IPv4 over IPv6", "::ffff:10.0.0.1", ["::ffff:203.0.113.5"], "203.0.113.5"],
    ["IPv4 over IPv6 in hexadecimal", "::ffff:10.0.0.1", ["::ffff:cb00:7105"], "203.0.113.5"],
    ["a port", "10.0.0.1", ["203.0.113.5:55000"], "203.0.113.5"],
    ["IPv6 with a port", "10.0.0.1", ["[2001:db8::5]:55000"], "2001:db8::5"],
    ["IPv6 in brackets", "10.0.0.1", ["[2001:db8::5]"], "2001:db8::5"],
    ["only proxies", "10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"],
  ])("%s", (_, peer, lines, expected) => {
    expect(clientAddress(peer, lines, TRUSTED)).toBe(expected);
  });
});

test.each([
  "",
  ",",
  "unknown",
  "_hidden",
  "203.0.113",
  "203.0.113.05",
  "0x7f.1",
  "203.0.113.5:",
  "203.0.113.5:999999",
  "[203.0.113.5",
  "2001:db8::5]:1",
  "fe80::1%eth0",
  '"203.0.113.5"',
  "203.0.113.5;10.0.0.1",
  "203.0.113.5 10.0.0.1",
  "203.0.113.5/32",
])("an entry that is no address ends the walk at the proxy that wrote it: %j", (entry) => {
  expect(clientAddress("10.0.0.1", [`1.1.1.1, ${entry}, 10.0.0.2`], TRUSTED)).toBe("10.0.0.2");
});

test("a peer that is no trusted proxy is itself, whatever it sends", () => {
  expect(clientAddress("203.0.113.9", ["1.1.1.1"], TRUSTED)).toBe("203.0.113.9");
  expect(clientAddress("10.0.0.1", ["1.1.1.1"], NO_PROXIES)).toBe("10.0.0.1");
  expect(clientAddress("::ffff:203.0.113.9", [], NO_PROXIES)).toBe("203.0.113.9");
  expect(clientAddress(undefined, ["1.1.1.1"], TRUSTED)).toBe("unknown");
});

test("a chain of proxies without end is not followed", () => {
  expect(clientAddress("10.0.0.1", ["1.1.1.1", ...Array(5_000).fill("10.0.0.2")], TRUSTED)).toBe("10.0.0.2");
});

const ipv4 = (values: Random) => Array.from({ length: 4 }, () => values.below(256)).join(".");
const ipv6 = (values: Random) =>
  Array.from({ length: 8 }, () => values.below(0x1_0000).toString(16)).join(":");
const anything = (values: Random) =>
  values.pick([
    values.text(40),
    ipv4(values),
    `${ipv4(values)}:1`,
    ipv6(values),
    "10.0.0.7",
    "127.0.0.1",
    "",
  ]);

test("whatever a stranger writes into the header, behind a proxy the stranger is known by their own address", async () => {
  await forAny((values) => {
    const own = `203.0.113.${values.below(256)}`;
    const claims = Array.from({ length: values.below(6) }, () => anything(values));
    const isOneLine = values.below(2) === 0;
    const lines = isOneLine ? [[...claims, own].join(", ")] : [...claims, own];
    expect(clientAddress("10.0.0.1", lines, TRUSTED)).toBe(own);
    expect(clientAddress(own, claims, TRUSTED)).toBe(own);
  }, 1_000);
});

test("whatever the header holds, the caller is known by an address in its one spelling", async () => {
  await forAny((values) => {
    const lines = Array.from({ length: values.below(4) }, () =>
      Array.from({ length: values.below(5) }, () => anything(values)).join(values.pick([",", ", ", " "])),
    );
    const known = clientAddress("10.0.0.1", lines, TRUSTED);
    expect(isIP(known)).toBeGreaterThan(0);
    expect(canonicalAddress(known)).toBe(known);
  }, 1_000);
});

test("an IPv4 address is written as people know it, IPv6 in one spelling", () => {
  expect(canonicalAddress("::ffff:192.0.2.1")).toBe("192.0.2.1");
  expect(canonicalAddress("::FFFF:C000:0201")).toBe("192.0.2.1");
  expect(canonicalAddress("2001:0DB8:0::1")).toBe("2001:db8::1");
  expect(canonicalAddress("fe80::1%lo")).toBe("fe80::1");
  expect(canonicalAddress("localhost")).toBeNull();
});

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::", "2001:db8:1:2::/64"],
  ["2001:db8::9", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["1::2:3:4:5:6:7", "1:0:2:3::/64"],
  ["unknown", "unknown"],
])("%s is counted as %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test.each([
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"],
  ["2001:db8::1", "2001:db8:0::/48"],
  ["192.0.2.1", "192.0.2.1"],
])("%s belongs to the site %s", (address, site) => {
  expect(siteOf(address)).toBe(site);
});

test("all addresses of one IPv6 network are counted as one, those of two as two", async () => {
  await forAny((values) => {
    const groups = () => Array.from({ length: 4 }, () => values.below(3).toString(16)).join(":");
    const [here, there] = [groups(), groups()];
    const counted = (prefix: string) => networkOf(canonicalAddress(`${prefix}:${groups()}`) ?? "");
    expect(counted(here)).toBe(counted(here));
    expect(counted(here) === counted(there)).toBe(here === there);
  }, 500);
});

test.each([
  "",
  "10.0.0.0/8,",
  "proxy.example.com",
  "10.0.0.0/33",
  "10.0.0.0/-1",
  "10.0.0.0/",
  "10.0.0.0/8/8",
  "10.0.0/8",
  "2001:db8::/129",
  "fe80::1%eth0",
  "0.0.0.0/0",
  "::/0",
  "::ffff:10.0.0.0/104",
  "10.0.0.1 10.0.0.2",
])("no list of proxies: %j", (text) => {
  expect(parseTrustedProxies(text).ok).toBe(false);
});

test("a list of proxies holds what it names and nothing else", () => {
  const list = proxies("loopback,10.1.0.0/16, 2001:db8::/32 ,::ffff:192.0.2.9");
  for (const address of ["127.0.0.1", "127.9.9.9", "::1", "10.1.255.255", "2001:db8:ffff::1", "192.0.2.9"]) {
    expect([address, list.includes(address)]).toEqual([address, true]);
  }
  for (const address of ["128.0.0.1", "10.2.0.1", "2001:db9::1", "192.0.2.10", "::2", "unknown", ""]) {
    expect([address, list.includes(address)]).toEqual([address, false]);
  }
});

describe("a range that a credential may be used from", () => {
  test.each([
    ["10.0.0.0/8", "10.0.0.0/8"],
    ["192.0.2.7", "192.0.2.7"],
    ["192.0.2.7/32", "192.0.2.7"],
    ["10.1.2.128/25", "10.1.2.128/25"],
    ["::ffff:10.0.0.0/104", "10.0.0.0/8"],
    ["::ffff:a00:1", "10.0.0.1"],
    ["2001:DB8:0:0::/32", "2001:db8::/32"],
    ["2001:db8::5/128", "2001:db8::5"],
    ["fd00::/7", null, "is an address within a range: write fc00::/7."],
    ["fc00::/7", "fc00::/7"],
    ["10.1.2.3/8", null, "is an address within a range: write 10.0.0.0/8."],
    ["2001:db8::5/64", null, "is an address within a range: write 2001:db8::/64."],
    ["::192.0.2.7/120", null, "is an address within a range: write ::192.0.2.0/120."],
    ["0.0.0.0/0", null, "is every address: leave the field empty for that."],
    ["::/0", null, "is every address: leave the field empty for that."],
    ["::ffff:0:0/96", null, "must be written as IPv4, as long as it is not every address."],
    ["10.0.0.0/33", null, "must end in /1 to /32."],
    ["10.0.0.0/08", null, "must end in /1 to /32."],
    ["2001:db8::/129", null, "must end in /1 to /128."],
    ["10.0.0.0/", null, "must end in /1 to /32."],
    ["10.0.0.0/8/8", null, "is neither an address nor a range like 10.0.0.0/8."],
    ["fe80::1%eth0/64", null, "is neither an address nor a range like 10.0.0.0/8."],
    ["10.0.0", null, "is neither an address nor a range like 10.0.0.0/8."],
    ["localhost", null, "is neither an address nor a range like 10.0.0.0/8."],
  ] as const)("%s", (entry, network, problem?: string) => {
    expect(readNetwork(entry)).toEqual(network === null ? { ok: false, problem } : { ok: true, network });
  });

  test.each([
    [
      "10.1.2.128/25",
      ["10.1.2.128", "10.1.2.255", "::ffff:10.1.2.200"],
      ["10.1.2.127", "10.1.3.0", "::ffff:10.1.2.127"],
    ],
    ["192.0.2.7", ["192.0.2.7"], ["192.0.2.6", "192.0.2.8", "2001:db8::7"]],
    [
      "2001:db8:0:fff0::/60",
      ["2001:db8:0:fff0::", "2001:db8:0:ffff:ffff:ffff:ffff:ffff"],
      ["2001:db8:0:ffef:ffff::", "2001:db8:1::", "10.0.0.1"],
    ],
    ["128.0.0.0/1", ["128.0.0.0", "255.255.255.255"], ["127.255.255.255", "unknown", ""]],
  ] as const)("%s ends where it says", (network, inside, outside) => {
    const networks = networksOf([network, "203.0.113.0/24"]);
    for (const address of [...inside, "203.0.113.9"]) expect(networks?.includes(address), address).toBe(true);
    for (const address of outside) expect(networks?.includes(address), address).toBe(false);
  });

  test("contains every address whose bits before the prefix are its own, and no other", async () => {
    await forAny((random: Random) => {
      const isIpv6 = random.below(2) === 0;
      const [bits, size] = isIpv6 ? [128, 16] : [32, 8];
      const digits = () => Array.from({ length: bits / size }, () => random.below(2 ** size));
      const textOf = (units: readonly number[]) =>
        isIpv6 ? units.map((unit) => unit.toString(16)).join(":") : units.join(".");
      const binary = (units: readonly number[]) =>
        units.map((unit) => unit.toString(2).padStart(size, "0")).join("");
      const prefix = 1 + random.below(bits);
      const one = digits();
      const read = readNetwork(`${textOf(one)}/${prefix}`);
      const network = read.ok ? read.network : (/write (\S+)\.$/.exec(read.problem)?.[1] ?? "");
      const other = digits().map((unit, index) => (random.below(2) === 0 ? (one[index] ?? 0) : unit));
      const isIn = binary(one).slice(0, prefix) === binary(other).slice(0, prefix);
      const address = canonicalAddress(textOf(other)) ?? "";
      expect(networksOf([readAgain(network)])?.includes(address), `${address} in ${network}`).toBe(isIn);
    }, 500);
  });
});

function readAgain(network: string): string {
  const read = readNetwork(network);
  if (!read.ok) throw new Error(`${network} ${read.problem}`);
  return read.network;
}
